"""What can be done to a thing with a file: a button for each act, why not where not, and its form."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from nicegui import ui

from services.reporting.console.acts import Act, Field, File, WhyNot, reasons_against
from services.reporting.console.calling import Caller, Trouble
from services.reporting.console.parts.area import explained
from services.reporting.console.parts.elements import box, button, text
from services.reporting.console.parts.forms import Form, options, reason_field
from services.reporting.console.visit import Visit

Body = Callable[[Act, dict[str, Any]], dict[str, Any]]
_LONG, _SHORT = 200, 64


def as_filled_in(act: Act, values: dict[str, Any]) -> dict[str, Any]:
    """What is sent: the values as they are."""
    return values


@dataclass(frozen=True, slots=True)
class Desk:
    """Where acts about one thing are done: at `path` of a service, then `after` shows the thing anew.

    With `reasoned`, every act has a reason for the log; else its fields are all that it has, and an act
    without any is done at once.
    """

    visit: Visit
    caller: Caller
    path: str
    after: Callable[[], Awaitable[None]]
    body: Body = as_filled_in
    reasoned: bool = True

    def show(self, possible: list[Act], file: File) -> None:
        """Everything that the thing's state permits; what it waits for comes first."""
        if not possible:
            text(self.visit.say("file.can.none"), tag="p", classes="none")
        with box("act-list"):
            for act in sorted(possible, key=lambda act: not act.main):
                self._act(act, file, reasons_against(act, file, self.visit.session))

    def _act(self, act: Act, file: File, why_not: WhyNot) -> None:
        say, name = self.visit.say, uuid4().hex

        async def press() -> None:
            if act.fields or self.reasoned:
                self.open(act, act.path, file)
            else:
                await self._at_once(act, name)

        with box("act"):
            classes = "main" if act.main and why_not is None else ""
            pressed = button(say(f"act.{act.name}"), press, classes=classes, data_act=act.name)
            if why_not is not None:
                pressed.props["disabled"] = True
                word, what = why_not
                text(say(f"why-not.{word}", who=what, scope=what), classes="note")

    async def _at_once(self, act: Act, name: str) -> None:
        say = self.visit.say
        if self.visit.is_over():
            return
        try:
            await self.caller.post(f"{self.path}/{act.path}", self.body(act, {}), name)
        except Trouble as trouble:
            ui.notify(" ".join(explained(say, trouble)), type="negative")
        else:
            ui.notify(say("act.done"), type="positive")
        await self.after()

    def open(self, act: Act, path: str, file: File) -> None:
        """Open the form of an act, which is sent to `path` below the thing's."""
        say = self.visit.say

        async def send(values: dict[str, Any], form: str) -> None:
            await self.caller.post(f"{self.path}/{path}", self.body(act, values), form)
            ui.notify(say("act.done"), type="positive")

        name = say(f"act.{act.name}")
        form = Form(self.visit, name, "", name, send, self.after)
        with form.body:
            for field in act.fields:
                add_field(form, field, file)
            if self.reasoned:
                reason_field(form)
        form.open()


def add_field(form: Form, field: Field, file: File) -> None:
    """A field of an act, filled in with what the file says."""
    say = form.visit.say
    name = f"id.{field.name.removesuffix('_id')}"
    label = say(name) if field.name.endswith("_id") and say.has(name) else say(f"field.{field.name}")
    match field.kind:
        case "choice":
            named = options(form.visit, field.area, field.names)
            form.choice(field.name, label, named, required=field.required, value=file.get(field.name))
        case "words":
            form.words(field.name, label, required=field.required)
        case "moment":
            form.moment(field.name, label, required=field.required)
        case "line":
            most = _LONG if field.name in ("reference", "reason") else _SHORT
            value = file.get(field.name) or ""
            form.line(field.name, label, required=field.required, value=value, most=most)
