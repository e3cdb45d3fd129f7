"""The rule packs that are enforced, whether counsel has signed them off, and what they stopped."""

from collections.abc import Sequence
from typing import Any

from services.reporting.console.calling import Trouble
from services.reporting.console.parts.area import Area, nothing
from services.reporting.console.parts.elements import box, cell, chip, heading, panel, table, text
from services.reporting.console.parts.stopped import Stopped
from services.reporting.console.texts import Texts
from services.reporting.console.visit import Page, Visit, instant
from services.reporting.domain.groups import RuleGroup

_SHORT = 15


class Gate:
    """The page in one browser tab."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        say = visit.say
        with heading(say("page.gate"), say("gate.lead")):
            pass
        Area(visit, self._fetch, self._draw, lines=8)

    async def _fetch(self) -> tuple[dict[str, Any], Sequence[RuleGroup]]:
        packs = await self._visit.compliance.get("/packs")
        live = self._visit.console.live
        await live.refresh()
        if live.snapshot is None or live.away_since is not None:
            raise Trouble("reporting", 0, "read-failed")
        return packs, live.snapshot.aggregates.rules

    def _draw(self, found: tuple[dict[str, Any], Sequence[RuleGroup]]) -> None:
        packs, rules = found
        say = self._visit.say
        _sign_off(say, packs)
        known = {rule["rule_id"]: rule for pack in packs["packs"] for rule in pack["rules"]}
        with panel(say("gate.blocked"), "stopped", say("gate.blocked.note")):
            Stopped(say, known, rules)
        as_of = say("gate.as-of", time=say.moment(instant(packs["as_of"])))
        with panel(say("gate.packs"), "packs", f"{as_of} · {say('gate.packs.note')}"):
            _packs(say, packs)
        with panel(say("gate.calendars"), "", say("gate.calendar.note")):
            _calendars(say, packs["calendars"])


def _sign_off(say: Texts, packs: dict[str, Any]) -> None:
    """The banner that says so where packs are enforced that counsel has not signed off."""
    unsigned = packs["without_counsel"]
    if not packs["packs"]:
        return
    if not unsigned:
        with box("notice good").props('role="status"'):
            text(say("gate.signed.title"), tag="h3")
        return
    with box("notice bad").props('role="alert" data-testid="unsigned"'):
        with box():
            text(say("gate.unsigned.title", count=str(len(unsigned))), tag="h3")
            text(say("gate.unsigned.hint"), tag="p")
        with box("chips"):
            for tag in unsigned:
                chip(tag, "bad")


def _packs(say: Texts, packs: dict[str, Any]) -> None:
    with box("pack-row pack-heads").props('aria-hidden="true"'):
        for name in (
            "gate.pack",
            "gate.place",
            "gate.version",
            "gate.effective",
            "gate.counsel",
            "gate.digest",
        ):
            text(say(name))
    for pack in _in_order(packs["packs"]):
        with box("pack", tag="details") as element:
            element.props["data-pack"] = pack["id"]
            with box("pack-row", tag="summary"):
                _pack(say, pack)
            _rules(say, pack)


def _pack(say: Texts, pack: dict[str, Any]) -> None:
    with box("pack-name"):
        text(pack["id"], classes="strong")
        if pack["overlay_of"]:
            name = "gate.tightens.all" if pack["overlay_of"] == "*" else "gate.tightens"
            text(say(name, pack=pack["overlay_of"]), classes="note")
    text(_place(say, pack))
    text(pack["version"], classes="num")
    with box("pack-dates"):
        text(_dates(say, pack), classes="num")
        if not pack["in_force"]:
            began = pack["effective_to"] is None
            chip(say("gate.not-yet" if began else "gate.past"), "warn")
    if pack["counsel"]:
        text(f"{pack['counsel']} {pack['reviewed_on'] or ''}", classes="good-text")
    else:
        chip(say("gate.unsigned"), "bad")
    digest = pack["digest"]
    text(f"{digest.removeprefix('sha256:')[:_SHORT]}…", classes="code", title=digest)


def _rules(say: Texts, pack: dict[str, Any]) -> None:
    names = ("rule", "rule.kind", "rule.effect", "rule.force", "rule.confidence", "rule.cite")
    heads = {name.replace("rule.", "rule-"): say(f"gate.{name}") for name in names}
    with box("pack-rules"), table(heads, f"{pack['id']}: {say('gate.rules')}"):
        for rule in pack["rules"]:
            with box("", tag="tr"):
                text(rule["rule_id"], tag="td", classes="c-rule code")
                text(say(f"rule.{rule['kind']}"), tag="td")
                with cell("rule-effect"):
                    chip(say(f"effect.{rule['effect']}"), rule["effect"])
                text(say(f"force.{rule['force']}"), tag="td")
                text(say(f"confidence.{rule['confidence']}"), tag="td")
                text("; ".join(rule["citations"]), tag="td", classes="c-rule-cite wrap")


def _calendars(say: Texts, calendars: Sequence[dict[str, Any]]) -> None:
    if not calendars:
        nothing(say("none"), say("gate.calendar.note"))
        return
    heads = {
        "calendar": say("gate.calendar"),
        "version": say("gate.version"),
        "years": say("gate.calendar.years"),
        "digest": say("gate.digest"),
    }
    with table(heads, say("gate.calendars")):
        for calendar in calendars:
            with box("", tag="tr"):
                text(calendar["id"], tag="td", classes="c-calendar")
                text(calendar["version"], tag="td", classes="num")
                text(", ".join(map(str, calendar["years"])), tag="td", classes="num")
                digest = calendar["digest"]
                shown = f"{digest.removeprefix('sha256:')[:_SHORT]}…"
                text(shown, tag="td", classes="code", title=digest)


def _in_order(packs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each base with what tightens it behind it; what tightens every pack comes last."""
    bases = [pack for pack in packs if pack["overlay_of"] is None]
    rest = [pack for pack in packs if pack["overlay_of"] == "*"]
    grouped = [
        each for base in bases for each in (base, *(p for p in packs if p["overlay_of"] == base["id"]))
    ]
    return grouped + rest


def _place(say: Texts, pack: dict[str, Any]) -> str:
    if pack["country"] == "*":
        return say("gate.everywhere")
    return " · ".join(part for part in (pack["country"], pack["state"], pack["city"]) if part)


def _dates(say: Texts, pack: dict[str, Any]) -> str:
    if pack["effective_to"] is None:
        return str(pack["effective_from"])
    return say("gate.effective.to", from_=pack["effective_from"], to=pack["effective_to"])


def build(visit: Visit) -> None:
    """Draw the page."""
    Gate(visit)


PAGE = Page("gate", "/gate", build, scopes=("compliance:read",), group="compliance")
