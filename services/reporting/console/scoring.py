"""What an inspector hands in: marks, a verdict on each finding, and the violations; and what is missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

MARKS = ("met", "partly_met", "not_met", "not_applicable")
VERDICTS = ("violation", "no_violation")
GRAVE = frozenset({"high", "critical"})

Item = dict[str, Any]


class Behind(NamedTuple):
    """The violation behind something: an automatic finding, or a rule and how grave it was."""

    finding_id: str | None = None
    rule_id: str | None = None
    severity: str | None = None
    turn: int | None = None

    @property
    def is_said(self) -> bool:
        """Whether anything is filled in."""
        return bool(self.finding_id or self.rule_id or self.severity)

    @property
    def is_whole(self) -> bool:
        """Whether it names its finding, or rule and severity."""
        return bool(self.finding_id or (self.rule_id and self.severity))


@dataclass(slots=True)
class Sheet:
    """A scoring form as it is filled in. `behind` is by item of the form, `verdicts` by finding."""

    form: Item
    findings: Sequence[Item]
    marks: dict[str, str] = field(default_factory=dict)
    verdicts: dict[str, str] = field(default_factory=dict)
    behind: dict[str, Behind] = field(default_factory=dict)
    others: list[Behind] = field(default_factory=list)
    note: str = ""

    @property
    def open_findings(self) -> list[Item]:
        """Findings on which nobody gave a verdict yet."""
        return [one for one in self.findings if one["verdict"] is None]

    def missing(self) -> list[tuple[str, str]]:
        """What the register would refuse: a word of `scoring.missing`, and what it is about."""
        items = self.form["items"]
        found = [("mark", item["title"]) for item in items if item["item_id"] not in self.marks]
        behind = self._behind()
        for item in items:
            said = behind.get(item["item_id"])
            failed = item["critical"] and self.marks.get(item["item_id"]) == "not_met"
            if (failed and said is None) or (said is not None and not said.is_whole):
                found.append(("behind", item["title"]))
        used = {said.finding_id for said in behind.values()}
        judged = used | set(self.verdicts)
        for one in self.open_findings:
            name, turn = one["finding_id"], str(one["turn"] + 1)
            if one["severity"] in GRAVE and name not in judged:
                found.append(("verdict", turn))
            if self.verdicts.get(name) == "no_violation" and name in used:
                found.append(("both", turn))
        found += [("other", "") for said in self.others if said.is_said and not said.is_whole]
        if not self.note.strip():
            found.append(("note", ""))
        return found

    def body(self) -> dict[str, Any]:
        """What is sent. A finding that is behind two items is the violation behind the first."""
        violations, used = [], set()
        for item_id, said in self._behind().items():
            if said.finding_id not in used or said.finding_id is None:
                violations.append({**_said(said), "item_id": item_id})
            used.add(said.finding_id)
        for name, verdict in self.verdicts.items():
            if verdict == "violation" and name not in used:
                violations.append({"finding_id": name})
        violations += [_said(said) for said in self.others if said.is_said]
        cleared = [name for name, verdict in self.verdicts.items() if verdict == "no_violation"]
        return {
            "form_id": self.form["form_id"],
            "form_version": self.form["version"],
            "marks": dict(self.marks),
            "violations": violations,
            "cleared": cleared,
            "note": self.note.strip(),
        }

    def _behind(self) -> dict[str, Behind]:
        """The violations behind items that were not met; an item that was met has none."""
        return {
            name: said
            for name, said in self.behind.items()
            if said.is_said and self.marks.get(name) == "not_met"
        }


def usable(forms: Sequence[Item], channel: str) -> list[Item]:
    """The newest versions of the forms that are for a channel."""
    bodies = [form["body"] for form in forms]
    return [body for body in bodies if not body["channels"] or channel in body["channels"]]


def pieces(said: str, findings: Sequence[Mapping[str, Any]]) -> list[tuple[str, int | None]]:
    """A turn cut where findings begin and end: each piece with the number of its finding, or None.

    A finding may go on into the next turn; here it ends with this one. Of two that overlap the later one
    begins where the earlier ends.
    """
    cut: list[tuple[str, int | None]] = []
    at = 0
    for number, one in sorted(enumerate(findings), key=lambda pair: int(pair[1]["begins"])):
        begins = max(at, int(one["begins"]))
        ends = min(len(said), int(one["begins"]) + int(one["length"]))
        if ends <= begins:
            continue
        if begins > at:
            cut.append((said[at:begins], None))
        cut.append((said[begins:ends], number))
        at = ends
    if at < len(said) or not cut:
        cut.append((said[at:], None))
    return cut


def _said(said: Behind) -> dict[str, Any]:
    return {name: value for name, value in said._asdict().items() if value not in (None, "")}
