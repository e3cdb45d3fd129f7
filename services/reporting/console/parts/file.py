"""The parts of a file: history, evidence, what has to be put right, consequences."""

from collections.abc import Callable, Sequence
from typing import Any

from services.reporting.console.parts.elements import box, button, chip, link, panel, text
from services.reporting.console.parts.saying import told
from services.reporting.console.parts.tables import short
from services.reporting.console.texts import Texts
from services.reporting.console.visit import Visit, instant

Rows = Sequence[dict[str, Any]]


def show_history(say: Texts, history: Rows) -> None:
    """What was done, by whom and why; the newest first.

    Details whose names have a colon in them are marks and verdicts, which the file shows elsewhere.
    """
    with box("entries", tag="ol"):
        for act in reversed(history):
            with box("entry", tag="li") as entry:
                entry.props["data-did"] = act["act"]
                box(f"entry-dot {'bad' if act['act'] == 'overdue' else ''}")
                with box("entry-body"):
                    with box("entry-head"):
                        text(say(f"did.{act['act']}"), classes="strong")
                        text(act["actor"], classes="note")
                        text(say.moment(instant(act["at"])), classes="note num entry-time")
                    if said := act.get("reason") or act.get("note"):
                        text(said, tag="p")
                    line = told(say, act["details"], [name for name in act["details"] if ":" not in name])
                    if line:
                        text(line, tag="p", classes="note")


def show_evidence(visit: Visit, evidence: Rows) -> None:
    """References to what shows what happened."""
    say = visit.say
    if not evidence:
        text(say("file.evidence.none"), tag="p", classes="none")
    for item in evidence:
        with box("line"):
            chip(say(f"evidence.{item['kind']}"))
            if item["kind"] == "contact":
                link(
                    short(item["reference"]), visit.url(f"/timeline/{item['reference']}"), classes="link code"
                )
            else:
                text(short(item["reference"]), classes="code", title=item["reference"])
            if item["leaf_index"] is not None:
                text(f"#{item['leaf_index']:,}", classes="note num")


def show_actions(say: Texts, actions: Rows, finish: Callable[[str], None] | None) -> None:
    """What has to be put right; with a button to say that it was, where `finish` is given."""
    if not actions:
        text(say("file.actions.none"), tag="p", classes="none")
    for action in actions:
        with box("action"):
            text(action["description"] or "–", tag="p")
            with box("line"):
                text(f"{say('file.actions.owner')}: {action['owner_id']}", classes="note")
                due = say.moment(instant(action["due_at"]))
                text(f"{say('file.actions.due')}: {due}", classes="note num")
                _done(say, action, finish)


def show_sanctions(say: Texts, sanctions: Rows) -> None:
    """What followed for those concerned; nothing where nothing did."""
    if not sanctions:
        return
    with panel(say("file.sanctions")):
        for sanction in sanctions:
            with box("line"):
                text(sanction["collector_id"] or sanction["agency_id"] or "–", classes="strong")
                chip(say(f"measure.{sanction['measure']}"))
                text(say("file.sanctions.points", points=str(sanction["points"])), classes="note")
                if sanction["vetoes_incentive"]:
                    chip(say("file.sanctions.veto"), "bad")


def _done(say: Texts, action: dict[str, Any], finish: Callable[[str], None] | None) -> None:
    if action["done_at"]:
        at = say.moment(instant(action["done_at"]))
        chip(say("file.actions.done", who=action["done_by"], time=at), "good")
    elif action["late"]:
        chip(say("clock.late"), "bad")
    if finish is not None and not action["done_at"]:
        button(say("act.finish"), lambda: finish(action["action_id"]), classes="small", data_act="finish")
