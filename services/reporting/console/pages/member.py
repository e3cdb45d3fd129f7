"""One member of staff: what keeps them from contacts, certificates, suspensions, declared ties."""

from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import ui

from services.reporting.console.pages.staff import is_active, show_end
from services.reporting.console.parts.area import Area
from services.reporting.console.parts.elements import box, button, chip, facts, heading, link, panel, text
from services.reporting.console.parts.forms import Form, options, reason_field
from services.reporting.console.staff_acts import RELATIONS
from services.reporting.console.visit import Page, Visit, instant
from shared.contracts.staff import CertificateKind

File = dict[str, Any]


class Member:
    """The page in one browser tab."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._id = visit.parameters["staff_id"]
        self._path = f"/staff/{self._id}"
        link(f"← {visit.say('page.staff')}", visit.url("/staff"), classes="back")
        self._area = Area(visit, self._fetch, self._draw, lines=8)

    async def _fetch(self) -> tuple[File, list[File]]:
        file = await self._visit.compliance.get(self._path)
        ties = await self._visit.compliance.get("/conflicts", staff_id=self._id, limit="200")
        return file, ties["items"]

    def _draw(self, found: tuple[File, list[File]]) -> None:
        say, visit = self._visit.say, self._visit
        file, ties = found
        with heading(file["staff_id"], say(f"role.{file['role']}")):
            works = is_active(visit, file)
            chip(say("staff.works" if works else "staff.gone"), "good" if works else "")
        self._standing(file)
        if visit.session.may("staff:write"):
            with panel(say("file.can"), "acts"), box("act-list"):
                button(say("act.suspend"), self._suspend, classes="danger", data_act="suspend")
                button(say("act.certify"), self._certify, data_act="certify")
                button(say("act.tie"), self._tie, data_act="tie")
        with box("split"):
            with box("stack"):
                with panel(say("member.certificates"), "certificates"):
                    self._certificates(file["certificates"])
                with panel(say("member.suspensions"), "suspensions"):
                    self._suspensions(file["suspensions"])
            with box("stack"):
                with panel(say("file.facts")):
                    self._facts(file)
                with panel(say("page.ties")):
                    self._ties(ties)

    def _standing(self, file: File) -> None:
        say = self._visit.say
        if not file["lacks"]:
            with box("notice good").props('role="status" data-testid="standing"'):
                text(say("member.may"), tag="h3")
            return
        with box("notice bad").props('role="alert" data-testid="standing"'):
            with box():
                text(say("member.may-not"), tag="h3")
                text(say("member.may-not.hint"), tag="p")
            with box("chips"):
                for lack in file["lacks"]:
                    chip(say.known(f"lack.{lack}", say.known(f"certificate.{lack}", lack)), "bad")

    def _certificates(self, certificates: list[File]) -> None:
        say = self._visit.say
        if not certificates:
            text(say("member.certificates.none"), tag="p", classes="none")
        for one in certificates:
            with box("line"):
                text(say(f"certificate.{one['kind']}"), classes="strong")
                text(one["course_id"] or "", classes="note")
                text(say("member.passed", time=say.moment(instant(one["passed_at"]))), classes="note num")
                show_end(self._visit, one)
                if not one["revoked_at"] and self._visit.session.may("staff:write"):
                    self._small("revoke", f"/certificates/{one['certificate_id']}/revocation")

    def _suspensions(self, suspensions: list[File]) -> None:
        say = self._visit.say
        if not suspensions:
            text(say("member.suspensions.none"), tag="p", classes="none")
        for one in suspensions:
            with box("line"):
                until = say.moment(instant(one["until"])) if one["until"] else say("holds.until.open")
                span = f"{say.moment(instant(one['since']))} – {until}"
                text(span, classes="num strong")
                text(one["suspended_by"], classes="note")
                over = one["until"] is not None and instant(one["until"]) <= self._visit.now()
                if one["lifted_at"]:
                    chip(say("member.lifted", who=one["lifted_by"] or "–"))
                elif over:
                    chip(say("holds.state.over"))
                else:
                    chip(say("holds.state.standing"), "bad")
                    if self._visit.session.may("staff:write"):
                        self._small("lift", f"{self._path}/suspensions/{one['suspension_id']}/lifting")

    def _ties(self, ties: list[File]) -> None:
        say = self._visit.say
        if not ties:
            text(say("ties.none"), tag="p", classes="none")
        for tie in ties:
            with box("line"):
                chip(say(f"relation.{tie['relation']}"))
                text(tie["person_id"], classes="code")
                chip(
                    say("tie.ended" if tie["ended_at"] else "tie.declared"), "" if tie["ended_at"] else "warn"
                )

    def _facts(self, file: File) -> None:
        say = self._visit.say
        known = {
            say("id.agency"): file["agency_id"] or say("staff.bank"),
            say("id.branch"): file["branch_id"],
            say("staff.since"): say.moment(instant(file["active_from"])),
            say("staff.until"): file["active_until"] and say.moment(instant(file["active_until"])),
            say("staff.recorded"): f"{file['recorded_by']} · {say.moment(instant(file['recorded_at']))}",
        }
        facts({name: value for name, value in known.items() if value})

    def _small(self, act: str, path: str) -> None:
        """A button for something that needs a reason only."""

        def press() -> None:
            form = self._form(act, path, lambda values: values)
            with form.body:
                reason_field(form)
            form.open()

        button(self._visit.say(f"act.{act}"), press, classes="small", data_act=act)

    def _suspend(self) -> None:
        say = self._visit.say
        form = self._form("suspend", f"{self._path}/suspensions", lambda values: values)
        with form.body:
            form.moment("until", say("holds.until"), hint=say("member.suspend.hint"))
            reason_field(form)
        form.open()

    def _tie(self) -> None:
        say = self._visit.say
        form = self._form("tie", f"{self._path}/conflicts", lambda values: values)
        with form.body:
            form.line("person_id", say("id.person"), required=True)
            form.choice("relation", say("ties.relation"), options(self._visit, "relation", RELATIONS))
            form.line("reason", say("reason"), most=200)
        form.open()

    def _certify(self) -> None:
        say = self._visit.say

        def body(values: dict[str, Any]) -> dict[str, Any]:
            score = values.get("score")
            return values | ({"score": int(score)} if score and score.isdecimal() else {})

        form = self._form("certify", f"{self._path}/certificates", body)
        with form.body:
            kinds = options(self._visit, "certificate", list(CertificateKind))
            form.choice("kind", say("certificates.kind"), kinds)
            form.line("course_id", say("certificates.course"))
            form.moment("passed_at", say("certificates.passed"), required=True)
            form.moment("valid_until", say("certificates.ends"))
            form.line("score", say("certificates.score"), most=4)
            hint = say("certificates.digest.hint")
            form.line("evidence_digest", say("certificates.digest"), required=True, hint=hint)
        form.open()

    def _form(self, act: str, path: str, body: Callable[[dict[str, Any]], dict[str, Any]]) -> Form:
        say = self._visit.say

        async def send(values: dict[str, Any], form: str) -> None:
            await self._visit.compliance.post(path, body(values), form)
            ui.notify(say("act.done"), type="positive")

        after: Callable[[], Awaitable[None]] = self._area.load
        hint = say(f"act.{act}.hint") if say.has(f"act.{act}.hint") else ""
        return Form(self._visit, say(f"act.{act}"), hint, say(f"act.{act}"), send, after)


def build(visit: Visit) -> None:
    """Draw the page."""
    Member(visit)


PAGE = Page("staff", "/staff/{staff_id}", build, scopes=("staff:read",), under="staff")
