"""Coverage: which share of what went out was inspected, and what came of it; each figure defined."""

from collections.abc import Sequence
from decimal import Decimal

from services.reporting.console.pages.inspections import PAGES
from services.reporting.console.parts.area import Area
from services.reporting.console.parts.elements import Bar, box, cell, facts, heading, panel, text
from services.reporting.console.parts.forms import options
from services.reporting.console.parts.listing import Filters, Item, gathered, show_list, subpages
from services.reporting.console.texts import percent
from services.reporting.console.visit import Page, Visit
from shared.contracts.vocabulary import Channel

BY = ("all", "branch", "agency", "collector", "channel")
_COLUMNS = ("key", "share", "recordings", "transcribed", "inspected", "sampled", "violation-rate", "score")
_DEFINED = ("recordings", "share", "violation-rate", "score", "sampled")


class Coverage:
    """The page in one browser tab."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        say = visit.say
        with heading(say("page.coverage"), say("coverage.lead")):
            pass
        subpages(visit, PAGES)
        today = visit.now().astimezone(say.zone).date()
        with panel("", "coverage"):
            with Filters(visit, self._reload) as self._filters:
                self._filters.day("first", say("coverage.first"), today.replace(day=1).isoformat())
                self._filters.day("last", say("coverage.last"), today.isoformat())
                by = options(visit, "coverage.by", BY)
                self._filters.choice("by", say("coverage.by"), by, "all")
                channels = {"": say("all")} | options(visit, "channel", list(Channel))
                self._filters.choice("channel", say("inspections.channel"), channels)
            self._area = Area(visit, self._fetch, self._draw, lines=4)
        with panel(say("coverage.defined")):
            facts({say(f"coverage.{name}"): say(f"coverage.{name}.is") for name in _DEFINED})

    async def _reload(self) -> None:
        await self._area.load()

    async def _fetch(self) -> list[Item]:
        query = self._filters.query | {"zone": self._visit.say.zone.key}
        return await gathered(self._visit.compliance, "/inspection-coverage", query)

    def _draw(self, rows: Sequence[Item]) -> None:
        least = sorted(rows, key=lambda row: Decimal(row["coverage"]))
        show_list(self._visit.say, "coverage", _COLUMNS, least, self._row)

    def _row(self, row: Item) -> None:
        share = Decimal(row["coverage"])
        text(self._key(row["key"]), tag="td", classes="strong")
        with cell("share"), box("clock-cell"):
            text(percent(share), classes="clock-told")
            Bar().show(float(share))
        for name in ("recordings", "transcribed", "inspected", "sampled"):
            text(f"{row[name]:,}", tag="td", classes="num")
        rate = row["violation_rate"]
        text(percent(None if rate is None else Decimal(rate)), tag="td", classes="num")
        text("–" if row["mean_score"] is None else f"{float(row['mean_score']):g}", tag="td", classes="num")

    def _key(self, key: str) -> str:
        say = self._visit.say
        if self._filters.query["by"] in (None, "all"):
            return say("coverage.by.all")
        return say.known(f"channel.{key}", key) or say("unknown")


def build(visit: Visit) -> None:
    """Draw the page."""
    Coverage(visit)


PAGE = Page("coverage", "/coverage", build, scopes=("inspections:read",), under="inspections")
