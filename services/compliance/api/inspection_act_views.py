"""Histories of inspections and violations, as callers see them."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from services.compliance.domain.inspection.acts import Act
from services.compliance.domain.inspection.words import (
    ActKind,
)


class ActView(BaseModel):
    """An entry of the history."""

    number: int
    act: ActKind
    actor: str
    at: datetime
    before: str | None
    after: str
    details: dict[str, str]
    note: str | None
    leaf_id: str = Field(description="The name of its leaf in the audit log")

    @classmethod
    def of(cls, act: Act, note: str | None) -> "ActView":
        """The view of an act with its note."""
        own = same(cls, act, {"note"})
        return cls(**own, note=note)


def same(view: type[BaseModel], of: object, but: frozenset[str] | set[str] = frozenset()) -> dict[str, Any]:
    """The values of those fields of a view that an object has by the same name."""
    return {name: getattr(of, name) for name in view.model_fields if name not in but}
