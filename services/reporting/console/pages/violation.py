"""One violation: what can be done now, by whom, and its whole file."""

from typing import Any

from services.reporting.console import inspection_acts as acts
from services.reporting.console.acts import possible
from services.reporting.console.pages.violations import show_state
from services.reporting.console.parts.acting import Desk
from services.reporting.console.parts.area import Area
from services.reporting.console.parts.elements import box, chip, facts, heading, link, panel, text
from services.reporting.console.parts.file import show_history
from services.reporting.console.parts.tables import short
from services.reporting.console.parts.transcript import SEVERITY_TONES
from services.reporting.console.visit import Page, Visit, instant

File = dict[str, Any]
_DONE = ("found", "decided", "rectified", "verified", "appeal_decided")


class ViolationPage:
    """The page in one browser tab."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._path = f"/violations/{visit.parameters['violation_id']}"
        link(f"← {visit.say('page.violations')}", visit.url("/violations"), classes="back")
        self._area = Area(visit, self._fetch, self._draw, lines=10)
        self._desk = Desk(
            visit, visit.inspection_desk, self._path, self._area.load, acts.body_of, reasoned=False
        )

    async def _fetch(self) -> File:
        file: File = await self._visit.inspection_desk.get(self._path)
        return file

    def _draw(self, file: File) -> None:
        say = self._visit.say
        with heading(file["rule_id"], file["citation"] or short(file["violation_id"])):
            chip(say(f"severity.{file['severity']}"), SEVERITY_TONES[file["severity"]])
            show_state(self._visit, file)
        with box("split"):
            with box("stack"):
                with panel(say("file.can"), "acts", say("violation.second")):
                    self._desk.show(possible(file, acts.VIOLATION_ACTS), file)
                with panel(say("file.history"), "history"):
                    show_history(say, file["history"])
            with box("stack"):
                with panel(say("file.facts")):
                    self._facts(file)
                with panel(say("violation.records"), "records", say("violation.records.note")):
                    for leaf in file["records"]:
                        text(leaf, classes="code")
                    if not file["records"]:
                        text(say("none"), tag="p", classes="none")

    def _facts(self, file: File) -> None:
        say, visit = self._visit.say, self._visit
        with box("fact-links links"):
            if file["inspection_id"]:
                link(say("violation.inspection"), visit.url(f"/inspections/{file['inspection_id']}"))
            if file["contact_id"]:
                link(
                    f"{say('page.timeline')}: {short(file['contact_id'])}",
                    visit.url(f"/timeline/{file['contact_id']}"),
                )
        known = {say(f"violation.{name}"): _who(visit, file, name) for name in _DONE}
        names = ("collector", "agency", "branch", "person")
        known |= {say(f"id.{name}"): file[f"{name}_id"] or "" for name in names}
        if file["channel"]:
            known[say("inspections.channel")] = say(f"channel.{file['channel']}")
        if file["turn"] is not None:
            known[say("violation.turn")] = str(file["turn"] + 1)
        if file["due_at"]:
            known[say("field.owner_id")] = file["owner_id"]
            known[say("field.due_at")] = say.moment(instant(file["due_at"]))
        if file["appeal"]:
            known[say("violations.appeal")] = say(f"appeal.{file['appeal']}")
        facts({name: value for name, value in known.items() if value})


def _who(visit: Visit, file: File, did: str) -> str:
    """Who did it and when; empty where nobody has."""
    if not file[f"{did}_by"]:
        return ""
    return f"{file[f'{did}_by']} · {visit.say.moment(instant(file[f'{did}_at']))}"


def build(visit: Visit) -> None:
    """Draw the page."""
    ViolationPage(visit)


PAGE = Page(
    "violations", "/violations/{violation_id}", build, scopes=("inspections:read",), under="violations"
)
