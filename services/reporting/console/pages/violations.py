"""The register of violations, and a collector's own."""

from collections.abc import Callable, Sequence

from services.reporting.console import inspection_acts as acts
from services.reporting.console.acts import possible
from services.reporting.console.parts.acting import Desk
from services.reporting.console.parts.area import Area
from services.reporting.console.parts.elements import cell, chip, heading, link, panel, text
from services.reporting.console.parts.forms import options
from services.reporting.console.parts.listing import Filters, Item, Tabs, gathered, show_list
from services.reporting.console.parts.transcript import SEVERITY_TONES
from services.reporting.console.visit import Page, Visit, instant
from shared.contracts.complaints import Severity

STATE_TONES = {"found": "bad", "confirmed": "warn", "rectification_due": "warn", "verified": "good"}
_VIEWS: dict[str, Callable[[Visit], dict[str, str]]] = {
    "found": lambda _: {"state": "found"},
    "confirmed": lambda _: {"state": "confirmed"},
    "rectification_due": lambda _: {"state": "rectification_due"},
    "rectified": lambda _: {"state": "rectified"},
    "appealed": lambda _: {"appeal": "lodged"},
    "late": lambda _: {"late": "true"},
    "owned": lambda visit: {"owner_id": visit.session.subject},
    "all": lambda _: {},
}
_COLUMNS = ("rule", "severity", "state", "collector", "branch", "due", "found", "by")
_OWN = ("rule", "severity", "state", "contact", "found", "appeal", "do")


class Violations:
    """The page in one browser tab."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        say = visit.say
        with heading(say("page.violations"), say("violations.lead")):
            pass
        with panel("", "violations"):
            self._tabs = Tabs({view: say(f"violations.view.{view}") for view in _VIEWS}, self._reload)
            with Filters(visit, self._reload) as self._filters:
                severities = {"": say("all")} | options(visit, "severity", list(Severity))
                self._filters.choice("severity", say("violations.severity"), severities)
                self._filters.line("rule_id", say("violations.rule"))
                self._filters.line("collector_id", say("id.collector"))
                self._filters.line("branch_id", say("id.branch"))
                self._filters.line("agency_id", say("id.agency"))
            self._area = Area(visit, self._fetch, self._draw, lines=6)

    async def _reload(self) -> None:
        await self._area.load()

    async def _fetch(self) -> list[Item]:
        query = _VIEWS[self._tabs.now](self._visit) | self._filters.query
        found = await gathered(self._visit.inspection_desk, "/violations", query)
        return found[::-1] if self._tabs.now == "all" else found

    def _draw(self, found: Sequence[Item]) -> None:
        show_list(self._visit.say, "violations", _COLUMNS, found, self._row)

    def _row(self, one: Item) -> None:
        say, visit = self._visit.say, self._visit
        with cell("rule"):
            link(one["rule_id"], visit.url(f"/violations/{one['violation_id']}"), classes="link code")
        with cell("severity"):
            chip(say(f"severity.{one['severity']}"), SEVERITY_TONES[one["severity"]])
        with cell("state"):
            show_state(visit, one)
        text(one["collector_id"] or "–", tag="td", classes="strong")
        text(one["branch_id"] or one["agency_id"] or "–", tag="td")
        text(say.moment(instant(one["due_at"])) if one["due_at"] else "–", tag="td", classes="num")
        text(say.moment(instant(one["found_at"])), tag="td", classes="num")
        text(one["found_by"], tag="td")


class OwnViolations:
    """What the collector who looks is said to have broken, and appealing against it."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        say = visit.say
        with heading(say("page.own-violations"), say("own-violations.lead")):
            pass
        with panel("", "violations"):
            self._area = Area(visit, self._fetch, self._draw, lines=4)

    async def _fetch(self) -> list[Item]:
        return (await gathered(self._visit.compliance, "/own-violations"))[::-1]

    def _draw(self, found: Sequence[Item]) -> None:
        show_list(self._visit.say, "violations", _OWN, found, self._row)

    def _row(self, one: Item) -> None:
        say, visit = self._visit.say, self._visit
        text(one["rule_id"], tag="td", classes="code", title=one["citation"])
        with cell("severity"):
            chip(say(f"severity.{one['severity']}"), SEVERITY_TONES[one["severity"]])
        with cell("state"):
            show_state(visit, one)
        text(one["contact_id"] or "–", tag="td", classes="code")
        text(say.moment(instant(one["found_at"])), tag="td", classes="num")
        text(say(f"appeal.{one['appeal']}") if one["appeal"] else "–", tag="td")
        with cell("do"):
            path = f"/violations/{one['violation_id']}"
            own = [act for act in possible(one, acts.VIOLATION_ACTS) if act.name == "appeal"]
            if own:
                Desk(visit, visit.compliance, path, self._area.load, reasoned=False).show(own, one)


def show_state(visit: Visit, one: Item) -> None:
    """Where a violation stands: its state, an appeal that waits, and whether it is late."""
    say = visit.say
    chip(say(f"violation-state.{one['state']}"), STATE_TONES.get(one["state"], ""))
    if one["late"] and one["state"] == "rectification_due":
        chip(say("clock.late"), "bad")
    if one["appeal"] == "lodged":
        chip(say("appeal.lodged"), "strong")


def build(visit: Visit) -> None:
    """Draw the page."""
    Violations(visit)


def build_own(visit: Visit) -> None:
    """Draw the collector's page."""
    OwnViolations(visit)


PAGE = Page("violations", "/violations", build, scopes=("inspections:read",), group="compliance")
OWN = Page("own-violations", "/own-violations", build_own, scopes=("inspections:appeal",), group="compliance")
