"""One complaint: its clocks, what can be done now, and its whole file."""

from typing import Any

from nicegui import ui

from services.reporting.console import acts
from services.reporting.console.acts import Act, Field
from services.reporting.console.pages.complaints import SEVERITY_TONES
from services.reporting.console.parts.area import Area
from services.reporting.console.parts.clocks import acknowledging, deciding, show_clock
from services.reporting.console.parts.elements import box, button, chip, facts, heading, link, panel, text
from services.reporting.console.parts.file import show_actions, show_evidence, show_history, show_sanctions
from services.reporting.console.parts.forms import Form, options, reason_field
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
        say, session = self._visit.say, self._visit.session
        for waits, who in (("clock.asked", "extension_asked_by"), ("clock.proposed", "decision_proposed_by")):
            if file[who] and file["state"] in acts.UNDECIDED:
                text(say(waits, who=file[who]), tag="p", classes="notice-line")
        found = acts.possible(file)
        if not found:
            text(say("file.can.none"), tag="p", classes="none")
        with box("act-list"):
            for act in sorted(found, key=lambda act: not act.main):
                self._act(act, file, acts.reasons_against(act, file, session))

    def _act(self, act: Act, file: File, why_not: acts.WhyNot) -> None:
        say = self._visit.say
        with box("act"):
            classes = "main" if act.main and why_not is None else ""
            pressed = button(say(f"act.{act.name}"), lambda: self._open(act, act.path, file), classes=classes)
            pressed.props["data-act"] = act.name
            if why_not is not None:
                pressed.props["disabled"] = True
                word, what = why_not
                text(say(f"why-not.{word}", who=what, scope=what), classes="note")

    def _finish(self, file: File) -> Any:
        if file["state"] != "rectifying" or not self._visit.session.may("complaint:write"):
            return None
        act = Act("finish", "", frozenset())
        return lambda action_id: self._open(act, f"actions/{action_id}/completion", file)

    def _open(self, act: Act, path: str, file: File) -> None:
        say = self._visit.say

        async def send(values: dict[str, Any], form: str) -> None:
            body = acts.body_of(act, values)
            await self._visit.complaint_register.post(f"/complaints/{self._id}/{path}", body, form)
            ui.notify(say("act.done"), type="positive")

        name = say(f"act.{act.name}")
        form = Form(self._visit, name, "", name, send, self._area.load)
        with form.body:
            for field in act.fields:
                self._field(form, field, file)
            reason_field(form)
        form.open()

    def _field(self, form: Form, field: Field, file: File) -> None:
        say = self._visit.say
        label = (
            say(f"id.{field.name[:-3]}") if say.has(f"id.{field.name[:-3]}") else say(f"field.{field.name}")
        )
        match field.kind:
            case "choice":
                named = options(self._visit, field.area, field.names)
                form.choice(field.name, label, named, required=field.required, value=file.get(field.name))
            case "words":
                form.words(field.name, label, required=field.required)
            case "moment":
                form.moment(field.name, label, required=field.required)
            case "line":
                most = 200 if field.name == "reference" else 64
                value = file.get(field.name) or ""
                form.line(field.name, label, required=field.required, value=value, most=most)

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
