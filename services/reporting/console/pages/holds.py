"""Holds: who must not be contacted and why; placing and releasing them."""

from collections.abc import Sequence
from typing import Any

from nicegui import ui

from services.reporting.console.parts.area import Area, nothing
from services.reporting.console.parts.elements import (
    box,
    button,
    cell,
    chip,
    heading,
    link,
    panel,
    table,
    text,
)
from services.reporting.console.parts.forms import Form, options, reason_field
from services.reporting.console.texts import Texts
from services.reporting.console.visit import Page, Visit, instant
from shared.contracts.vocabulary import HoldKind

_PAGE_OF = 200
_MOST_PAGES = 10
_SHOWN = 100
_SCOPES = ("person", "debt", "contact_point")


class Holds:
    """The page in one browser tab."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        say = visit.say
        with heading(say("page.holds"), say("holds.lead")):
            if visit.session.may("compliance:write"):
                button(say("holds.place"), self._open_form, classes="main", data_testid="place")
        with panel("", "holds"):
            self._filters()
            self._area = Area(visit, self._fetch, self._draw, lines=6)

    def _filters(self) -> None:
        say = self._visit.say
        with box("filters", tag="form").props('role="search"') as form:
            form.on("submit.prevent", self._reload)
            kinds = {"": say("holds.kind.all")} | options(self._visit, "hold", list(HoldKind))
            self._kind = ui.select(kinds, value="", label=say("holds.kind"), with_input=True)
            self._kind.props("outlined dense options-dense").classes("filter").on_value_change(self._reload)
            self._person = ui.input(say("id.person")).props("outlined dense clearable").classes("filter")
            self._open = ui.switch(say("holds.open"), value=True).on_value_change(self._reload)
            button(say("search"), self._reload)

    async def _reload(self) -> None:
        await self._area.load()

    async def _fetch(self) -> list[dict[str, Any]]:
        """The newest that fit."""
        found: list[dict[str, Any]] = []
        query = {
            "person_id": (self._person.value or "").strip() or None,
            "kind": self._kind.value or None,
            "active": "true" if self._open.value else None,
            "limit": _PAGE_OF,
        }
        async for page in self._visit.compliance.pages("/holds", most=_MOST_PAGES, **query):
            found += page
        return found[::-1]

    def _draw(self, holds: Sequence[dict[str, Any]]) -> None:
        say = self._visit.say
        if not holds:
            nothing(say("holds.none"), say("holds.none.hint"))
            return
        names = ("kind", "person", "scope", "placed", "until", "state")
        heads = {name: say(f"holds.{name}") for name in names} | {"do": ""}
        with table(heads, say("page.holds")):
            for hold in holds[:_SHOWN]:
                with box("", tag="tr") as row:
                    row.props["data-hold"] = hold["hold_id"]
                    self._row(hold)
        if len(holds) > _SHOWN:
            text(say("timeline.truncated", count=str(_SHOWN)), tag="p", classes="note")

    def _row(self, hold: dict[str, Any]) -> None:
        say, visit = self._visit.say, self._visit
        text(say(f"hold.{hold['kind']}"), tag="td", classes="c-kind strong")
        with cell("person"):
            link(hold["person_id"], visit.url(f"/timeline/{hold['customer_id']}"))
        text(_scope(say, hold), tag="td")
        text(say.moment(instant(hold["placed_at"])), tag="td", classes="num")
        until = say.moment(instant(hold["until"])) if hold["until"] else say("holds.until.open")
        text(until, tag="td", classes="num")
        state = self._state(hold)
        with cell("state"):
            reason = hold["release_reason"] or ""
            chip(say(f"holds.state.{state}"), "warn" if state == "standing" else "", reason)
        with cell("do"):
            if state == "standing" and visit.session.may("compliance:write"):
                button(say("holds.release"), lambda: self._release(hold), classes="small")

    def _state(self, hold: dict[str, Any]) -> str:
        if hold["released_at"]:
            return "released"
        is_over = hold["until"] is not None and instant(hold["until"]) <= self._visit.now()
        return "over" if is_over else "standing"

    def _open_form(self) -> None:
        say = self._visit.say
        title, hint = say("holds.place"), say("holds.place.hint")
        form = Form(self._visit, title, hint, title, self._place, self._area.load)
        with form.body:
            form.choice("kind", say("holds.kind"), options(self._visit, "hold", list(HoldKind)))
            person = form.line("person_id", say("id.person"), required=True)
            hint = say("holds.customer.hint")
            customer = form.line("customer_id", say("id.customer"), required=True, hint=hint)
            scopes = {scope: say(f"holds.scope.{scope}") for scope in _SCOPES}
            scope = form.choice("scope", say("holds.scope"), scopes, value="person")
            for name, place in (("debt", "debt"), ("contact_point_id", "contact_point")):
                field = form.line(name, say(f"holds.scope.{place}.id"), required=True)
                field.bind_visibility_from(scope, "value", value=place)
            form.moment("until", say("holds.until"), hint=say("holds.until.hint"))

        def same() -> None:
            customer.value = customer.value or person.value

        person.on("blur", same)
        form.open()

    async def _place(self, values: dict[str, Any], form: str) -> None:
        values.pop("scope")
        await self._visit.compliance.post("/holds", values, form)
        ui.notify(self._visit.say("holds.placed.done"), type="positive")

    def _release(self, hold: dict[str, Any]) -> None:
        say = self._visit.say

        async def send(values: dict[str, Any], form: str) -> None:
            await self._visit.compliance.post(f"/holds/{hold['hold_id']}/release", values, form)
            ui.notify(say("holds.released"), type="positive")

        title = f"{say('holds.release.title')}: {say('hold.' + hold['kind'])}"
        warning, submit = say("holds.release.warn"), say("holds.release")
        form = Form(self._visit, title, warning, submit, send, self._area.load, tone="danger")
        with form.body:
            reason_field(form)
        form.open()


def _scope(say: Texts, hold: dict[str, Any]) -> str:
    for name, place in (("debt", "debt"), ("contact_point_id", "contact_point")):
        if hold[name]:
            return f"{say(f'holds.scope.{place}')}: {hold[name]}"
    return say("holds.scope.person")


def build(visit: Visit) -> None:
    """Draw the page."""
    Holds(visit)


PAGE = Page("holds", "/holds", build, scopes=("compliance:read",), group="compliance")
