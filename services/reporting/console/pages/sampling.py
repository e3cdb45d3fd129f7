"""Sampling plans, scoring forms, and the samples that were drawn."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from nicegui import ui

from services.reporting.console.pages.inspections import PAGES
from services.reporting.console.parts.area import Area, nothing
from services.reporting.console.parts.elements import box, button, cell, chip, heading, panel, text
from services.reporting.console.parts.forms import Form
from services.reporting.console.parts.listing import Item, gathered, show_list, subpages
from services.reporting.console.texts import Texts, percent
from services.reporting.console.visit import Page, Visit, instant

_PLAN_COLUMNS = ("plan", "what", "share", "weights", "from", "made", "do")
_DRAW_COLUMNS = ("period", "plan", "population", "selected", "by", "digest")
_ONE_PAGE = 1


class Sampling:
    """The page in one browser tab."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        say = visit.say
        with heading(say("page.sampling"), say("sampling.lead")):
            pass
        subpages(visit, PAGES)
        with panel(say("plans.title"), "plans"):
            Area(visit, self._plans, self._draw_plans, lines=3)
        with panel(say("draws.title"), "draws", say("draws.note")):
            self._draws = Area(visit, self._drawn, self._draw_draws, lines=4)
        with panel(say("forms.title"), "forms", say("forms.note")):
            Area(visit, self._forms, self._draw_forms, lines=3)

    async def _plans(self) -> list[Item]:
        return await gathered(self._visit.compliance, "/inspection-plans")

    async def _drawn(self) -> list[Item]:
        return await gathered(self._visit.compliance, "/inspection-draws", most=_ONE_PAGE)

    async def _forms(self) -> list[Item]:
        return await gathered(self._visit.compliance, "/inspection-forms")

    def _draw_plans(self, plans: Sequence[Item]) -> None:
        show_list(self._visit.say, "plans", _PLAN_COLUMNS, plans, self._plan)

    def _plan(self, made: Item) -> None:
        say, plan = self._visit.say, made["body"]
        with cell("plan"), box("pack-name"):
            text(plan["title"], classes="strong")
            text(f"{made['document_id']}@{made['version']}", classes="note code")
        channels = ", ".join(say(f"channel.{channel}") for channel in plan["channels"]) or say("all")
        text(channels, tag="td", classes="wrap")
        text(_share(say, plan), tag="td", classes="num")
        text(_weights(say, plan), tag="td", classes="wrap")
        with cell("from"), box("pack-dates"):
            text(plan["valid_from"], classes="num")
            if not plan["active"]:
                chip(say("plans.inactive"), "warn")
        text(f"{made['made_by']} · {say.moment(instant(made['made_at']))}", tag="td", classes="num")
        with cell("do"):
            if plan["active"] and self._visit.session.may("inspections:plan"):
                button(say("plans.draw"), lambda: self._open(made), classes="small", data_testid="draw")

    def _draw_draws(self, draws: Sequence[Item]) -> None:
        show_list(self._visit.say, "draws", _DRAW_COLUMNS, draws, self._one_draw)

    def _one_draw(self, draw: Item) -> None:
        say = self._visit.say
        text(draw["first"], tag="td", classes="num strong")
        text(f"{draw['plan_id']}@{draw['version']}", tag="td", classes="code")
        text(f"{draw['population']:,}", tag="td", classes="num")
        text(f"{draw['selected']:,}", tag="td", classes="num")
        text(f"{draw['drawn_by']} · {say.moment(instant(draw['drawn_at']))}", tag="td", classes="num")
        digest = draw["digest"].removeprefix("sha256:")
        text(f"{digest[:15]}…", tag="td", classes="code", title=digest)

    def _draw_forms(self, forms: Sequence[Item]) -> None:
        say = self._visit.say
        if not forms:
            nothing(say("forms.none"), say("forms.none.hint"))
        for made in forms:
            form = made["body"]
            with box("pack", tag="details"):
                with box("line form-head", tag="summary"):
                    text(form["title"], classes="strong")
                    text(f"{made['document_id']}@{made['version']}", classes="note code")
                    text(say("scoring.pass", mark=str(form["pass_mark"])), classes="note")
                for item in form["items"]:
                    with box("line"):
                        text(item["title"])
                        if item["critical"]:
                            chip(say("scoring.critical"), "bad", say("scoring.critical.hint"))
                        text(say("scoring.weight", weight=str(item["weight"])), classes="note num")
                        text(item["rule_id"] or "", classes="code")

    def _open(self, made: Item) -> None:
        say, name = self._visit.say, made["document_id"]

        async def send(values: dict[str, Any], form: str) -> None:
            drawn = await self._visit.compliance.post(f"/inspection-plans/{name}/draws", values, form)
            told = say("draws.done", selected=str(drawn["selected"]), population=str(drawn["population"]))
            ui.notify(told, type="positive")

        title = f"{say('plans.draw')}: {made['body']['title']}"
        form = Form(self._visit, title, say("plans.draw.hint"), say("plans.draw"), send, self._draws.load)
        yesterday = self._visit.now().astimezone(say.zone).date() - timedelta(days=1)
        with form.body:
            form.day("day", say("plans.draw.day"), value=yesterday.isoformat())
        form.open()


def _share(say: Texts, plan: Item) -> str:
    span = say(f"span.{plan['span']}")
    if plan["number"] is not None:
        share = say("plans.number", number=f"{plan['number']:,}", span=span)
    else:
        share = say("plans.rate", rate=percent(Decimal(str(plan["rate"]))), span=span)
    each = plan["each_collector"]
    return f"{share} · {say('plans.each', number=str(each))}" if each else share


def _weights(say: Texts, plan: Item) -> str:
    """By what the sample is weighted; a weight of one says nothing."""
    weights = plan["weights"]
    told = [f"{say(f'channel.{name}')} ×{value}" for name, value in weights["channel"].items()]
    told += [f"{say(f'severity.{name}')} ×{value}" for name, value in weights["finding"].items()]
    told += [
        f"{say(f'plans.weight.{name}')} ×{weights[name]}"
        for name in ("complaint", "new_collector", "third_party", "long_contact")
        if Decimal(str(weights[name])) != 1
    ]
    return " · ".join(told) or say("plans.random")


def build(visit: Visit) -> None:
    """Draw the page."""
    Sampling(visit)


PAGE = Page("sampling", "/sampling", build, scopes=("inspections:read",), under="inspections")
