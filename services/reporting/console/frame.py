"""The frame around every page, and the registration of the pages in both languages."""

from collections.abc import Sequence
from itertools import groupby
from zoneinfo import ZoneInfo

from nicegui import ui
from starlette.requests import Request

from services.reporting.console.parts.elements import box, link, text
from services.reporting.console.parts.header import Header, mode_of
from services.reporting.console.parts.unsigned import unsigned_banner
from services.reporting.console.texts import Language, Texts
from services.reporting.console.visit import Console, Page, Visit, address, visit_of

_MAIN = "main"


def add_pages(console: Console, pages: Sequence[Page], zone: ZoneInfo, stylesheets: Sequence[str]) -> None:
    """Register every page, in Chinese at its path and in English below /en."""
    for page in pages:
        for language in Language:
            _add(console, pages, page, Texts(language, zone), stylesheets)


def _add(console: Console, pages: Sequence[Page], page: Page, say: Texts, stylesheets: Sequence[str]) -> None:
    title = f"{say(f'page.{page.name}')} · {say('title')}"

    @ui.page(address(page.path, say.language), title=title, dark=None, language=say.language.value)
    def show(request: Request) -> None:
        for stylesheet in stylesheets:
            ui.add_head_html(f'<link rel="stylesheet" href="{stylesheet}">')
        ui.colors(primary="#1d4ed8", positive="#0f8a5f")
        visit = visit_of(request, console, say, page)
        mode = mode_of(request.cookies.get("recoup_mode"))
        link(say("skip"), f"#{_MAIN}", classes="skip")
        Header(visit, request.url.path, mode)
        unsigned_banner(visit)
        with box("shell"):
            _menu(visit, pages)
            with box("page", tag=_MAIN).props(f'id="{_MAIN}" tabindex="-1"'):
                if visit.session.may(*page.scopes):
                    page.build(visit)
                else:
                    _no_rights(visit)


def _menu(visit: Visit, pages: Sequence[Page]) -> None:
    say = visit.say
    shown = [page for page in pages if page.group and visit.session.may(*page.scopes)]
    here = visit.page.under or visit.page.name
    with box("side", tag="nav") as menu:
        menu.props["aria-label"] = say("nav")
        for group, members in groupby(shown, key=lambda page: page.group):
            text(say(f"group.{group}"), classes="side-group")
            for page in members:
                entry = link(say(f"page.{page.name}"), visit.url(page.path), classes="side-link")
                if page.name == here:
                    entry.props["aria-current"] = "page"


def _no_rights(visit: Visit) -> None:
    say = visit.say
    with box("empty"):
        text(say("no-rights.title"), tag="h2")
        text(say("no-rights.hint", scopes=", ".join(visit.page.scopes)), tag="p")
