"""The head of the pages, and the line that says whether figures are alive."""

from datetime import timedelta

from nicegui import ui

from services.reporting.console.live import Live
from services.reporting.console.parts.elements import box, text
from services.reporting.console.texts import Language, Texts
from services.reporting.console.visit import Visit, address

_MODES: dict[bool | None, str] = {True: "dark", False: "light", None: "auto"}
_QUIET_AFTER = 60
_REMEMBER = "document.cookie = 'recoup_mode={mode}; path=/; max-age=31536000; samesite=strict'"


class Header:
    """The head of every page: who we are, who is logged in, language, mode, log-out."""

    def __init__(self, visit: Visit, path: str, mode: bool | None) -> None:
        self._visit = visit
        self._dark = ui.dark_mode(mode)
        say = visit.say
        with box("top", tag="header"), box("top-in"):
            with box("brand"):
                text("R", classes="mark").props('aria-hidden="true"')
                text(say("title"), tag="h1")
            with box("tools"):
                text(visit.session.subject, classes="who", title=say("who"))
                self._links(path)

    def _links(self, path: str) -> None:
        say = self._visit.say
        if say.language is Language.CHINESE:
            other, lang = address(path, Language.ENGLISH), "en"
        else:
            other, lang = path.removeprefix("/en") or "/", "zh"
        ui.link(say("language"), other).classes("tool").props(f'lang="{lang}" data-testid="language"')
        mode = box("tool round", tag="button").props(f'aria-label="{say("mode")}" title="{say("mode")}"')
        with mode:
            text("◐").props('aria-hidden="true"')
        mode.on("click", self._switch)
        ui.link(say("logout"), "/logout").classes("tool")

    def _switch(self) -> None:
        self._dark.value = not self._dark.value
        ui.run_javascript(_REMEMBER.format(mode=_MODES[self._dark.value]))


class Alive:
    """Whether the figures on the page are alive, and what is wrong where they are not."""

    def __init__(self, say: Texts) -> None:
        self._say = say
        with box("liveness"):
            with box("state loading") as self._state:
                box("dot")
                self._state_text = text(say("state.loading"))
            self._updated = text("", classes="updated")
        with box("banner hidden").props('role="alert"') as self._banner:
            self._banner_text = text(say("away"))

    def show(self, live: Live) -> None:
        """Say whether the figures are alive."""
        say, snapshot = self._say, live.snapshot
        if live.away_since is not None:
            shown = say("away.shown", time=say.clock(snapshot.read_at)) if snapshot else ""
            self._banner_text.text = f"{say('away')}{shown and ' '}{shown}"
            self._banner.classes(remove="hidden")
            return self._be("away")
        self._banner.classes(add="hidden")
        if snapshot is None:
            return self._be("loading")
        self._updated.text = say("updated", time=say.clock(snapshot.read_at))
        newest = min((t.idle_seconds for t in snapshot.topics if t.idle_seconds is not None), default=None)
        quiet = newest is None or timedelta(seconds=newest) > timedelta(seconds=_QUIET_AFTER)
        return self._be("quiet" if quiet else "live")

    def _be(self, state: str) -> None:
        self._state.classes(replace=f"state {state}")
        self._state_text.text = self._say(f"state.{state}")


def mode_of(cookie: str | None) -> bool | None:
    """The mode that a cookie remembers: dark, light, or as the system has it."""
    return {"dark": True, "light": False}.get(cookie or "")
