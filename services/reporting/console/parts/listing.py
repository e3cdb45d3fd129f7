"""Lists of things: the ways to look at them, filters, a table, and what is said where there is nothing."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from nicegui import ui

from services.reporting.console.calling import Caller
from services.reporting.console.parts.area import nothing
from services.reporting.console.parts.elements import box, button, link, table, text
from services.reporting.console.texts import Texts
from services.reporting.console.visit import Visit

Item = dict[str, Any]
Reload = Callable[[], Awaitable[None]]
_PAGE_OF = 200
_SHOWN = 100


async def gathered(
    caller: Caller, path: str, query: Mapping[str, str | None] | None = None, *, most: int = 5
) -> list[Item]:
    """The items of a list that fit, in the list's own order, from `most` pages of 200."""
    found: list[Item] = []
    async for page in caller.pages(path, most=most, limit=str(_PAGE_OF), **(query or {})):
        found += page
    return found


def show_list(
    say: Texts, area: str, columns: Sequence[str], items: Sequence[Item], row: Callable[[Item], None]
) -> None:
    """A table of the items with the heads `<area>.<column>`; `row` draws the cells of one.

    The column `do` has no head. Of many items the first hundred are shown, and that it is so.
    """
    if not items:
        nothing(say(f"{area}.none"), say(f"{area}.none.hint"))
        return
    heads = {column: say(f"{area}.{column}") if column != "do" else "" for column in columns}
    with table(heads, say(f"{area}.title")):
        for item in items[:_SHOWN]:
            with box("", tag="tr") as element:
                element.props["data-row"] = area
                row(item)
    if len(items) > _SHOWN:
        text(say("list.truncated", count=str(_SHOWN)), tag="p", classes="note")


def subpages(visit: Visit, pages: Mapping[str, str]) -> None:
    """Links to the pages that belong together: path by name, the present one marked."""
    with box("tabs subpages", tag="nav") as element:
        element.props["aria-label"] = visit.say("subpages")
        for name, path in pages.items():
            entry = link(visit.say(f"page.{name}"), visit.url(path), classes="btn tab")
            if name == visit.page.name:
                entry.props["aria-current"] = "page"


class Tabs:
    """Ways to look at a list, of which one is chosen: `now` names it."""

    def __init__(self, views: Mapping[str, str], reload: Reload) -> None:
        self.now = next(iter(views))
        self._reload = reload
        with box("tabs").props('role="group"'):
            self._tabs = {view: self._tab(view, label) for view, label in views.items()}
        self._press()

    def _tab(self, view: str, label: str) -> ui.element:
        async def choose() -> None:
            self.now = view
            self._press()
            await self._reload()

        return button(label, choose, classes="tab", data_view=view)

    def _press(self) -> None:
        for view, tab in self._tabs.items():
            tab.props["aria-pressed"] = "true" if view == self.now else "false"


class Filters:
    """What a list is narrowed down to; `query` is that for the service. The button looks anew."""

    def __init__(self, visit: Visit, reload: Reload) -> None:
        self._visit = visit
        self._reload = reload
        self._read: dict[str, Callable[[], str | None]] = {}

    def __enter__(self) -> "Filters":
        self._form = box("filters", tag="form").props('role="search"')
        self._form.on("submit.prevent", self._reload)
        self._form.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        button(self._visit.say("search"), self._reload, data_testid="search")
        self._form.__exit__()

    def choice(self, name: str, label: str, options: Mapping[str, str], value: str = "") -> None:
        """One of a list; the option named by the empty text is that all are wanted."""
        element = ui.select(dict(options), value=value, label=label, with_input=len(options) > 9)
        element.props("outlined dense options-dense").classes(f"filter field-{name}")
        element.on_value_change(self._reload)
        self._read[name] = lambda: element.value or None

    def line(self, name: str, label: str) -> None:
        """A word, such as an id."""
        element = ui.input(label).props("outlined dense clearable maxlength=64")
        element.classes(f"filter field-{name}")
        self._read[name] = lambda: (element.value or "").strip() or None

    def day(self, name: str, label: str, value: str = "") -> None:
        """A date."""
        element = ui.input(label, value=value).props("outlined dense stack-label type=date")
        element.classes(f"filter day field-{name}")
        self._read[name] = lambda: element.value or None

    def switch(self, name: str, label: str, *, value: bool = False) -> None:
        """Only those of which it is true."""
        element = ui.switch(label, value=value).on_value_change(self._reload)
        self._read[name] = lambda: "true" if element.value else None

    @property
    def query(self) -> dict[str, str | None]:
        """What is filled in; None where nothing is."""
        return {name: read() for name, read in self._read.items()}
