"""Retention: the runs of the job that deletes, by what each piece was judged, and legal holds."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from nicegui import ui

from services.reporting.console.parts.area import Area, nothing
from services.reporting.console.parts.elements import box, button, cell, chip, heading, panel, table, text
from services.reporting.console.parts.forms import Form, options
from services.reporting.console.parts.listing import Filters, Item, gathered, show_list
from services.reporting.console.visit import Page, Visit, instant

VERDICTS = ("due", "held", "unclear", "in_use", "kept")
HOLD_REASONS = ("litigation", "investigation", "audit")
DRY_RUN_COUNTS_FOR = timedelta(days=7)
_HOLDS = ("person", "reason", "placed", "state", "do")


class Retention:
    """The page in one browser tab."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        say = visit.say
        with heading(say("page.retention"), say("retention.lead")):
            pass
        with panel(say("retention.title"), "retention"):
            self._runs = Area(visit, self._fetch_runs, self._draw_runs, lines=6)
        with panel(say("legal-holds.title"), "legal-holds", say("legal-holds.note")):
            with Filters(visit, self._reload) as self._filters:
                self._filters.line("person_id", say("id.person"))
            if visit.session.may("retention:hold"):
                button(say("legal-holds.place"), self._open_hold, data_testid="legal-hold")
            self._holds = Area(visit, self._fetch_holds, self._draw_holds, lines=3)

    async def _reload(self) -> None:
        await self._holds.load()

    async def _fetch_runs(self) -> list[Item]:
        return (await gathered(self._visit.compliance, "/retention/runs"))[::-1]

    def _draw_runs(self, runs: Sequence[Item]) -> None:
        say = self._visit.say
        if self._visit.session.may("retention:run"):
            self._commands(runs)
        if not runs:
            nothing(say("retention.none"), say("retention.none.hint"))
        for number, run in enumerate(runs[:20]):
            with box("pack", tag="details") as element:
                element.props["data-run"] = run["mode"]
                if number == 0:
                    element.props["open"] = True
                with box("line form-head", tag="summary"):
                    chip(say(f"mode.{run['mode']}"), "bad" if run["mode"] == "execute" else "strong")
                    text(say.moment(instant(run["started_at"])), classes="num strong")
                    text(run["started_by"], classes="note")
                    chip(say(f"retention.{run['state']}"), "good" if run["state"] == "done" else "warn")
                    erased = sum(run["erased"].values())
                    if run["mode"] == "execute":
                        text(say("retention.erased", count=f"{erased:,}"), classes="note num")
                _counts(self._visit, run)

    def _commands(self, runs: Sequence[Item]) -> None:
        """Counting, and deleting: that only after a dry run of the last seven days."""
        say = self._visit.say
        why_not = why_no_execution(runs, self._visit)
        with box("act-list"):
            with box("act"):
                pressed = button(say("act.dry_run"), lambda: self._open("dry_run"), classes="main")
                pressed.props["data-act"] = "dry_run"
            with box("act"):
                pressed = button(say("act.execute"), lambda: self._open("execute"), classes="danger")
                pressed.props["data-act"] = "execute"
                if why_not:
                    pressed.props["disabled"] = True
                    text(say(why_not), classes="note")
            with box("act"):
                button(say("retention.reload"), self._runs.load)

    def _open(self, mode: str) -> None:
        say = self._visit.say

        async def send(values: dict[str, Any], form: str) -> None:
            await self._visit.compliance.post("/retention/runs", {"mode": mode}, form)
            ui.notify(say("retention.begun"), type="positive")

        title, tone = say(f"act.{mode}"), "danger" if mode == "execute" else "main"
        Form(self._visit, title, say(f"act.{mode}.hint"), title, send, self._runs.load, tone).open()

    async def _fetch_holds(self) -> list[Item]:
        return (await gathered(self._visit.compliance, "/legal-holds", self._filters.query))[::-1]

    def _draw_holds(self, holds: Sequence[Item]) -> None:
        show_list(self._visit.say, "legal-holds", _HOLDS, holds, self._hold)

    def _hold(self, hold: Item) -> None:
        say = self._visit.say
        text(hold["person_id"], tag="td", classes="strong")
        text(say(f"legal.{hold['reason']}"), tag="td")
        text(f"{hold['placed_by']} · {say.moment(instant(hold['placed_at']))}", tag="td", classes="num")
        with cell("state"):
            if hold["released_at"]:
                chip(say("holds.state.released"), "", hold["released_by"] or "")
            else:
                chip(say("holds.state.standing"), "warn")
        with cell("do"):
            if not hold["released_at"] and self._visit.session.may("retention:hold"):
                button(say("holds.release"), lambda: self._release(hold), classes="small")

    def _open_hold(self) -> None:
        say = self._visit.say

        async def send(values: dict[str, Any], form: str) -> None:
            await self._visit.compliance.post("/legal-holds", values, form)
            ui.notify(say("act.done"), type="positive")

        title, hint = say("legal-holds.place"), say("legal-holds.place.hint")
        form = Form(self._visit, title, hint, title, send, self._holds.load)
        with form.body:
            form.line("person_id", say("id.person"), required=True)
            form.choice("reason", say("reason"), options(self._visit, "legal", HOLD_REASONS))
        form.open()

    def _release(self, hold: Item) -> None:
        say = self._visit.say

        async def send(values: dict[str, Any], form: str) -> None:
            await self._visit.compliance.post(f"/legal-holds/{hold['legal_hold_id']}/release", {}, form)
            ui.notify(say("act.done"), type="positive")

        title = f"{say('legal-holds.release')}: {hold['person_id']}"
        hint = say("legal-holds.release.warn")
        Form(self._visit, title, hint, say("holds.release"), send, self._holds.load, "danger").open()


def why_no_execution(runs: Sequence[Mapping[str, Any]], visit: Visit) -> str:
    """The word for why a run that deletes cannot begin; empty where it can."""
    if any(run["state"] == "running" for run in runs):
        return "why-not.running"
    since = visit.now() - DRY_RUN_COUNTS_FOR
    looked = any(
        run["mode"] == "dry_run" and run["finished_at"] and instant(run["finished_at"]) >= since
        for run in runs
    )
    return "" if looked else "why-not.dry-run"


def _counts(visit: Visit, run: Item) -> None:
    """Pieces of data by class and verdict; what is due goes."""
    say = visit.say
    if not run["counts"]:
        text(say("retention.counts.none"), tag="p", classes="none")
        return
    heads = {"class": say("retention.class")} | {name: say(f"retained.{name}") for name in VERDICTS}
    if run["mode"] == "execute":
        heads["erased"] = say("retention.really")
    with table(heads, say("retention.counts")):
        for name, counts in run["counts"].items():
            with box("", tag="tr") as row:
                row.props["data-class"] = name
                text(say(f"class.{name}"), tag="td", classes="strong")
                for verdict in VERDICTS:
                    number = counts.get(verdict, 0)
                    tone = "bad-text" if verdict == "due" and number else ""
                    text(f"{number:,}", tag="td", classes=f"num {tone}")
                if run["mode"] == "execute":
                    text(f"{run['erased'].get(name, 0):,}", tag="td", classes="num")


def build(visit: Visit) -> None:
    """Draw the page."""
    Retention(visit)


PAGE = Page("retention", "/retention", build, scopes=("retention:read",), group="privacy")
