"""A part of a page that a service fills: loading, its content, or what went wrong and what to do."""

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from nicegui import ui

from services.reporting.console.calling import Trouble
from services.reporting.console.parts.elements import box, button, text
from services.reporting.console.texts import Texts
from services.reporting.console.visit import Visit, soon

T = TypeVar("T")


class Area(Generic[T]):
    """Asks with `fetch` when the browser is there, and draws with `draw` what came."""

    def __init__(
        self, visit: Visit, fetch: Callable[[], Awaitable[T]], draw: Callable[[T], None], lines: int = 4
    ) -> None:
        """`lines` is how many gray lines stand for what is loading."""
        self._visit = visit
        self._fetch = fetch
        self._draw = draw
        with box("area") as self._box:
            waiting(visit.say, lines)
        soon(self.load)

    async def load(self) -> None:
        """Ask anew."""
        if self._visit.is_over():
            return
        try:
            found = await self._fetch()
        except Trouble as trouble:
            told = trouble
            self._show(lambda: show_trouble(self._visit.say, told, self.load))
            return
        self._show(lambda: self._draw(found))

    def _show(self, drawing: Callable[[], object]) -> None:
        self._box.clear()
        with self._box:
            drawing()


def waiting(say: Texts, lines: int) -> None:
    """Gray lines where something is loading."""
    with box("waiting").props('role="status"'):
        text(say("loading"), classes="sr-only")
        for _ in range(lines):
            box("waiting-line")


def nothing(title: str, hint: str) -> None:
    """That there is nothing, and why that may be."""
    with box("nothing"):
        text(title, tag="h3")
        text(hint, tag="p")


def show_trouble(
    say: Texts, trouble: Trouble, again: Callable[[], Awaitable[None]] | None = None
) -> ui.element:
    """What went wrong, what to do, and a button to try again."""
    title, advice = explained(say, trouble)
    with box("trouble").props('role="alert"') as element:
        with box():
            text(title, tag="h3")
            text(advice, tag="p")
        if again is not None:
            button(say("retry"), again)
    return element


def explained(say: Texts, trouble: Trouble) -> tuple[str, str]:
    """What went wrong and what to do, in the person's language.

    Where this console does not know the problem, the service's own English sentence stands behind.
    """
    known = say.has(f"problem.{trouble.slug}")
    slug = trouble.slug if known else "unknown"
    values = {
        "service": say.known(trouble.service, trouble.service),
        "scopes": " ".join(trouble.more.get("scopes", [])),
        "fields": ", ".join(_field(say, error) for error in trouble.more.get("errors", [])),
    }
    title, advice = say(f"problem.{slug}", **values), say(f"problem.{slug}.do", **values)
    return title, advice if known or not trouble.detail else f"{advice} ({trouble.detail})"


def _field(say: Texts, error: dict[str, str]) -> str:
    name = error.get("field", "").rpartition(".")[2]
    return say.known(f"field.{name}", name) or error.get("message", "")
