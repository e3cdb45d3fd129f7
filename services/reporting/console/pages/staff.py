"""The register of staff, and certificates that end."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from nicegui import ui

from services.reporting.console.parts.area import Area
from services.reporting.console.parts.elements import button, cell, chip, heading, link, panel, text
from services.reporting.console.parts.forms import Form, options
from services.reporting.console.parts.listing import Filters, Item, Tabs, gathered, show_list, subpages
from services.reporting.console.visit import Page, Visit, instant
from shared.contracts.staff import CertificateKind, StaffRole

PAGES = {"staff": "/staff", "certificates": "/certificates", "rotation": "/rotation", "ties": "/ties"}
"""The pages about staff."""
_COLUMNS = ("member", "role", "employer", "branch", "since", "works")
_CERTIFICATES = ("member", "kind", "course", "passed", "ends")
_DAYS = ("30", "60", "90", "365")


class Staff:
    """The register in one browser tab."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        say = visit.say
        with heading(say("page.staff"), say("staff.lead")):
            if visit.session.may("staff:write"):
                button(say("staff.enrol"), self._open_form, classes="main", data_testid="enrol")
        subpages(visit, PAGES)
        with panel("", "staff"):
            with Filters(visit, self._reload) as self._filters:
                roles = {"": say("all")} | options(visit, "role", list(StaffRole))
                self._filters.choice("role", say("staff.role"), roles)
                self._filters.line("branch_id", say("id.branch"))
                self._filters.line("agency_id", say("id.agency"))
                self._filters.switch("active", say("staff.active"), value=True)
            self._area = Area(visit, self._fetch, self._draw, lines=6)

    async def _reload(self) -> None:
        await self._area.load()

    async def _fetch(self) -> list[Item]:
        return await gathered(self._visit.compliance, "/staff", self._filters.query)

    def _draw(self, members: Sequence[Item]) -> None:
        show_list(self._visit.say, "staff", _COLUMNS, members, self._row)

    def _row(self, member: Item) -> None:
        say, visit = self._visit.say, self._visit
        with cell("member"):
            link(member["staff_id"], visit.url(f"/staff/{member['staff_id']}"), classes="link strong")
        text(say(f"role.{member['role']}"), tag="td")
        text(member["agency_id"] or say("staff.bank"), tag="td")
        text(member["branch_id"] or "–", tag="td")
        text(say.moment(instant(member["active_from"])), tag="td", classes="num")
        with cell("works"):
            works = is_active(visit, member)
            chip(say("staff.works" if works else "staff.gone"), "good" if works else "")

    def _open_form(self) -> None:
        say, visit = self._visit.say, self._visit
        title, hint = say("staff.enrol"), say("staff.enrol.hint")
        form = Form(visit, title, hint, title, self._enrol, self._area.load)
        with form.body:
            form.line("staff_id", say("id.staff"), required=True)
            form.choice("role", say("staff.role"), options(visit, "role", list(StaffRole)))
            form.line("agency_id", say("id.agency"), hint=say("staff.agency.hint"))
            form.line("branch_id", say("id.branch"))
            form.moment("active_from", say("staff.since"), required=True)
            form.moment("active_until", say("staff.until"))
        form.open()

    async def _enrol(self, values: dict[str, Any], form: str) -> None:
        await self._visit.compliance.post("/staff", values, form)
        ui.notify(self._visit.say("act.done"), type="positive")


class Certificates:
    """Certificates that end soon, in one browser tab."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        say = visit.say
        with heading(say("page.certificates"), say("certificates.lead")):
            pass
        subpages(visit, PAGES)
        with panel("", "certificates"):
            views = {days: say("certificates.within", days=days) for days in _DAYS}
            self._tabs = Tabs(views, self._reload)
            with Filters(visit, self._reload) as self._filters:
                kinds = {"": say("all")} | options(visit, "certificate", list(CertificateKind))
                self._filters.choice("kind", say("certificates.kind"), kinds)
            self._area = Area(visit, self._fetch, self._draw, lines=6)

    async def _reload(self) -> None:
        await self._area.load()

    async def _fetch(self) -> list[Item]:
        before = self._visit.now() + timedelta(days=int(self._tabs.now))
        query = self._filters.query | {"ends_before": before.isoformat()}
        return await gathered(self._visit.compliance, "/certificates", query)

    def _draw(self, found: Sequence[Item]) -> None:
        show_list(self._visit.say, "certificates", _CERTIFICATES, found, self._row)

    def _row(self, one: Item) -> None:
        say, visit = self._visit.say, self._visit
        with cell("member"):
            link(one["staff_id"], visit.url(f"/staff/{one['staff_id']}"), classes="link strong")
        text(say(f"certificate.{one['kind']}"), tag="td")
        text(one["course_id"] or "–", tag="td")
        text(say.moment(instant(one["passed_at"])), tag="td", classes="num")
        with cell("ends"):
            show_end(visit, one)


def show_end(visit: Visit, certificate: Item) -> None:
    """When a certificate ends, and how soon that is."""
    say = visit.say
    if certificate["revoked_at"]:
        chip(say("certificates.revoked", who=certificate["revoked_by"] or "–"), "bad")
        return
    if certificate["valid_until"] is None:
        text(say("certificates.open"))
        return
    ends = instant(certificate["valid_until"])
    left = (ends - visit.now()).total_seconds()
    text(say.moment(ends), classes="num")
    if left <= 0:
        chip(say("certificates.ended"), "bad")
    else:
        chip(
            say("clock.left", time=say.span(left)),
            "warn" if left < timedelta(days=30).total_seconds() else "",
        )


def is_active(visit: Visit, member: Item) -> bool:
    """Whether the member works now."""
    until, now = member["active_until"], visit.now()
    return instant(member["active_from"]) <= now and (until is None or now < instant(until))


def build(visit: Visit) -> None:
    """Draw the register."""
    Staff(visit)


def build_certificates(visit: Visit) -> None:
    """Draw the certificates."""
    Certificates(visit)


PAGE = Page("staff", "/staff", build, scopes=("staff:read",), group="compliance")
CERTIFICATES = Page(
    "certificates", "/certificates", build_certificates, scopes=("staff:read",), under="staff"
)
