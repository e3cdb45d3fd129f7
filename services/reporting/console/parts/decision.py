"""A decision of the gate: what it said, on what grounds, and the proof that it is in the log."""

from typing import Any

from nicegui import ui

from services.reporting.console.calling import Trouble
from services.reporting.console.parts.area import show_trouble
from services.reporting.console.parts.elements import box, button, chip, text
from services.reporting.console.parts.saying import told
from services.reporting.console.proving.files import Proven, check_file
from services.reporting.console.proving.notes import LOG, Key
from services.reporting.console.proving.tree import ProofError
from services.reporting.console.visit import Visit, instant

Row = dict[str, Any]


class Decision:
    """One decision."""

    def __init__(self, visit: Visit, decision: Row) -> None:
        self._visit = visit
        self._decision = decision
        say = visit.say
        with box("entry-head"):
            chip(say(f"effect.{decision['effect']}"), decision["effect"])
            about = f"{say('channel.' + decision['channel'])} · {say('purpose.' + decision['purpose'])}"
            text(about, classes="strong")
            if decision["ask"] > 1:
                text(say("timeline.ask-number", ask=str(decision["ask"])), classes="note")
            time = say.moment(instant(decision["decided_at"]))
            text(time, classes="note num entry-time")
        for reason in decision["reasons"]:
            self._reason(reason)
        if not decision["reasons"]:
            text(say("timeline.reasons.none"), tag="p", classes="note")
        for name, word in (("until", "until"), ("valid_until", "valid")):
            if decision[name]:
                time = say.moment(instant(decision[name]))
                text(say(f"timeline.{word}", time=time), tag="p", classes="note")
        text(f"{say('timeline.packs')}: {', '.join(decision['packs'])}", tag="p", classes="note wrap")
        with box("proof") as self._proof:
            button(say("proof.check"), self._check, classes="small", data_testid="proof")

    def _reason(self, reason: Row) -> None:
        say = self._visit.say
        with box(f"reason {reason['effect']}"):
            with box("line"):
                text(reason["rule_id"], classes="code strong")
                chip(say(f"effect.{reason['effect']}"), reason["effect"])
                text(say(f"force.{reason['force']}"), classes="note")
            text(reason["citation"], tag="p")
            if reason["numbers"]:
                text(told(say, reason["numbers"], reason["numbers"]), tag="p", classes="note wrap")

    async def _check(self) -> None:
        """Fetch the proof, check it here, and offer it as a file."""
        say, name = self._visit.say, self._decision["decision_id"]
        try:
            data = await self._visit.compliance.fetch(f"/decisions/{name}/proof")
            proven = check_file(data, await self._key(data), self._visit.console.trusted.witnesses)
            self._require_same(proven)
        except Trouble as trouble:
            self._proof.clear()
            with self._proof:
                show_trouble(say, trouble, self._check)
            return
        except ProofError as error:
            self._tell(say("proof.bad"), "bad", str(error))
            return
        is_trusted = self._visit.console.trusted.log is not None
        word = "proof.ok" if is_trusted else "proof.ok.self"
        result = say(word, index=f"{proven.index:,}", size=f"{proven.checkpoint.size:,}")
        self._tell(f"✓ {result}", "good" if is_trusted else "warn")
        with self._proof:
            file = f"{name}.tlog-proof"
            button(say("proof.download"), lambda: ui.download.content(data, file), classes="small")

    async def _key(self, data: bytes) -> Key:
        """The trusted key under the name of the log that the proof is of, else the key it names itself."""
        origin = data.partition(b"\n\n")[2].partition(b"\n")[0].decode("ascii", "replace")
        trusted = self._visit.console.trusted.log
        if trusted is not None:
            return Key(origin, LOG, trusted)
        for log in await self._visit.compliance.get("/log"):
            if log["origin"] == origin:
                return Key.parse(log["verifier_key"])
        raise ProofError("the proof is of another log")

    def _require_same(self, proven: Proven) -> None:
        """What is proven is this very decision."""
        said = (proven.record.get("kind"), proven.record.get("id"), proven.record.get("effect"))
        if said != ("decision", self._decision["decision_id"], self._decision["effect"]):
            raise ProofError("the proven entry is not this decision")

    def _tell(self, result: str, tone: str, why: str = "") -> None:
        self._proof.clear()
        with self._proof:
            text(result, classes=f"proof-told {tone}", title=why).props('role="status"')
