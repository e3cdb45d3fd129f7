"""One inspection: what was said with what was found in it, the scoring form, the result, its file."""

from typing import Any

from nicegui import ui

from services.reporting.console import inspection_acts as acts
from services.reporting.console.acts import possible
from services.reporting.console.pages.inspections import show_state
from services.reporting.console.parts.acting import Desk
from services.reporting.console.parts.area import Area, nothing
from services.reporting.console.parts.elements import box, chip, facts, heading, link, panel, text
from services.reporting.console.parts.file import show_history
from services.reporting.console.parts.sheet import ScoringForm
from services.reporting.console.parts.tables import short
from services.reporting.console.parts.transcript import SEVERITY_TONES, Transcript, show_finding
from services.reporting.console.scoring import usable
from services.reporting.console.visit import Page, Visit, instant
from shared.web.access_log import IN_CLEAR

File = dict[str, Any]
_WRITE = "inspections:write"
_MARKS = {"met": "good", "partly_met": "warn", "not_met": "bad", "not_applicable": ""}


class InspectionPage:
    """The page in one browser tab."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._path = f"/inspections/{visit.parameters['inspection_id']}"
        link(f"← {visit.say('page.inspections')}", visit.url("/inspections"), classes="back")
        self._area = Area(visit, self._fetch, self._draw, lines=10)
        self._desk = Desk(visit, visit.inspection_desk, self._path, self._area.load, reasoned=False)

    async def _fetch(self) -> tuple[File, list[File]]:
        """The file, and the forms by which it can be or was scored."""
        register = self._visit.inspection_desk
        file = await register.get(self._path)
        if file["form_id"] is None:
            page = await register.get("/inspection-forms", limit="200")
            return file, usable(page["items"], file["channel"])
        versions = await register.get(f"/inspection-forms/{file['form_id']}/versions")
        return file, [one["body"] for one in versions if one["version"] == file["form_version"]]

    def _draw(self, found: tuple[File, list[File]]) -> None:
        say, visit = self._visit.say, self._visit
        file, forms = acts.of_inspection(found[0], visit.now()), found[1]
        title = say("inspection.heading", channel=say(f"channel.{file['channel']}"))
        with heading(title, short(file["contact_id"])):
            if file["sampled"]:
                chip(say("why.sample"))
            show_state(visit, file)
        is_mine = file["held_by"] == visit.session.subject and file["state"] in acts.WAITING
        with box("split"):
            with box("stack"):
                if file["state"] in acts.WAITING:
                    with panel(say("file.can"), "acts"):
                        self._desk.show(possible(file, acts.INSPECTION_ACTS), file)
                self._said(file, is_mine)
                if is_mine:
                    with panel(say("scoring.title"), "scoring"):
                        self._scoring(file, forms)
                if file["state"] == "completed":
                    self._result(file, forms)
                with panel(say("file.history"), "history"):
                    show_history(say, file["history"])
            with box("stack"):
                with panel(say("inspection.findings"), "findings", say("inspection.findings.note")):
                    self._findings(file)
                with panel(say("file.facts")):
                    self._facts(file)
                with panel(say("page.violations"), "violations"):
                    self._violations(file)

    def _said(self, file: File, is_mine: bool) -> None:
        say, session = self._visit.say, self._visit.session
        with panel(say("transcript.title"), "transcript"):
            if not session.may(_WRITE, IN_CLEAR):
                text(say("transcript.rights"), tag="p", classes="none")
                return
            Transcript(self._visit, file["contact_id"], file["findings"], shown=is_mine)

    def _scoring(self, file: File, forms: list[File]) -> None:
        say = self._visit.say
        if not forms:
            nothing(say("scoring.no-form"), say("scoring.no-form.hint"))
            return

        def show(name: str) -> None:
            holder.clear()
            chosen = next(form for form in forms if form["form_id"] == name)
            with holder:
                ScoringForm(self._visit, chosen, file["findings"], self._hand_in)

        first = forms[0]["form_id"]
        if len(forms) > 1:
            named = {form["form_id"]: form["title"] for form in forms}
            choice = ui.select(named, value=first, label=say("scoring.form"))
            choice.props("outlined dense options-dense").on_value_change(lambda: show(choice.value))
        holder = box("stack")
        show(first)

    async def _hand_in(self, body: dict[str, Any], form: str) -> None:
        await self._visit.inspection_desk.post(f"{self._path}/result", body, form)
        ui.notify(self._visit.say("act.done"), type="positive")
        await self._area.load()

    def _result(self, file: File, forms: list[File]) -> None:
        say = self._visit.say
        tone = "good" if file["passed"] else "bad"
        with panel(say("inspection.result"), "result"):
            with box("line"):
                text(f"{float(file['score']):g}", classes=f"result-score {tone}-text num")
                chip(say("inspections.passed" if file["passed"] else "inspections.failed"), tone)
                at = say.moment(instant(file["ended_at"]))
                text(say("inspection.by", who=file["ended_by"], time=at), classes="note num")
            for item in forms[0]["items"] if forms else ():
                mark = file["marks"].get(item["item_id"])
                with box("line"):
                    if mark:
                        chip(say(f"mark.{mark}"), _MARKS[mark])
                    text(item["title"])
                    if item["critical"]:
                        text(say("scoring.critical"), classes="note")

    def _findings(self, file: File) -> None:
        say = self._visit.say
        if not file["findings"]:
            text(say("inspection.findings.none"), tag="p", classes="none")
        for one in file["findings"]:
            with box("action"):
                text(say("scoring.turn", turn=str(one["turn"] + 1)), classes="note")
                show_finding(self._visit, one)
                text(one["citation"], tag="p", classes="note")

    def _facts(self, file: File) -> None:
        say, visit = self._visit.say, self._visit
        with box("fact-links"):
            address = visit.url(f"/timeline/{file['contact_id']}")
            link(f"{say('page.timeline')}: {file['contact_id']}", address)
        why = [
            " ".join(filter(None, (say("why." + one["cause"]), one["plan_id"], one["period"])))
            for one in file["reasons"]
        ]
        known = {
            say("inspections.contacted"): say.moment(instant(file["contacted_at"])),
            say("inspections.why"): ", ".join(dict.fromkeys(why)),
            say("inspection.queued"): say.moment(instant(file["queued_at"])),
            say("inspection.round"): str(file["round"]),
            say("id.person"): file["person_id"],
        }
        known |= {say(f"id.{name}"): file[f"{name}_id"] for name in ("collector", "agency", "branch")}
        facts({name: value for name, value in known.items() if value})

    def _violations(self, file: File) -> None:
        say, visit = self._visit.say, self._visit
        if not file["found"]:
            text(say("inspection.violations.none"), tag="p", classes="none")
        for one in file["found"]:
            with box("line"):
                chip(say(f"severity.{one['severity']}"), SEVERITY_TONES[one["severity"]])
                link(one["rule_id"], visit.url(f"/violations/{one['violation_id']}"), classes="link code")
                chip(say(f"violation-state.{one['state']}"))


def build(visit: Visit) -> None:
    """Draw the page."""
    InspectionPage(visit)


PAGE = Page(
    "inspections", "/inspections/{inspection_id}", build, scopes=("inspections:read",), under="inspections"
)
