"""What is kept of a decision: all that is needed to make it again, and what it was."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from services.compliance.domain.judging import Question
from shared.contracts.decisions import Effect, Reason
from shared.contracts.requests import ContactRequested


class Evidence(msgspec.Struct, omit_defaults=True):
    """The payload of a decision's leaf. `since` is how far back the facts tell of attempts."""

    asked: ContactRequested
    question: Question
    now: datetime
    since: datetime
    effect: Effect
    reasons: Sequence[Reason] = ()
    packs: Sequence[str] = ()


decode = msgspec.json.Decoder(Evidence).decode
