"""Who saw whose personal data, what for, and by which endpoint."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from services.reporting.console.parts.area import Area
from services.reporting.console.parts.elements import cell, chip, heading, panel, text
from services.reporting.console.parts.listing import Filters, Item, gathered, show_list
from services.reporting.console.visit import Page, Visit, instant

_COLUMNS = ("at", "by", "person", "kind", "shown", "purpose", "endpoint")
_WEEK = timedelta(days=7)


class AccessRecords:
    """The page in one browser tab."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        say = visit.say
        with heading(say("page.access"), say("access-log.lead")):
            pass
        today = visit.now().astimezone(say.zone).date()
        with panel("", "access-log"):
            with Filters(visit, self._reload) as self._filters:
                self._filters.line("person_id", say("id.person"))
                self._filters.line("by", say("access-log.by"))
                self._filters.day("from", say("days.from"), (today - _WEEK).isoformat())
                self._filters.day("to", say("days.to"), today.isoformat())
            self._area = Area(visit, self._fetch, self._draw, lines=6)

    async def _reload(self) -> None:
        await self._area.load()

    async def _fetch(self) -> list[Item]:
        """The newest first; both days are included."""
        query = self._filters.query
        query["from"] = self._midnight(query["from"], 0)
        query["to"] = self._midnight(query["to"], 1)
        return (await gathered(self._visit.compliance, "/access-log", query))[::-1]

    def _midnight(self, day: str | None, after: int) -> str | None:
        if day is None:
            return None
        begins = datetime.combine(datetime.fromisoformat(day), time(), self._visit.say.zone)
        return (begins + timedelta(days=after)).isoformat()

    def _draw(self, records: Sequence[Item]) -> None:
        show_list(self._visit.say, "access-log", _COLUMNS, records, self._row)

    def _row(self, one: Item) -> None:
        say = self._visit.say
        text(say.moment(instant(one["at"])), tag="td", classes="num")
        text(one["by"], tag="td", classes="strong")
        text(one["person_id"], tag="td")
        text(say(f"data.{one['kind']}"), tag="td")
        with cell("shown"):
            chip(
                say("access-log.clear" if one["in_clear"] else "access-log.masked"),
                "warn" if one["in_clear"] else "",
            )
        text(say(f"access.{one['purpose']}") if one["purpose"] else "–", tag="td")
        text(one["endpoint"], tag="td", classes="code", title=one["request_id"])


def build(visit: Visit) -> None:
    """Draw the page."""
    AccessRecords(visit)


PAGE = Page("access", "/access-log", build, scopes=("access-log:read",), group="privacy")
