"""One person's open page: what all pages are given, and what a page is."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from nicegui import ui
from starlette.requests import Request

from services.reporting.console.calling import Caller, Services
from services.reporting.console.live import Live
from services.reporting.console.proving.notes import TrustedKeys
from services.reporting.console.sessions import Session
from services.reporting.console.texts import Language, Texts
from shared.web.access_log import AccessPurpose


@dataclass(frozen=True, slots=True)
class Console:
    """What all open pages share."""

    live: Live
    services: Services
    trusted: TrustedKeys


@dataclass(frozen=True, slots=True)
class Visit:
    """A page in one browser tab."""

    console: Console
    session: Session
    say: Texts
    page: "Page"
    parameters: dict[str, str]
    """Those of the page's path."""

    @property
    def compliance(self) -> Caller:
        """Compliance's API, asked by this person."""
        return Caller(self.console.services.compliance, self.session.credential)

    @property
    def strategy(self) -> Caller:
        """Strategy's API, asked by this person."""
        return Caller(self.console.services.strategy, self.session.credential)

    @property
    def complaint_register(self) -> Caller:
        """Compliance's API for handling complaints: a purpose for which texts may be shown in clear."""
        return replace(self.compliance, purpose=AccessPurpose.COMPLAINT_HANDLING)

    @property
    def inspection_desk(self) -> Caller:
        """Compliance's API for inspecting contacts: a purpose for which what was said may be shown."""
        return replace(self.compliance, purpose=AccessPurpose.QUALITY_INSPECTION)

    def now(self) -> datetime:
        """The platform's time."""
        return self.console.live.clock.now()

    def url(self, path: str) -> str:
        """The address of a page in the language of this one."""
        return address(path, self.say.language)

    def is_over(self) -> bool:
        """Whether the session has ended; then this leads to the login."""
        if self.session.expires >= self.console.live.wall.now().timestamp():
            return False
        ui.navigate.to(self.url("/login"))
        return True


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the console: `build` draws it, for those who have all its scopes.

    `group` is its place in the menu; None: it is reached from the page named by `under`.
    """

    name: str
    path: str
    build: Callable[[Visit], None]
    scopes: tuple[str, ...] = ()
    group: str | None = None
    under: str = ""


def address(path: str, language: Language) -> str:
    """Where a page is in a language: Chinese at its path, English below /en."""
    if language is Language.CHINESE:
        return path
    return f"/en{path}" if path != "/" else "/en"


def soon(action: Callable[[], Awaitable[None]]) -> None:
    """Do it as soon as the browser is there."""
    ui.timer(0.01, action, once=True)


def visit_of(request: Request, console: Console, say: Texts, page: Page) -> Visit:
    """The visit that a request begins."""
    session: Session = request.state.session
    return Visit(console, session, say, page, dict(request.path_params))


def instant(text: str) -> datetime:
    """An instant of an API's answer."""
    return datetime.fromisoformat(text).astimezone(UTC)
