"""Declared ties of members of staff to persons: these contacts are denied."""

from collections.abc import Sequence

from services.reporting.console.acts import possible
from services.reporting.console.pages.staff import PAGES
from services.reporting.console.parts.acting import Desk
from services.reporting.console.parts.area import Area
from services.reporting.console.parts.elements import cell, chip, heading, link, panel, text
from services.reporting.console.parts.listing import Filters, Item, gathered, show_list, subpages
from services.reporting.console.staff_acts import TIE_ACTS, of_tie
from services.reporting.console.visit import Page, Visit, instant

_COLUMNS = ("member", "person", "relation", "declared", "reason", "state", "do")


class Ties:
    """The page in one browser tab."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        say = visit.say
        with heading(say("page.ties"), say("ties.lead")):
            pass
        subpages(visit, PAGES)
        with panel("", "ties"):
            with Filters(visit, self._reload) as self._filters:
                self._filters.line("staff_id", say("id.staff"))
                self._filters.line("person_id", say("id.person"))
            self._area = Area(visit, self._fetch, self._draw, lines=4)

    async def _reload(self) -> None:
        await self._area.load()

    async def _fetch(self) -> list[Item]:
        return await gathered(self._visit.compliance, "/conflicts", self._filters.query)

    def _draw(self, ties: Sequence[Item]) -> None:
        show_list(self._visit.say, "ties", _COLUMNS, [of_tie(tie) for tie in ties], self._row)

    def _row(self, tie: Item) -> None:
        say, visit = self._visit.say, self._visit
        with cell("member"):
            link(tie["staff_id"], visit.url(f"/staff/{tie['staff_id']}"), classes="link strong")
        text(tie["person_id"], tag="td")
        text(say(f"relation.{tie['relation']}"), tag="td")
        text(f"{tie['declared_by']} · {say.moment(instant(tie['declared_at']))}", tag="td", classes="num")
        text(tie["reason"] or "–", tag="td", classes="wrap")
        with cell("state"):
            chip(say(f"tie.{tie['state']}"), "warn" if tie["state"] == "declared" else "")
        with cell("do"):
            found = possible(tie, TIE_ACTS)
            if found:
                path = f"/conflicts/{tie['conflict_id']}"
                Desk(visit, visit.compliance, path, self._area.load).show(found, tie)


def build(visit: Visit) -> None:
    """Draw the page."""
    Ties(visit)


PAGE = Page("ties", "/ties", build, scopes=("staff:read",), under="staff")
