"""One complaint: its clocks, what can be done now, and its whole file."""

from typing import Any

from services.reporting.console import acts
from services.reporting.console.acts import Act
from services.reporting.console.pages.complaints import SEVERITY_TONES
from services.reporting.console.parts.acting import Desk
from services.reporting.console.parts.area import Area
from services.reporting.console.parts.clocks import acknowledging, deciding, show_clock
from services.reporting.console.parts.elements import box, button, chip, facts, heading, link, panel, text
from services.reporting.console.parts.file import show_actions, show_evidence, show_history, show_sanctions
from services.reporting.console.parts.tables import short
from services.reporting.console.visit import Page, Visit, instant
from shared.web.access_log import IN_CLEAR

File = dict[str, Any]


class ComplaintPage:
    """The page in one browser tab."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._id = visit.parameters["complaint_id"]
        link(f"← {visit.say('page.complaints')}", visit.url("/complaints"), classes="back")
        self._area = Area(visit, self._fetch, self._draw, lines=10)
        register, path = visit.complaint_register, f"/complaints/{self._id}"
        self._desk = Desk(visit, register, path, self._area.load, acts.body_of)

    async def _fetch(self) -> File:
        file: File = await self._visit.complaint_register.get(f"/complaints/{self._id}")
        return file

    def _draw(self, file: File) -> None:
        say = self._visit.say
        title = say(f"category.{file['category']}")
        title = title[:1].upper() + title[1:]
        with heading(title, short(self._id)):
            chip(say(f"severity.{file['severity']}"), SEVERITY_TONES[file["severity"]])
            chip(say(f"state.{file['state']}"), "strong")
        with box("split"):
            with box("stack"):
                with panel(say("file.can"), "acts"):
                    self._acts(file)
                if self._visit.session.may("complaint:write", IN_CLEAR):
                    with panel(say("file.texts")):
                        self._texts()
                with panel(say("file.history"), "history"):
                    show_history(say, file["history"])
            with box("stack"):
                with panel(say("file.clocks")):
                    self._clocks(file)
                with panel(say("file.facts")):
                    self._facts(file)
                with panel(say("file.actions"), "actions"):
                    show_actions(say, file["actions"], self._finish(file))
                with panel(say("file.evidence"), "evidence"):
                    show_evidence(self._visit, file["evidence"])
                show_sanctions(say, file["sanctions"])

    def _clocks(self, file: File) -> None:
        say, now = self._visit.say, self._visit.now()
        acknowledge = say("clock.by", time=say.moment(instant(file["acknowledge_by"])))
        show_clock(acknowledging(say, file, now), say("clock.acknowledge"), acknowledge)
        extended = say("clock.extensions", used=str(file["extensions"]), left=str(file["extensions_left"]))
        below = f"{say('clock.on', day=file['due_on'])} · {extended}"
        show_clock(deciding(say, file, now), say("clock.decide"), below)
        text(f"{say('file.term')}: {file['term_cite']}", tag="p", classes="note")

    def _facts(self, file: File) -> None:
        say = self._visit.say
        with box("fact-links"):
            link(
                f"{say('page.timeline')}: {file['person_id']}",
                self._visit.url(f"/timeline/{file['person_id']}"),
            )
        known = {
            say("complaints.received"): say.moment(instant(file["opened_at"])),
            say("complaints.source"): say(f"source.{file['source']}"),
            say("complaints.assignee"): file["assignee_id"] or say("complaints.nobody"),
            say("id.customer"): file["customer_id"],
            say("file.jurisdiction"): file["jurisdiction"],
            say("file.hold"): say("holds.state.standing") if file["hold_id"] else say("none"),
        }
        known |= {
            say(f"id.{name}"): file[f"{name}_id"] for name in ("collector", "supervisor", "agency", "branch")
        }
        if file["finding"]:
            known[say("file.finding")] = say(f"finding.{file['finding']}")
        facts({name: value for name, value in known.items() if value})

    def _acts(self, file: File) -> None:
        say = self._visit.say
        for waits, who in (("clock.asked", "extension_asked_by"), ("clock.proposed", "decision_proposed_by")):
            if file[who] and file["state"] in acts.UNDECIDED:
                text(say(waits, who=file[who]), tag="p", classes="notice-line")
        self._desk.show(acts.possible(file), file)

    def _finish(self, file: File) -> Any:
        if file["state"] != "rectifying" or not self._visit.session.may("complaint:write"):
            return None
        act = Act("finish", "", frozenset())
        return lambda action_id: self._desk.open(act, f"actions/{action_id}/completion", file)

    def _texts(self) -> None:
        """What was written down, on demand: it is personal data."""
        holder = box()

        async def fetch() -> dict[str, str | None]:
            texts: dict[str, str | None] = await self._visit.complaint_register.get(
                f"/complaints/{self._id}/texts"
            )
            return texts

        def show() -> None:
            holder.clear()
            with holder:
                Area(self._visit, fetch, self._draw_texts, lines=2)

        with holder:
            button(self._visit.say("file.texts.show"), show, data_testid="texts")

    def _draw_texts(self, texts: dict[str, str | None]) -> None:
        say = self._visit.say
        if not any(texts.values()):
            text(say("file.texts.none"), tag="p", classes="none")
        for name, word in (("text", "said"), ("findings", "findings"), ("cause", "cause")):
            if texts[name]:
                text(say(f"file.texts.{word}"), tag="h3", classes="text-head")
                text(texts[name] or "", tag="p", classes="text-body")


def build(visit: Visit) -> None:
    """Draw the page."""
    ComplaintPage(visit)


PAGE = Page("complaints", "/complaints/{complaint_id}", build, scopes=("complaint:read",), under="complaints")
