"""The inspectors' queue: what waits, who has it in hand, what it came to; taking the next one."""

from collections.abc import Callable, Sequence
from typing import Any

from nicegui import ui

from services.reporting.console.calling import Trouble
from services.reporting.console.inspection_acts import held_by
from services.reporting.console.parts.area import Area
from services.reporting.console.parts.elements import button, cell, chip, heading, link, panel, text
from services.reporting.console.parts.forms import Form, options
from services.reporting.console.parts.listing import Filters, Item, Tabs, gathered, show_list, subpages
from services.reporting.console.parts.tables import short
from services.reporting.console.visit import Page, Visit, instant
from shared.contracts.vocabulary import Channel

PAGES = {"inspections": "/inspections", "sampling": "/sampling", "coverage": "/coverage"}
"""The pages about inspection."""
GRAVEST = ("", "low", "medium", "high", "critical")
"""What a priority of the queue means: the gravest finding."""
TONES = ("", "", "", "warn", "bad")
_VIEWS: dict[str, Callable[[Visit], dict[str, str]]] = {
    "queued": lambda _: {"state": "queued"},
    "claimed": lambda _: {"state": "claimed"},
    "mine": lambda visit: {"state": "claimed", "claimed_by": visit.session.subject},
    "completed": lambda _: {"state": "completed"},
    "failed": lambda _: {"passed": "false"},
    "set_aside": lambda _: {"state": "set_aside"},
}
_COLUMNS = ("contact", "grave", "channel", "collector", "contacted", "why", "state")
_WRITE = "inspections:write"


class Inspections:
    """The page in one browser tab."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        say = visit.say
        with heading(say("page.inspections"), say("inspections.lead")):
            if visit.session.may(_WRITE):
                button(say("inspections.wish"), self._open_wish, data_testid="wish")
                button(say("inspections.next"), self._open_next, classes="main", data_testid="next")
        subpages(visit, PAGES)
        with panel("", "inspections"):
            self._tabs = Tabs({view: say(f"inspections.view.{view}") for view in _VIEWS}, self._reload)
            with Filters(visit, self._reload) as self._filters:
                channels = {"": say("all")} | options(visit, "channel", list(Channel))
                self._filters.choice("channel", say("inspections.channel"), channels)
                self._filters.line("collector_id", say("id.collector"))
                self._filters.line("contact_id", say("id.contact"))
            self._area = Area(visit, self._fetch, self._draw, lines=6)

    async def _reload(self) -> None:
        await self._area.load()

    async def _fetch(self) -> list[Item]:
        query = _VIEWS[self._tabs.now](self._visit) | self._filters.query
        found = await gathered(self._visit.inspection_desk, "/inspections", query)
        if self._tabs.now in ("queued", "claimed", "mine"):
            # As the queue gives them out: the gravest first, then the longest wait.
            return sorted(found, key=lambda one: -one["priority"])
        return found[::-1]

    def _draw(self, found: Sequence[Item]) -> None:
        show_list(self._visit.say, "inspections", _COLUMNS, found, self._row)

    def _row(self, one: Item) -> None:
        say, visit = self._visit.say, self._visit
        with cell("contact"):
            address = visit.url(f"/inspections/{one['inspection_id']}")
            link(short(one["contact_id"]), address, classes="link code")
        with cell("grave"):
            if one["priority"]:
                chip(say(f"severity.{GRAVEST[one['priority']]}"), TONES[one["priority"]])
            else:
                text("–")
        text(say(f"channel.{one['channel']}"), tag="td")
        text(one["collector_id"], tag="td", classes="strong")
        text(say.moment(instant(one["contacted_at"])), tag="td", classes="num")
        text(" · ".join(sorted({say(f"why.{reason['cause']}") for reason in one["reasons"]})), tag="td")
        with cell("state"):
            show_state(visit, one)

    def _open_next(self) -> None:
        say = self._visit.say
        form = Form(
            self._visit, say("inspections.next"), say("inspections.next.hint"), say("act.claim"), self._claim
        )
        with form.body:
            channels = options(self._visit, "channel", list(Channel))
            form.choice("channel", say("inspections.channel.any"), channels, required=False)
        form.open()

    async def _claim(self, values: dict[str, Any], form: str) -> None:
        try:
            taken = await self._visit.inspection_desk.post("/inspections/claims", values, form)
        except Trouble as trouble:
            if trouble.slug == "not-found":
                raise Trouble(trouble.service, trouble.status, "queue-empty") from None
            raise
        ui.navigate.to(self._visit.url(f"/inspections/{taken['inspection_id']}"))

    def _open_wish(self) -> None:
        say = self._visit.say
        title = say("inspections.wish")
        form = Form(self._visit, title, say("inspections.wish.hint"), title, self._wish)
        with form.body:
            form.line("contact_id", say("id.contact"), required=True)
            form.words("note", say("field.note"), required=True, hint=say("note.hint"))
        form.open()

    async def _wish(self, values: dict[str, Any], form: str) -> None:
        made = await self._visit.inspection_desk.post("/inspections", values, form)
        ui.navigate.to(self._visit.url(f"/inspections/{made['inspection_id']}"))


def show_state(visit: Visit, one: Item) -> None:
    """Where an inspection stands, in a word: who has it, or what it came to."""
    say, holder = visit.say, held_by(one, visit.now())
    if one["state"] == "completed":
        score = say("inspections.score", score=f"{float(one['score']):g}")
        chip(
            score,
            "good" if one["passed"] else "bad",
            say("inspections.passed" if one["passed"] else "inspections.failed"),
        )
    elif holder:
        chip(say("inspections.held", who=holder, time=say.clock(instant(one["claimed_until"]))[:5]), "warn")
    elif one["state"] == "claimed":
        chip(say("inspections.lease-over"))
    else:
        chip(say(f"inspection-state.{one['state']}"))


def build(visit: Visit) -> None:
    """Draw the page."""
    Inspections(visit)


PAGE = Page("inspections", "/inspections", build, scopes=("inspections:read",), group="compliance")
