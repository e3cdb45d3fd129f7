"""Completeness: providers' days compared with the log, where they differ, settling that, a run now."""

from collections.abc import Sequence
from typing import Any

from nicegui import ui

from services.reporting.console.parts.area import Area
from services.reporting.console.parts.elements import box, button, cell, chip, heading, link, panel, text
from services.reporting.console.parts.forms import Form, options
from services.reporting.console.parts.listing import Filters, Item, Tabs, gathered, show_list
from services.reporting.console.parts.tables import short
from services.reporting.console.visit import Page, Visit, instant

SETTLEMENTS = ("incident_handled", "provider_error", "explained")
_DAYS = ("provider", "day", "state", "records", "permitted", "violations", "discrepancies", "compared", "do")
_FINDINGS = ("rule", "provider", "happened", "message", "contact", "state", "do")
_VIEWS: dict[str, dict[str, str]] = {
    "open": {"open": "true"},
    "violation": {"violation": "true"},
    "all": {},
}
_TONES = {"compared": "good", "failing": "bad", "waiting": ""}
_WRITE = "completeness:write"


class Completeness:
    """The page in one browser tab."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._providers: list[str] = []
        say = visit.say
        with heading(say("page.completeness"), say("completeness.lead")):
            if visit.session.may(_WRITE):
                button(say("days.run"), lambda: self._open_run({}), classes="main", data_testid="run")
        with panel(say("days.title"), "days", say("days.note")):
            with Filters(visit, self._reload_days) as self._filters:
                self._filters.line("provider", say("days.provider"))
                self._filters.day("from", say("days.from"))
                self._filters.day("to", say("days.to"))
            self._days = Area(visit, self._fetch_days, self._draw_days, lines=5)
        with panel(say("findings.title"), "findings"):
            self._tabs = Tabs({view: say(f"findings.view.{view}") for view in _VIEWS}, self._reload_findings)
            self._findings = Area(visit, self._fetch_findings, self._draw_findings, lines=4)

    async def _reload_days(self) -> None:
        await self._days.load()

    async def _reload_findings(self) -> None:
        await self._findings.load()

    async def _fetch_days(self) -> list[Item]:
        found = await gathered(self._visit.compliance, "/completeness", self._filters.query, most=1)
        self._providers = sorted({one["provider"] for one in found} | set(self._providers))
        return found

    async def _fetch_findings(self) -> list[Item]:
        query = _VIEWS[self._tabs.now]
        found = await gathered(self._visit.compliance, "/completeness/findings", query)
        return found if self._tabs.now == "open" else found[::-1]

    def _draw_days(self, days: Sequence[Item]) -> None:
        show_list(self._visit.say, "days", _DAYS, days, self._day)

    def _day(self, one: Item) -> None:
        say = self._visit.say
        with cell("provider"), box("pack-name"):
            text(one["provider"], classes="strong")
            text(say(f"channel.{one['channel']}"), classes="note")
        text(one["day"], tag="td", classes="num")
        with cell("state"), box("pack-name"):
            chip(say("days.asked" if one["asked"] else f"run.{one['state']}"), _TONES[one["state"]])
            if one["problem"]:
                text(one["problem"], classes="note wrap", title=one["problem"])
        for name in ("records", "permitted"):
            text(f"{one[name]:,}", tag="td", classes="num")
        for name in ("violations", "discrepancies"):
            with cell(name):
                self._counted(one[name], one[f"open_{name}"])
        until = one["compared_until"]
        text(say.moment(instant(until)) if until else "–", tag="td", classes="num")
        with cell("do"):
            if self._visit.session.may(_WRITE):
                button(say("days.again"), lambda: self._open_run(one), classes="small", data_testid="again")

    def _counted(self, number: int, still_open: int) -> None:
        text(f"{number:,}", classes="num")
        if still_open:
            chip(self._visit.say("days.open", count=str(still_open)), "bad")

    def _draw_findings(self, found: Sequence[Item]) -> None:
        show_list(self._visit.say, "findings", _FINDINGS, found, self._finding)

    def _finding(self, one: Item) -> None:
        say, visit = self._visit.say, self._visit
        with cell("rule"), box("pack-name"):
            text(say.known(f"finding-rule.{one['rule_id']}", one["rule_id"]), classes="strong")
            if one["is_violation"] and visit.session.may("inspections:read"):
                link(one["rule_id"], visit.url(f"/violations/{one['finding_id']}"), classes="link code")
            else:
                text(one["rule_id"], classes="code")
        text(f"{one['provider']} · {one['day']}", tag="td", classes="num")
        text(say.moment(instant(one["happened_at"])), tag="td", classes="num")
        text(short(one["message_id"] or "–"), tag="td", classes="code", title=one["message_id"] or "")
        with cell("contact"):
            if one["contact_id"]:
                address = visit.url(f"/timeline/{one['contact_id']}")
                link(short(one["contact_id"]), address, classes="link code")
            else:
                text("–")
        with cell("state"):
            if one["settled_at"]:
                chip(say(f"settlement.{one['settlement']}"), "good", one["settled_by"] or "")
            else:
                chip(say("findings.open"), "bad" if one["is_violation"] else "warn")
        with cell("do"):
            if not one["settled_at"] and visit.session.may(_WRITE):
                button(
                    say("findings.settle"),
                    lambda: self._open_settle(one),
                    classes="small",
                    data_testid="settle",
                )

    def _open_run(self, about: Item) -> None:
        say = self._visit.say
        form = Form(
            self._visit, say("days.run"), say("days.run.hint"), say("days.run"), self._run, self._days.load
        )
        today = self._visit.now().astimezone(say.zone).date().isoformat()
        with form.body:
            given = about.get("provider")
            if self._providers:
                named = {name: name for name in self._providers}
                form.choice("provider", say("days.provider"), named, value=given or self._providers[0])
            else:
                form.line("provider", say("days.provider"), required=True, most=32)
            form.day("day", say("days.day"), value=about.get("day", today))
        form.open()

    async def _run(self, values: dict[str, Any], form: str) -> None:
        await self._visit.compliance.post("/completeness/runs", values, form)
        ui.notify(self._visit.say("days.run.done"), type="positive")

    def _open_settle(self, one: Item) -> None:
        say = self._visit.say

        async def send(values: dict[str, Any], form: str) -> None:
            path = f"/completeness/findings/{one['finding_id']}/settlement"
            await self._visit.compliance.post(path, values, form)
            ui.notify(say("act.done"), type="positive")
            await self._days.load()

        title = say("findings.settle")
        hint = say("findings.settle.hint.violation" if one["is_violation"] else "findings.settle.hint")
        form = Form(self._visit, title, hint, title, send, self._findings.load)
        with form.body:
            ways = options(self._visit, "settlement", SETTLEMENTS)
            form.choice("settlement", say("findings.settlement"), ways)
        form.open()


def build(visit: Visit) -> None:
    """Draw the page."""
    Completeness(visit)


PAGE = Page("completeness", "/completeness", build, scopes=("completeness:read",), group="compliance")
