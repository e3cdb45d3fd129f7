"""Forms in a dialog: fields, what is wrong with them, and sending them once."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from nicegui import ui
from nicegui.elements.mixins.validation_element import ValidationElement

from services.reporting.console.calling import Trouble
from services.reporting.console.parts.area import show_trouble
from services.reporting.console.parts.elements import box, button, text
from services.reporting.console.visit import Visit

Send = Callable[[dict[str, Any], str], Awaitable[None]]
"""Sends what was filled in; the second argument names this opening of the form."""


@dataclass(slots=True)
class Entry:
    """A field: `read` gives its value, None where nothing is filled in. ValueError where that is unusable."""

    element: ValidationElement[Any]
    is_required: bool
    read: Callable[[], Any]


@dataclass(slots=True)
class Form:
    """A dialog with a form; make its fields inside `with form.body:`, then `open` it.

    `after` is done when it was sent and is closed. The dialog stands at the page's root: what it was opened
    from may be drawn anew meanwhile.
    """

    visit: Visit
    title: str
    hint: str
    submit: str
    send: Send
    after: Callable[[], Awaitable[None]] | None = None
    tone: str = "main"
    body: ui.element = field(init=False)
    entries: dict[str, Entry] = field(default_factory=dict)
    _name: str = field(default_factory=lambda: uuid4().hex)
    _dialog: ui.dialog = field(init=False)
    _wrong: ui.element = field(init=False)
    _button: ui.element = field(init=False)
    _is_busy: bool = False

    def __post_init__(self) -> None:
        with ui.context.client.content:
            self._dialog = ui.dialog().props("no-backdrop-dismiss")
        with self._dialog, box("sheet", tag="section") as sheet:
            sheet.props["aria-label"] = self.title
            text(self.title, tag="h2")
            if self.hint:
                text(self.hint, tag="p", classes="note")
            self._wrong = box()
            self.body = box("fields")
            with box("sheet-foot"):
                button(self.visit.say("cancel"), self._dialog.close)
                self._button = button(self.submit, self._submit, classes=self.tone, data_testid="submit")
        self._dialog.on("hide", lambda: None if self._is_busy else self._dialog.delete())

    def open(self) -> None:
        """Show it."""
        self._dialog.open()

    def line(
        self,
        name: str,
        label: str,
        *,
        required: bool = False,
        hint: str = "",
        value: str = "",
        most: int = 64,
    ) -> ui.input:
        """A line of text."""
        element = ui.input(label, value=value).props(f"outlined dense maxlength={most}")
        self._add(name, element, lambda: (element.value or "").strip() or None, required, hint)
        return element

    def words(
        self, name: str, label: str, *, required: bool = False, hint: str = "", most: int = 4000
    ) -> None:
        """Several lines of text."""
        element = ui.textarea(label).props(f"outlined dense autogrow maxlength={most}")
        self._add(name, element, lambda: (element.value or "").strip() or None, required, hint)

    def choice(
        self,
        name: str,
        label: str,
        options: Mapping[str, str],
        *,
        required: bool = True,
        value: str | None = None,
    ) -> ui.select:
        """One of a list; long lists can be searched by typing."""
        element = ui.select(dict(options), label=label, value=value, with_input=len(options) > 9)
        element.props("outlined dense options-dense" + ("" if required else " clearable"))
        self._add(name, element, lambda: element.value, required, "")
        return element

    def moment(self, name: str, label: str, *, required: bool = False, hint: str = "") -> None:
        """A date and time on the clock of the console."""
        zone = self.visit.say.zone
        element = ui.input(label).props("outlined dense stack-label type=datetime-local")

        def read() -> str | None:
            if not element.value:
                return None
            return datetime.fromisoformat(element.value).replace(tzinfo=zone).astimezone(UTC).isoformat()

        shown = self.visit.say("time.hint", zone=zone.key)
        self._add(name, element, read, required, f"{hint} {shown}".strip())

    def day(self, name: str, label: str, *, required: bool = True, value: str = "", hint: str = "") -> None:
        """A date."""
        element = ui.input(label, value=value).props("outlined dense stack-label type=date")
        self._add(name, element, lambda: element.value or None, required, hint)

    def _add(self, name: str, element: Any, read: Callable[[], Any], required: bool, hint: str) -> None:
        element.classes(f"field field-{name}").props(f'data-field="{name}"')
        if hint:
            element.props["hint"] = hint
        if required:
            element.props["label"] = f"{element.props.get('label', '')} *"
        self.entries[name] = Entry(element, required, read)
        element.on_value_change(lambda: setattr(element, "error", None))

    async def _submit(self) -> None:
        values = self._values()
        if values is None or self.visit.is_over():
            return
        self._wrong.clear()
        self._is_busy = self._button.props["disabled"] = True
        try:
            await self.send(values, self._name)
        except Trouble as trouble:
            with self._wrong:
                show_trouble(self.visit.say, trouble)
            self._is_busy = False
            del self._button.props["disabled"]
            return
        self._dialog.close()
        if self.after is not None:
            await self.after()
        self._dialog.delete()

    def _values(self) -> dict[str, Any] | None:
        """What is filled in; None where something is wrong, which the fields then say."""
        values: dict[str, Any] = {}
        is_right = True
        for name, entry in self.entries.items():
            entry.element.error = None
            if not entry.element.visible:
                continue
            try:
                value = entry.read()
            except ValueError:
                entry.element.error, is_right = self.visit.say("time.wrong"), False
                continue
            if value is None and entry.is_required:
                entry.element.error, is_right = self.visit.say("required"), False
            elif value is not None:
                values[name] = value
        return values if is_right else None


def options(visit: Visit, area: str, names: Sequence[str]) -> dict[str, str]:
    """The words of a closed list as options."""
    return {name: visit.say(f"{area}.{name}") for name in names}


def reason_field(form: Form) -> None:
    """Why it is done; goes into the audit log."""
    say = form.visit.say
    form.line("reason", say("reason"), required=True, hint=say("reason.hint"), most=200)
