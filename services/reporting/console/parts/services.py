"""The flow: core banking and the five services as stages, and the rate of events."""

from typing import Any

from nicegui import ui

from services.reporting.console.parts.elements import box, panel, text
from services.reporting.console.snapshot import DETAILS, Flow, ServiceFlow, Snapshot
from services.reporting.console.texts import Texts


class ServiceCard:
    """One stage."""

    def __init__(self, name: str, say: Texts) -> None:
        self._say = say
        with box("service", tag="article").props(f'data-service="{name}"') as self._card:
            with box("service-head"):
                box("dot")
                text(say(name), tag="h3")
            text(say(f"{name}.does"), classes="note")
            with box("service-now"):
                self._minute = text("0", classes="service-count")
                text(say("flow.minute"), classes="note")
            with box("service-total"):
                text(say("flow.total"))
                self._total = text("0", classes="num")
            self._details = {type_: self._detail(say(type_)) for type_ in DETAILS[name]}
            self._lag = self._detail(say("lag.worst")) if name == "reporting" else None

    @staticmethod
    def _detail(name: str) -> Any:
        with box("service-detail"):
            text(name)
            return text("–", classes="num")

    def show(self, service: ServiceFlow, snapshot: Snapshot) -> None:
        """Show what the service said."""
        self._minute.text = f"{service.last_minute:,}"
        self._total.text = f"{service.total:,}"
        self._card.classes(replace=f"service {'alive' if service.last_minute else 'still'}")
        for type_, events in service.details:
            self._details[type_].text = f"{events:,}"
        if self._lag is not None:
            # Core banking's clock is not ours: a file of last year would look like a year of lag.
            known = [t.lag_seconds for t in snapshot.topics[1:] if t.lag_seconds is not None]
            self._lag.text = self._say.span(float(max(known))) if known else "–"


class Services:
    """All stages, and below them the events a second."""

    def __init__(self, say: Texts) -> None:
        self._say = say
        self._cards: dict[str, ServiceCard] = {}
        with panel(say("flow"), "flow", say("flow.rate")):
            with box("services"):
                for number, name in enumerate(DETAILS):
                    if number:
                        box("arrow").props('aria-hidden="true"')
                    self._cards[name] = ServiceCard(name, say)
            self._chart = ui.echart(rate_options()).classes("chart-rate")

    def show(self, snapshot: Snapshot) -> None:
        """Show the flow of a snapshot."""
        for service in snapshot.flow.services:
            self._cards[service.name].show(service, snapshot)
        labels, rates = rate_series(snapshot.flow, self._say)
        options = self._chart.options
        if options["series"][0]["data"] != rates or options["xAxis"]["data"] != labels:
            options["series"][0]["data"] = rates
            options["xAxis"]["data"] = labels
            self._chart.update()


def rate_series(flow: Flow, say: Texts) -> tuple[list[str], list[float]]:
    """The labels and the events a second."""
    return [say.clock(tick) for tick, _ in flow.rates], [round(rate, 1) for _, rate in flow.rates]


def rate_options() -> dict[str, Any]:
    """A bar for each five seconds; the colours suit light and dark."""
    gray = "#8592a6"
    return {
        "animation": False,
        "grid": {"left": 44, "right": 8, "top": 12, "bottom": 22},
        "tooltip": {"trigger": "axis"},
        "xAxis": {
            "type": "category",
            "data": [],
            "axisLine": {"lineStyle": {"color": "rgba(133,146,166,.35)"}},
            "axisTick": {"show": False},
            "axisLabel": {"color": gray, "fontSize": 11, "interval": 11},
        },
        "yAxis": {
            "type": "value",
            "minInterval": 1,
            "splitNumber": 3,
            "axisLabel": {"color": gray, "fontSize": 11},
            "splitLine": {"lineStyle": {"color": "rgba(133,146,166,.18)"}},
        },
        "series": [
            {
                "type": "bar",
                "data": [],
                "barCategoryGap": "28%",
                "itemStyle": {
                    "borderRadius": [3, 3, 0, 0],
                    "color": {
                        "type": "linear",
                        "x": 0, "y": 0, "x2": 0, "y2": 1,
                        "colorStops": [
                            {"offset": 0, "color": "#3b82f6"},
                            {"offset": 1, "color": "rgba(59,130,246,.35)"},
                        ],
                    },
                },
            }
        ],
    }  # fmt: skip
