"""The timeline of a case or contact: every event, every decision with its reasons, the proof of each."""

from collections import Counter
from decimal import Decimal
from typing import Any

from nicegui import ui

from services.reporting.console.parts.area import Area, explained, nothing
from services.reporting.console.parts.decision import Decision
from services.reporting.console.parts.elements import box, button, chip, facts, heading, link, panel, text
from services.reporting.console.parts.saying import told
from services.reporting.console.tracing import Moment, Trace, trace
from services.reporting.console.visit import Page, Visit, instant

_SHOWN = 150
_SHOWN_FACTS = (
    "account",
    "amount",
    "arrears",
    "bucket",
    "dpd",
    "segment",
    "step",
    "channel",
    "outcome",
    "kind",
    "why",
    "closed",
)


class Timeline:
    """The page in one browser tab."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._name = visit.parameters.get("name", "")
        say = visit.say
        with heading(say("page.timeline"), say("timeline.lead")):
            pass
        with box("filters panel", tag="form").props('role="search"') as form:
            form.on("submit.prevent", self._go)
            self._asked = ui.input(say("timeline.ask"), value=self._name).classes("filter wide")
            self._asked.props("outlined dense autofocus data-testid=asked")
            button(say("search"), self._go, classes="main")
        if self._name:
            Area(visit, self._fetch, self._draw, lines=10)
        else:
            with panel(say("timeline.events")):
                nothing(say("timeline.empty"), say("timeline.empty.hint"))

    def _go(self) -> None:
        name = (self._asked.value or "").strip()
        if name and "/" not in name:
            ui.navigate.to(self._visit.url(f"/timeline/{name}"))

    async def _fetch(self) -> Trace:
        return await trace(self._name, self._visit.strategy, self._visit.compliance)

    def _draw(self, found: Trace) -> None:
        say = self._visit.say
        if found.is_empty:
            with panel(say("timeline.events")):
                if found.trouble is not None:
                    title, advice = explained(say, found.trouble)
                    nothing(title, advice)
                else:
                    nothing(say("timeline.none"), say("timeline.none.hint"))
            return
        if found.trouble is not None:
            title, _ = explained(say, found.trouble)
            text(say("timeline.no-strategy", why=title), tag="p", classes="notice-line")
        if found.case is not None:
            self._case(found.case)
        moments = found.moments()
        with panel(say("timeline.events"), "timeline", say("timeline.events.note")):
            with box("entries", tag="ol"):
                for moment in moments[:_SHOWN]:
                    self._moment(moment)
            if len(moments) > _SHOWN:
                text(say("timeline.truncated", count=str(_SHOWN)), tag="p", classes="note")

    def _case(self, case: dict[str, Any]) -> None:
        say = self._visit.say
        with panel(case["customer_id"], "case"):
            link(case["case_id"], self._visit.url(f"/timeline/{case['case_id']}"), classes="link code")
            owed = [say.money(Decimal(one["amount"]), one["currency"]) for one in case["arrears"]]
            known = {
                say("timeline.stage"): say.known(f"stage.{case['stage']}", case["stage"]),
                say("timeline.segment"): case["segment"],
                say("timeline.arrears"): " · ".join(owed) or "–",
                say("timeline.dpd"): str(case["days_past_due"]),
                say("timeline.contacts"): str(case["contacts"]),
                say("timeline.next"): self._next(case),
            }
            facts(known)
            with box("line"):
                if case["outcome"]:
                    outcome = say.known(f"case-outcome.{case['outcome']}", case["outcome"])
                    chip(say("timeline.closed", outcome=outcome), "good")
                self._stops(case)

    def _next(self, case: dict[str, Any]) -> str:
        say, step = self._visit.say, case["next_step"]
        if step is None:
            return "–"
        channel = say(f"channel.{step['channel']}")
        if step["due_at"] is None:
            return say("timeline.next.held", channel=channel)
        due = say.moment(instant(step["due_at"]))
        return f"{channel} · {due}"

    def _stops(self, case: dict[str, Any]) -> None:
        """What keeps the case from being contacted now; several of one kind are told once."""
        say = self._visit.say
        for kind, count in Counter(hold["kind"] for hold in case["holds"]).items():
            times = f" ×{count}" if count > 1 else ""
            chip(say("timeline.hold", kind=say(f"hold.{kind}")) + times, "warn")
        for reason in dict.fromkeys(one["reason"] for one in case["suspensions"]):
            if reason != "hold" or not case["holds"]:
                chip(say("timeline.suspended", reason=say.known(f"suspension.{reason}", reason)), "warn")

    def _moment(self, moment: Moment) -> None:
        with box("entry", tag="li"):
            if moment.decision is not None:
                box(f"entry-dot {moment.decision['effect']}")
                with box("entry-body decision") as body:
                    body.props["data-effect"] = moment.decision["effect"]
                    Decision(self._visit, moment.decision)
            elif moment.event is not None:
                box("entry-dot event")
                with box("entry-body"):
                    self._event(moment.event)

    def _event(self, event: dict[str, Any]) -> None:
        say, summary = self._visit.say, event["summary"]
        with box("entry-head"):
            kind = event["type"].removesuffix(".v1")
            text(say.known(f"entry.{kind}", kind), classes="strong")
            if "contact" in summary:
                link(say("fact.contact"), self._visit.url(f"/timeline/{summary['contact']}"))
            text(say.moment(instant(event["at"])), classes="note num entry-time")
        line = told(say, summary, _SHOWN_FACTS)
        if line:
            text(line, tag="p", classes="note")


def build(visit: Visit) -> None:
    """Draw the page."""
    Timeline(visit)


_SCOPES = ("compliance:read",)
PAGE = Page("timeline", "/timeline", build, scopes=_SCOPES, group="operations")
OF_ID = Page("timeline", "/timeline/{name}", build, scopes=_SCOPES, under="timeline")
