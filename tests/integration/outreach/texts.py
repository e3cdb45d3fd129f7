"""What compliance tells of texts."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from services.outreach.texts import Proposal
from shared.contracts.conduct import TemplateApproved, TemplateRetired
from shared.lint.template_digest import template_digest

TOLD = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def approval(proposal: Proposal, version: int = 1, **changes: Any) -> TemplateApproved:
    """Compliance tells that a second person approved the proposal."""
    values = msgspec.structs.asdict(proposal) | changes
    said = template_digest(values["language"], values["channel"], values["subject"], values["body"], "")
    told = {"version": version, "digest": said, "tags": [], "linter": "", "approved_at": TOLD}
    return TemplateApproved(**{**told, **values})


def retirement(of: TemplateApproved) -> TemplateRetired:
    """Compliance tells that it is used no more."""
    names = ("template_id", "version", "language", "channel", "digest")
    return TemplateRetired(retired_at=TOLD, **{name: getattr(of, name) for name in names})
