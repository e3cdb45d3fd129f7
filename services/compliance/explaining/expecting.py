"""What a request file says that the decision should be, for files that are kept as cases."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from services.compliance.domain.gate.decision import Decision
from shared.contracts.decisions import Effect


class Expected(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Only what is given is compared. `rules` have to be among the reasons; an empty list asks for none."""

    effect: Effect
    rules: tuple[str, ...] | None = None
    until: datetime | None = None
    valid_until: datetime | None = None


def differences(expected: Expected, decision: Decision) -> Iterator[str]:
    """A sentence for each thing that is not as expected."""
    if decision.effect is not expected.effect:
        yield f"effect: {decision.effect.value}, expected {expected.effect.value}"
    hit = {reason.rule_id for reason in decision.reasons}
    if expected.rules is not None:
        missing = set(expected.rules) - hit
        if missing:
            yield f"rules: {', '.join(sorted(missing))} did not apply"
        if not expected.rules and hit:
            yield f"rules: {', '.join(sorted(hit))} applied, expected none"
    for name, got, wanted in (
        ("until", decision.until, expected.until),
        ("valid_until", decision.valid_until, expected.valid_until),
    ):
        if wanted is not None and got != wanted:
            yield f"{name}: {got.isoformat() if got else 'none'}, expected {wanted.isoformat()}"
