"""Overdue accounts by bucket: how many, and how much is in arrears."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from nicegui import ui

from services.reporting.console.parts.elements import panel, text
from services.reporting.console.texts import Texts
from services.reporting.domain.groups import AccountGroup

_RAMP = ("#f5b942", "#f29a3f", "#ec7a3c", "#e25c3d", "#cf4145", "#b02c4b", "#8c2150", "#6b1c4f")
_GRAY = "#8592a6"
_FAINT = {"lineStyle": {"color": "rgba(133,146,166,.18)"}}


class Buckets:
    """Two bars for each bucket: accounts, and the arrears of the main currency."""

    def __init__(self, say: Texts) -> None:
        self._say = say
        self._shown: tuple[Any, ...] | None = None
        with panel(say("buckets"), "buckets"):
            self._none = text(say("buckets.none"), classes="none", tag="p")
            self._chart = ui.echart(bucket_options(say)).classes("chart-buckets")

    def show(self, groups: Sequence[AccountGroup]) -> None:
        """Show the buckets."""
        currency = main_currency(groups)
        names = [group.name or self._say("unknown") for group in groups]
        accounts = [group.accounts for group in groups]
        arrears = [
            float(group.holdings[currency].arrears) if currency in group.holdings else 0 for group in groups
        ]
        if (names, accounts, arrears) == self._shown:
            return
        self._shown = (names, accounts, arrears)
        self._none.set_visibility(not groups)
        self._chart.set_visibility(bool(groups))
        options = self._chart.options
        options["xAxis"]["data"] = names
        options["series"][0]["data"] = [
            {"value": value, "itemStyle": {"color": _RAMP[min(place, len(_RAMP) - 1)]}}
            for place, value in enumerate(accounts)
        ]
        title = self._say("buckets.arrears", currency=currency)
        options["series"][1] |= {"data": arrears, "name": title}
        options["yAxis"][1]["name"] = title
        self._chart.update()


def main_currency(groups: Sequence[AccountGroup]) -> str:
    """The currency of most overdue accounts: amounts of several are never added."""
    accounts: Counter[str] = Counter()
    for group in groups:
        for currency, holding in group.holdings.items():
            accounts[currency] += holding.accounts
    return max(sorted(accounts), key=accounts.__getitem__, default="CNY")


def bucket_options(say: Texts) -> dict[str, Any]:
    """Accounts on the left axis, arrears on the right one."""
    label = {"color": _GRAY, "fontSize": 11}
    return {
        "animationDuration": 400,
        "grid": {"left": 52, "right": 64, "top": 36, "bottom": 26},
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
        "xAxis": {
            "type": "category",
            "data": [],
            "axisTick": {"show": False},
            "axisLine": {"lineStyle": {"color": "rgba(133,146,166,.35)"}},
            "axisLabel": {"color": _GRAY, "fontSize": 12},
        },
        "yAxis": [
            {"type": "value", "name": say("buckets.accounts"), "minInterval": 1, "axisLabel": label,
             "nameTextStyle": label, "splitLine": _FAINT},
            {"type": "value", "name": "", "axisLabel": label, "nameTextStyle": {**label, "align": "right"},
             "splitLine": {"show": False}},
        ],
        "series": [
            {"type": "bar", "name": say("buckets.accounts"), "data": [], "barMaxWidth": 26, "barGap": "12%",
             "itemStyle": {"borderRadius": [5, 5, 0, 0]},
             "label": {"show": True, "position": "top", "color": _GRAY, "fontSize": 11}},
            {"type": "bar", "name": "", "yAxisIndex": 1, "data": [], "barMaxWidth": 26,
             "itemStyle": {"color": "rgba(59,130,246,.45)", "borderRadius": [5, 5, 0, 0]}},
        ],
    }  # fmt: skip
