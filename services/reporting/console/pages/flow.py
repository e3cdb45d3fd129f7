"""The flow alive: what each service said lately, the funnel, buckets, cases, rules, lag."""

from nicegui import ui

from services.reporting.console.parts.buckets import Buckets
from services.reporting.console.parts.elements import box, text
from services.reporting.console.parts.funnel import Funnel
from services.reporting.console.parts.header import Alive
from services.reporting.console.parts.services import Services
from services.reporting.console.parts.tables import Cases, Lag, Rules
from services.reporting.console.parts.tiles import Tiles
from services.reporting.console.visit import Page, Visit
from services.reporting.handlers import CONSUMED

REFRESH_SECONDS = 1.0


class Flow:
    """The page in one browser tab."""

    def __init__(self, visit: Visit) -> None:
        say = visit.say
        self._visit = visit
        self._live = visit.console.live
        self._alive = Alive(say)
        with box("stack loading") as self._main:
            with box("empty hidden") as self._empty:
                text(say("empty.title"), tag="h2")
                text(say("empty.hint"), tag="p")
            self._tiles = Tiles(say)
            self._services = Services(say)
            with box("pair wide"):
                self._funnel = Funnel(say)
                self._buckets = Buckets(say)
            self._cases = Cases(say, visit.url)
            with box("pair"):
                self._rules = Rules(say)
                self._lag = Lag(say, [topic.name for topic in CONSUMED])

    async def refresh(self) -> None:
        """Show the newest snapshot; lead to the login when the session is over."""
        if self._visit.is_over():
            return
        await self._live.refresh()
        self.show()

    def show(self) -> None:
        """Show what is known now."""
        self._alive.show(self._live)
        snapshot = self._live.snapshot
        away = " away" if self._live.away_since is not None else ""
        if snapshot is None:
            self._main.classes(replace=f"stack loading{away}")
            return
        self._main.classes(replace=f"stack{away}")
        self._empty.classes(replace="empty" if snapshot.empty else "empty hidden")
        self._tiles.show(snapshot.aggregates.figures)
        self._services.show(snapshot)
        self._funnel.show(snapshot.aggregates.funnel)
        self._buckets.show(snapshot.aggregates.buckets)
        self._cases.show(snapshot.cases)
        self._rules.show(snapshot.aggregates.rules)
        self._lag.show(snapshot.topics)


def build(visit: Visit) -> None:
    """Draw the page and keep it up to date."""
    page = Flow(visit)
    page.show()
    ui.timer(REFRESH_SECONDS, page.refresh)


PAGE = Page("flow", "/", build, group="operations")
