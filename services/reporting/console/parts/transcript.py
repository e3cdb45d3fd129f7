"""What was said in a contact, with what the phrase lists found marked where it was said."""

from collections.abc import Sequence
from typing import Any

from services.reporting.console.calling import Trouble
from services.reporting.console.parts.area import Area, nothing
from services.reporting.console.parts.elements import box, button, chip, text
from services.reporting.console.scoring import pieces
from services.reporting.console.visit import Visit

SEVERITY_TONES = {"low": "", "medium": "", "high": "warn", "critical": "bad"}
Item = dict[str, Any]


class Transcript:
    """A button that shows the transcript: it is personal data, and looking at it is in the access log."""

    def __init__(self, visit: Visit, contact_id: str, findings: Sequence[Item], *, shown: bool) -> None:
        self._visit = visit
        self._contact = contact_id
        self._findings = findings
        with box() as self._holder:
            if shown:
                self.show()
            else:
                button(visit.say("transcript.show"), self.show, data_testid="transcript")

    def show(self) -> None:
        """Fetch and show it."""
        self._holder.clear()
        with self._holder:
            Area(self._visit, self._fetch, self._draw, lines=6)

    async def _fetch(self) -> list[Item] | None:
        try:
            found = await self._visit.inspection_desk.get(f"/transcripts/{self._contact}/text")
        except Trouble as trouble:
            if trouble.slug == "not-found":
                return None
            raise
        turns: list[Item] = found["turns"]
        return turns

    def _draw(self, turns: list[Item] | None) -> None:
        say = self._visit.say
        if turns is None:
            nothing(say("transcript.none"), say("transcript.none.hint"))
            return
        with box("turns", tag="ol"):
            for turn in turns:
                self._turn(turn, [one for one in self._findings if one["turn"] == turn["number"]])

    def _turn(self, turn: Item, findings: Sequence[Item]) -> None:
        say = self._visit.say
        with box(f"turn {turn['speaker']} {'found' if findings else ''}", tag="li") as element:
            element.props["data-turn"] = str(turn["number"])
            with box("turn-head"):
                text(f"{turn['number'] + 1}", classes="note num")
                text(say(f"speaker.{turn['speaker']}"), classes="strong")
                text(_clock(turn["starts"]), classes="note num")
            with box("turn-text", tag="p"):
                for said, number in pieces(turn["text"], findings):
                    tone = "" if number is None else f"finding {findings[number]['severity']}"
                    text(said, tag="span" if number is None else "mark", classes=tone)
            for one in findings:
                show_finding(self._visit, one)


def show_finding(visit: Visit, one: Item) -> None:
    """An automatic finding: what, how grave, by which rule, and what the inspector said of it."""
    say = visit.say
    with box("line found-line"):
        chip(say(f"severity.{one['severity']}"), SEVERITY_TONES[one["severity"]])
        text(say.known(f"tag.{one['tag']}", one["tag"]), classes="strong")
        text(one["rule_id"], classes="code", title=one["citation"])
        if one["verdict"]:
            chip(say(f"verdict.{one['verdict']}"), "bad" if one["verdict"] == "violation" else "good")


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
