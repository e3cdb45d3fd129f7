"""Templates and shelves for tests."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from services.outreach.domain.shelf import Shelf
from services.outreach.domain.template import Template
from services.outreach.domain.wording import VARIABLES
from services.outreach.texts import proposals
from shared.contracts.vocabulary import Channel, PartyRole
from shared.lint.template_digest import template_digest

APPROVED = datetime(2026, 3, 1, tzinfo=UTC)
RETIRED = datetime(2026, 3, 2, tzinfo=UTC)


def template(**changes: Any) -> Template:
    """An approved Chinese text message, unless said otherwise; the digest fits."""
    values: dict[str, Any] = {
        "template_id": "first",
        "version": 1,
        "language": "zh-CN",
        "channel": Channel.SMS,
        "roles": (PartyRole.DEBTOR,),
        "body": "【{institution}】您的账户有{arrears}已逾期。{opt_out}",
        "variables": tuple(sorted(VARIABLES)),
        "approved_at": APPROVED,
        "revision": 1,
    } | changes
    said = [values.get(name, "") for name in ("subject", "body", "envelope")]
    values.setdefault("digest", template_digest(values["language"], values["channel"], *said))
    return Template(**values)


def shipped_shelf() -> Shelf:
    """The texts that come with the product, as if approved."""
    return Shelf(template(**msgspec.structs.asdict(one)) for one in proposals())
