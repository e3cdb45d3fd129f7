"""The gate's answer."""

from datetime import datetime

import msgspec

from shared.contracts.decisions import Effect, Reason

SEVERITY = {Effect.ALLOW: 0, Effect.DEFER: 1, Effect.REVIEW: 2, Effect.DENY: 3}


class Decision(msgspec.Struct, frozen=True):
    """The worst effect of all rules that applied, and every one of them.

    `until` is the next permitted instant of a deferral; `valid_until` ends a permit (exclusive); `packs` are
    `id@version` of the packs that decided. `obligations` are what an allowed contact has to hold or do.
    """

    effect: Effect
    reasons: tuple[Reason, ...] = ()
    until: datetime | None = None
    valid_until: datetime | None = None
    packs: tuple[str, ...] = ()
    obligations: tuple[str, ...] = ()
