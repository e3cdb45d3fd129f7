"""The page that shows the flow alive, in Chinese at `/` and in English at `/en`."""

from zoneinfo import ZoneInfo

from nicegui import ui
from starlette.requests import Request

from services.reporting.console.live import Live
from services.reporting.console.parts.buckets import Buckets
from services.reporting.console.parts.elements import box, text
from services.reporting.console.parts.funnel import Funnel
from services.reporting.console.parts.header import Header, mode_of
from services.reporting.console.parts.services import Services
from services.reporting.console.parts.tables import Cases, Lag, Rules
from services.reporting.console.parts.tiles import Tiles
from services.reporting.console.sessions import Session
from services.reporting.console.texts import Language, Texts
from services.reporting.handlers import CONSUMED

REFRESH_SECONDS = 1.0


class Page:
    """The page in one browser tab."""

    def __init__(self, live: Live, say: Texts, session: Session, mode: bool | None) -> None:
        self._live = live
        self._session = session
        self._login = "/login" if say.language is Language.CHINESE else "/en/login"
        self._header = Header(say, mode)
        with box("page loading", tag="main") as self._main:
            with box("empty hidden") as self._empty:
                text(say("empty.title"), tag="h2")
                text(say("empty.hint"), tag="p")
            self._tiles = Tiles(say)
            self._services = Services(say)
            with box("pair wide"):
                self._funnel = Funnel(say)
                self._buckets = Buckets(say)
            self._cases = Cases(say)
            with box("pair"):
                self._rules = Rules(say)
                self._lag = Lag(say, [topic.name for topic in CONSUMED])

    async def refresh(self) -> None:
        """Show the newest snapshot; lead to the login when the session is over."""
        if self._session.expires < self._live.wall.now().timestamp():
            ui.navigate.to(self._login)
            return
        await self._live.refresh()
        self.show()

    def show(self) -> None:
        """Show what is known now."""
        self._header.show(self._live)
        snapshot = self._live.snapshot
        away = " away" if self._live.away_since is not None else ""
        if snapshot is None:
            self._main.classes(replace=f"page loading{away}")
            return
        self._main.classes(replace=f"page{away}")
        self._empty.classes(replace="empty" if snapshot.empty else "empty hidden")
        self._tiles.show(snapshot.aggregates.figures)
        self._services.show(snapshot)
        self._funnel.show(snapshot.aggregates.funnel)
        self._buckets.show(snapshot.aggregates.buckets)
        self._cases.show(snapshot.cases)
        self._rules.show(snapshot.aggregates.rules)
        self._lag.show(snapshot.topics)


def add_pages(live: Live, zone: ZoneInfo, stylesheet: str) -> None:
    """Register the page in both languages."""

    def build(request: Request, language: Language) -> None:
        ui.add_head_html(f'<link rel="stylesheet" href="{stylesheet}">')
        session: Session = request.state.session
        page = Page(live, Texts(language, zone), session, mode_of(request.cookies.get("recoup_mode")))
        page.show()
        ui.timer(REFRESH_SECONDS, page.refresh)

    @ui.page("/", title="Recoup 贷后催收", dark=None, language="zh-CN")
    def chinese(request: Request) -> None:
        build(request, Language.CHINESE)

    @ui.page("/en", title="Recoup collections", dark=None, language="en-US")
    def english(request: Request) -> None:
        build(request, Language.ENGLISH)
