"""Rotation: who has been with the same person for too long, and leave to stay with them."""

from collections.abc import Sequence
from typing import Any

from nicegui import ui

from services.reporting.console.acts import possible
from services.reporting.console.pages.staff import PAGES
from services.reporting.console.parts.acting import Desk
from services.reporting.console.parts.area import Area
from services.reporting.console.parts.elements import Bar, box, button, cell, chip, heading, link, panel, text
from services.reporting.console.parts.forms import Form, reason_field
from services.reporting.console.parts.listing import Item, Tabs, gathered, show_list, subpages
from services.reporting.console.staff_acts import EXCEPTION_ACTS
from services.reporting.console.visit import Page, Visit, instant

_TENURES = ("tenure", "member", "person", "since", "bars", "state", "do")
_EXCEPTIONS = ("member", "person", "until", "asked", "reason", "state", "do")
_TONES = {"asked": "strong", "approved": "good", "refused": "bad", "ended": ""}
_NEAR = ("0", "30", "90")


class Rotation:
    """The page in one browser tab."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        say = visit.say
        with heading(say("page.rotation"), say("rotation.lead")):
            if visit.session.may("staff:write"):
                button(say("act.exception"), lambda: self._ask({}), data_testid="ask")
        subpages(visit, PAGES)
        with panel(say("tenures.title"), "tenures"):
            self._near = Tabs({days: say(f"tenures.near.{days}") for days in _NEAR}, self._near_chosen)
            self._tenures = Area(visit, self._fetch_tenures, self._draw_tenures, lines=4)
        with panel(say("exceptions.title"), "exceptions", say("exceptions.note")):
            views = {"asked": say("exception.asked"), "approved": say("exception.approved"), "": say("all")}
            self._state = Tabs(views, self._state_chosen)
            self._exceptions = Area(visit, self._fetch_exceptions, self._draw_exceptions, lines=4)

    async def _near_chosen(self) -> None:
        await self._tenures.load()

    async def _state_chosen(self) -> None:
        await self._exceptions.load()

    async def _fetch_tenures(self) -> list[Item]:
        found = await gathered(self._visit.compliance, "/rotation/tenures", {"near_days": self._near.now})
        return sorted(found, key=lambda one: str(one["due_at"]))

    async def _fetch_exceptions(self) -> list[Item]:
        state = self._state.now or None
        return await gathered(self._visit.compliance, "/rotation/exceptions", {"state": state})

    def _draw_tenures(self, found: Sequence[Item]) -> None:
        show_list(self._visit.say, "tenures", _TENURES, found, self._tenure)

    def _tenure(self, one: Item) -> None:
        say, visit = self._visit.say, self._visit
        share = one["days"] / one["limit_days"]
        tone = "bad" if share >= 1 else "warn"
        with cell("tenure"), box(f"clock-cell {tone}"):
            text(
                say("tenures.days", days=str(one["days"]), limit=str(one["limit_days"])), classes="clock-told"
            )
            Bar(tone).show(share)
        with cell("member"):
            link(one["staff_id"], visit.url(f"/staff/{one['staff_id']}"), classes="link strong")
        with cell("person"):
            link(one["person_id"], visit.url(f"/timeline/{one['customer_id']}"))
        text(say.moment(instant(one["since"])), tag="td", classes="num")
        text(say.moment(instant(one["bars_from"])), tag="td", classes="num")
        with cell("state"):
            if one["barred"]:
                chip(say("tenures.barred"), "bad")
            elif one["excepted"]:
                chip(say("exception.approved"), "good")
            else:
                chip(say("tenures.due" if one["due"] else "tenures.soon"), "warn" if one["due"] else "")
        with cell("do"):
            if not one["excepted"] and visit.session.may("staff:write"):
                button(say("act.exception"), lambda: self._ask(one), classes="small")

    def _draw_exceptions(self, found: Sequence[Item]) -> None:
        show_list(self._visit.say, "exceptions", _EXCEPTIONS, found, self._exception)

    def _exception(self, one: Item) -> None:
        say, visit = self._visit.say, self._visit
        text(one["staff_id"], tag="td", classes="strong")
        text(one["person_id"], tag="td")
        text(say.moment(instant(one["until"])), tag="td", classes="num")
        text(f"{one['asked_by']} · {say.moment(instant(one['asked_at']))}", tag="td", classes="num")
        text(one["reason"] or "–", tag="td", classes="wrap")
        with cell("state"):
            decided = f"{one['decided_by']}" if one["decided_by"] else ""
            chip(say(f"exception.{one['state']}"), _TONES[one["state"]], decided)
        with cell("do"):
            found = possible(one, EXCEPTION_ACTS)
            if found:
                path = f"/rotation/exceptions/{one['exception_id']}"
                Desk(visit, visit.compliance, path, self._exceptions.load).show(found, one)

    def _ask(self, about: Item) -> None:
        say = self._visit.say

        async def send(values: dict[str, Any], form: str) -> None:
            await self._visit.compliance.post("/rotation/exceptions", values, form)
            ui.notify(say("exceptions.asked"), type="positive")

        title, hint = say("act.exception"), say("act.exception.hint")
        form = Form(self._visit, title, hint, title, send, self._exceptions.load)
        with form.body:
            form.line("staff_id", say("id.staff"), required=True, value=about.get("staff_id", ""))
            form.line("person_id", say("id.person"), required=True, value=about.get("person_id", ""))
            form.moment("until", say("exceptions.until"), required=True)
            reason_field(form)
        form.open()


def build(visit: Visit) -> None:
    """Draw the page."""
    Rotation(visit)


PAGE = Page("rotation", "/rotation", build, scopes=("staff:read",), under="staff")
