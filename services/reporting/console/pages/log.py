"""The audit log: how long it is, who signed it, and a tick that this process computes itself."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from nicegui import ui

from services.reporting.console.calling import Trouble
from services.reporting.console.parts.area import Area, nothing, show_trouble
from services.reporting.console.parts.elements import box, button, facts, heading, panel, table, text
from services.reporting.console.proving.notes import Cosignature, Key
from services.reporting.console.proving.verifying import Check, Seen, Verified, recompute, verify
from services.reporting.console.visit import Page, Visit, instant, soon

_MARKS = {"ok": "✓", "limited": "!", "bad": "✕", "unknown": "…"}
_SIGNS = {"good": "✓", "bad": "✕", "open": "–"}


class YearOfLog:
    """One year's log and its verification."""

    def __init__(self, visit: Visit, log: dict[str, Any]) -> None:
        self._visit = visit
        self._log = log
        self._seen_name = f"recoup_log:{log['origin']}"
        self._found: Verified | None = None
        say = visit.say
        with panel(say("log.year", year=str(log["year"])), "log", log["origin"]), box("split even"):
            with box("stack"):
                self._facts()
                self._witnesses()
            with box("stack verdict-side"):
                text(say("log.verify.title"), tag="h3")
                text(say("log.verify.note"), tag="p", classes="note")
                self._verdict = box()
                with box("commands"):
                    self._again = button(say("log.verify.again"), self.verify, data_testid="verify")
                    button(say("log.verify.full"), self._recompute, data_testid="recompute")
                self._progress = text("", tag="p", classes="note num").props('role="status"')
        self._show("unknown", say("log.verifying"), "", ())
        soon(self.verify)

    def _facts(self) -> None:
        say, log = self._visit.say, self._log
        known = {say("log.size"): f"{log['size']:,}", say("log.signed"): f"{log['signed_size']:,}"}
        known[say("log.key")] = Key.parse(log["verifier_key"]).fingerprint
        waiting = log["size"] - log["signed_size"]
        facts(known)
        self._root = text("", tag="p", classes="code note wrap")
        with box("note-of hidden", tag="details") as self._note:
            text(say("log.note"), tag="summary")
            self._note_text = text("", tag="pre", classes="note-text")
        if waiting:
            text(say("log.waiting", count=f"{waiting:,}"), tag="p", classes="note")

    def _witnesses(self) -> None:
        say = self._visit.say
        text(say("log.witnesses"), tag="h3")
        witnesses = self._log["witnesses"]
        if not witnesses:
            text(say("log.witness.none"), tag="p", classes="note warn-text")
            return
        heads = {
            name: say(f"log.{name.replace('-', '.')}")
            for name in ("witness", "witness-size", "witness-at", "witness-problem")
        }
        with table(heads, say("log.witnesses")):
            for witness in witnesses:
                with box("", tag="tr"):
                    text(witness["witness"], tag="td", classes="code")
                    text(f"{witness['size']:,}", tag="td", classes="num")
                    at = witness["cosigned_at"]
                    text(say.moment(instant(at)) if at else "–", tag="td", classes="num")
                    text(witness["problem"] or "–", tag="td", classes="wrap")

    async def verify(self) -> None:
        """Verify, remember in this browser what was seen, and show what came of it."""
        visit, say = self._visit, self._visit.say
        if visit.is_over():
            return
        try:
            seen = await self._seen()
            found = await verify(self._log, visit.compliance, visit.console.trusted, seen)
        except Trouble as trouble:
            self._verdict.clear()
            with self._verdict:
                show_trouble(say, trouble, self.verify)
            return
        self._found = found
        self._show_found(found)
        if found.checkpoint is not None:
            digest = found.checkpoint.root.hex()
            self._root.text = f"{say('log.root')} {digest}"
            self._note_text.text = found.checkpoint.note
            self._note.classes(remove="hidden")
            if found.result != "bad":
                remembered = json.dumps(f"{found.checkpoint.size} {digest}")
                ui.run_javascript(f"localStorage.setItem({json.dumps(self._seen_name)}, {remembered})")

    async def _recompute(self) -> None:
        visit, found = self._visit, self._found
        if found is None or found.checkpoint is None or visit.is_over():
            return
        size = found.checkpoint.size

        def tell(done: int) -> None:
            self._progress.text = visit.say("log.progress", done=f"{done:,}", size=f"{size:,}")

        tell(0)
        try:
            check = await recompute(self._log, visit.compliance, found.checkpoint, tell)
        except Trouble as trouble:
            self._verdict.clear()
            with self._verdict:
                show_trouble(visit.say, trouble, self._recompute)
            return
        kept = tuple(other for other in found.checks if other.name != "entries")
        self._found = Verified((*kept, check), found.checkpoint)
        self._show_found(self._found)

    async def _seen(self) -> Seen | None:
        """What this browser saw last; None where it saw nothing, or nothing that can be read."""
        try:
            kept = await ui.run_javascript(f"return localStorage.getItem({json.dumps(self._seen_name)})")
            size, root = str(kept or "").split(" ")
            return int(size), bytes.fromhex(root)
        except (ValueError, TimeoutError):
            return None

    def _show_found(self, found: Verified) -> None:
        say, result = self._visit.say, found.result
        values = {}
        if result == "ok" and found.checkpoint is not None:
            time = say.clock(self._visit.console.live.wall.now())
            values = {"time": time, "size": f"{found.checkpoint.size:,}"}
        cosignatures = found.checkpoint.cosignatures if found.checkpoint else ()
        hint = say(f"log.{result}.hint", **values)
        self._show(result, say(f"log.{result}"), hint, found.checks, cosignatures)

    def _show(
        self,
        result: str,
        title: str,
        hint: str,
        checks: Sequence[Check],
        cosignatures: Sequence[Cosignature] = (),
    ) -> None:
        say = self._visit.say
        self._verdict.clear()
        with self._verdict, box(f"verdict {result}") as element:
            element.props["data-verdict"] = result
            element.props["role"] = "status"
            with box("verdict-head"):
                text(_MARKS[result], classes="verdict-mark").props('aria-hidden="true"')
                with box():
                    text(title, tag="h3")
                    text(hint, tag="p")
            with box("checks", tag="ul"):
                for check in checks:
                    with box(f"check {check.result}", tag="li") as line:
                        line.props["data-check"] = check.name
                        text(_SIGNS[check.result], classes="check-sign")
                        word = f"check.{check.name}{'.bad' if check.result == 'bad' else ''}"
                        text(say(word, **check.numbers), title=check.why)
                for cosigned in cosignatures:
                    with box("check good" if cosigned.trusted else "check", tag="li"):
                        text("✓" if cosigned.trusted else "–", classes="check-sign")
                        at = say.moment(datetime.fromtimestamp(cosigned.seconds, UTC))
                        text(say("log.cosigned", name=cosigned.name, time=at))


class Log:
    """The page in one browser tab."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        with heading(visit.say("page.log"), visit.say("log.lead")):
            pass
        Area(visit, self._fetch, self._draw, lines=8)

    async def _fetch(self) -> list[dict[str, Any]]:
        logs: list[dict[str, Any]] = await self._visit.compliance.get("/log")
        return logs

    def _draw(self, logs: Sequence[dict[str, Any]]) -> None:
        if not logs:
            nothing(self._visit.say("log.none"), self._visit.say("log.none.hint"))
        for log in sorted(logs, key=lambda log: -int(log["year"])):
            YearOfLog(self._visit, log)


def build(visit: Visit) -> None:
    """Draw the page."""
    Log(visit)


PAGE = Page("log", "/log", build, scopes=("log:read",), group="compliance")
