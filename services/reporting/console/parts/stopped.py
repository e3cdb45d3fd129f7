"""What the gate stopped, by rule: how often denied, deferred and referred, and on what grounds."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.reporting.console.parts.area import nothing
from services.reporting.console.parts.elements import box, text
from services.reporting.console.texts import Texts
from services.reporting.domain.groups import RuleGroup

_EFFECTS = {"deny": "denied", "review": "referred", "defer": "deferred"}


class Stopped:
    """A row for each rule that stopped something, the busiest first."""

    def __init__(self, say: Texts, known: Mapping[str, dict[str, Any]], rules: Sequence[RuleGroup]) -> None:
        """`known` are the rules of the packs in force, by id."""
        stopped = [rule for rule in rules if _total(rule)]
        if not stopped:
            nothing(say("gate.blocked.none"), say("gate.blocked.none.hint"))
            return
        most = max(_total(rule) for rule in stopped)
        self._legend(say)
        for rule in stopped:
            with box("stop") as row:
                row.props["data-rule"] = rule.rule_id
                with box("stop-name"):
                    text(rule.rule_id, classes="code strong")
                    grounds = known.get(rule.rule_id, {}).get("citations", [])
                    text(grounds[0] if grounds else "", classes="note", title="; ".join(grounds))
                _parts(say, rule, most)
                text(f"{_total(rule):,}", classes="num stop-total")

    @staticmethod
    def _legend(say: Texts) -> None:
        with box("legend"):
            for effect in _EFFECTS:
                with box("legend-item"):
                    box(f"legend-mark {effect}")
                    text(say(f"effect.{effect}"))


def _parts(say: Texts, rule: RuleGroup, most: int) -> None:
    """A bar in parts, one for each effect."""
    told = ", ".join(
        f"{say(f'effect.{effect}')} {getattr(rule, name):,}" for effect, name in _EFFECTS.items()
    )
    with box("parts").props('role="img"') as bar:
        bar.props["aria-label"] = bar.props["title"] = told
        for effect, name in _EFFECTS.items():
            if count := getattr(rule, name):
                box(f"part {effect}").style(f"width: {max(count / most * 100, 0.6):.2f}%")


def _total(rule: RuleGroup) -> int:
    return rule.denied + rule.deferred + rule.referred
