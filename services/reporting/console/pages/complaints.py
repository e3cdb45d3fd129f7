"""Complaints with their clocks, and taking in new ones."""

from collections.abc import Callable, Sequence
from typing import Any

from nicegui import ui

from services.reporting.console.parts.area import Area, nothing
from services.reporting.console.parts.clocks import deciding
from services.reporting.console.parts.elements import (
    Bar,
    box,
    button,
    cell,
    chip,
    heading,
    link,
    panel,
    table,
    text,
)
from services.reporting.console.parts.forms import Form, options
from services.reporting.console.parts.listing import Tabs
from services.reporting.console.parts.tables import short
from services.reporting.console.visit import Page, Visit, instant
from shared.contracts.complaints import ComplaintCategory, ComplaintSource, Severity

SEVERITY_TONES = {"low": "", "medium": "", "high": "warn", "critical": "bad"}
_VIEWS: dict[str, Callable[[Visit], dict[str, str]]] = {
    "open": lambda _: {"open": "true"},
    "mine": lambda visit: {"open": "true", "assignee_id": visit.session.subject},
    "late": lambda _: {"late": "true"},
    "all": lambda _: {},
}
_PAGE_OF = 50
_MOST_PAGES = 4


class Complaints:
    """The page in one browser tab."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        say = visit.say
        with heading(say("page.complaints"), say("complaints.lead")):
            if visit.session.may("complaint:write"):
                button(say("complaints.new"), self._open_form, classes="main", data_testid="new")
        with panel("", "complaints"):
            self._tabs = Tabs({view: say(f"complaints.{view}") for view in _VIEWS}, self._reload)
            self._area = Area(visit, self._fetch, self._draw, lines=6)

    async def _reload(self) -> None:
        await self._area.load()

    async def _fetch(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        query = _VIEWS[self._tabs.now](self._visit) | {"limit": str(_PAGE_OF)}
        async for page in self._visit.compliance.pages("/complaints", most=_MOST_PAGES, **query):
            found += page
        return found

    def _draw(self, complaints: Sequence[dict[str, Any]]) -> None:
        say = self._visit.say
        if not complaints:
            nothing(say("complaints.none"), say("complaints.none.hint"))
            return
        names = ("clock", "complaint", "category", "severity", "source", "state", "assignee", "received")
        with table({name: say(f"complaints.{name}") for name in names}, say("page.complaints")):
            for complaint in complaints:
                with box("", tag="tr") as row:
                    row.props["data-complaint"] = complaint["complaint_id"]
                    self._row(complaint)
        if len(complaints) == _PAGE_OF * _MOST_PAGES:
            text(say("timeline.truncated", count=str(len(complaints))), tag="p", classes="note")

    def _row(self, complaint: dict[str, Any]) -> None:
        say, visit = self._visit.say, self._visit
        clock = deciding(say, complaint, visit.now())
        with cell("clock"), box(f"clock-cell {clock.tone}"):
            text(clock.told, classes="clock-told")
            Bar(clock.tone).show(clock.used)
        with cell("complaint"):
            address = visit.url(f"/complaints/{complaint['complaint_id']}")
            link(short(complaint["complaint_id"].removeprefix("complaint-")), address, classes="link code")
        text(say(f"category.{complaint['category']}"), tag="td", classes="strong")
        with cell("severity"):
            chip(say(f"severity.{complaint['severity']}"), SEVERITY_TONES[complaint["severity"]])
        text(say(f"source.{complaint['source']}"), tag="td")
        with cell("state"):
            chip(say(f"state.{complaint['state']}"))
        text(complaint["assignee_id"] or say("complaints.nobody"), tag="td")
        text(say.moment(instant(complaint["opened_at"])), tag="td", classes="num")

    def _open_form(self) -> None:
        say, visit = self._visit.say, self._visit
        form = Form(visit, say("intake.title"), say("intake.hint"), say("intake.save"), self._register)
        with form.body:
            person = form.line("person_id", say("id.person"), required=True)
            customer = form.line("customer_id", say("id.customer"), required=True)
            form.choice(
                "category", say("field.category"), options(visit, "category", list(ComplaintCategory))
            )
            form.choice("source", say("field.source"), options(visit, "source", list(ComplaintSource)))
            severities = options(visit, "severity", list(Severity))
            form.choice("severity", say("field.severity"), severities, value="medium")
            form.moment("received_at", say("intake.received"), hint=say("intake.received.hint"))
            form.words("text", say("intake.text"), hint=say("intake.text.hint"))
            form.words("contact_ids", say("intake.contacts"))
            text(say("intake.concerned"), tag="h3", classes="field-group")
            text(say("intake.concerned.hint"), tag="p", classes="note field-group")
            for name in ("collector", "supervisor", "agency", "branch"):
                form.line(f"{name}_id", say(f"id.{name}"))

        def same() -> None:
            customer.value = customer.value or person.value

        person.on("blur", same)
        form.open()

    async def _register(self, values: dict[str, Any], form: str) -> None:
        if "contact_ids" in values:
            values["contact_ids"] = values["contact_ids"].split()
        made = await self._visit.compliance.post("/complaints", values, form)
        ui.notify(self._visit.say("intake.done"), type="positive")
        ui.navigate.to(self._visit.url(f"/complaints/{made['complaint_id']}"))


def build(visit: Visit) -> None:
    """Draw the page."""
    Complaints(visit)


PAGE = Page("complaints", "/complaints", build, scopes=("complaint:read",), group="compliance")
