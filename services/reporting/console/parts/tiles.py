"""The figures that matter most, each with its definition."""

from collections.abc import Mapping

from services.reporting.console.parts.elements import box, text
from services.reporting.console.texts import Texts, percent
from services.reporting.domain.figures import Figure, Value
from services.reporting.domain.metrics import METRICS, Unit

_SHOWN = (
    ("cases_open", "cases_opened"),
    ("arrears", "accounts_overdue"),
    ("collected", "recovery_rate"),
    ("contacts_dispatched", "delivery_rate"),
    ("block_rate", "contacts_denied"),
    ("promise_kept_rate", "promises_made"),
)
"""Each tile's figure, and a second one below it."""


class Tiles:
    """A row of tiles."""

    def __init__(self, say: Texts) -> None:
        self._say = say
        self._tiles = []
        with box("tiles"):
            for name, below in _SHOWN:
                with box("tile", tag="article").props(f'data-metric="{name}"'):
                    text(say.metric(name), classes="tile-name", title=METRICS[name].formula)
                    value = text("–", classes="tile-value")
                    more = text("", classes="tile-more num")
                    with box("tile-below"):
                        text(say.metric(below), title=METRICS[below].formula)
                        second = text("–", classes="num")
                self._tiles.append((name, value, more, below, second))

    def show(self, figures: Mapping[str, Figure]) -> None:
        """Show the figures."""
        for name, value, more, below, second in self._tiles:
            first, *others = said(figures[name], self._say)
            value.text = first
            more.text = " · ".join(others)
            second.text = " · ".join(said(figures[below], self._say))


def said(figure: Figure, say: Texts) -> list[str]:
    """A figure's values as texts, one a currency; a dash where there is none."""
    return [_said(value, figure.metric.unit, say) for value in figure.values] or ["–"]


def _said(value: Value, unit: Unit, say: Texts) -> str:
    if value.number is None:
        return "–"
    if unit is Unit.MONEY:
        return say.money(value.number, value.currency or "")
    return percent(value.number) if unit is Unit.RATIO else f"{value.number:,.0f}"
