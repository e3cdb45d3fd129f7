"""One act on an inspection or a violation: what is refused, what is noted, what it comes to."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Generic, TypeVar

import msgspec

from services.compliance.domain.inspection.words import ActKind
from shared.contracts.base import Event


class Why(StrEnum):
    """Why an act is refused."""

    STATE = "inspection-state"
    RECUSED = "inspection-recused"
    FOUR_EYES = "inspection-four-eyes"
    LEASE = "inspection-lease"
    TERM = "inspection-term"
    INCOMPLETE = "inspection-incomplete"


class Refused(Exception):
    """An act that is not permitted; the message is a sentence without personal data."""

    def __init__(self, why: Why, sentence: str) -> None:
        super().__init__(sentence)
        self.why = why
        self.sentence = sentence


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the history of what `about` names, numbered from 1; table `inspection_act`.

    `details` are ids, numbers and words of closed lists. What people wrote is not here: it lies sealed in the
    payload of the act's leaf, so that it goes with the person's payloads.
    """

    about: str
    number: int
    act: ActKind
    actor: str
    at: datetime
    before: str | None
    after: str
    details: dict[str, str]

    @property
    def leaf_id(self) -> str:
        """The name of its leaf: the first one bears that of what it is about."""
        return leaf_of(self.about, self.number)


def leaf_of(about: str, number: int) -> str:
    """The name of the leaf of an act."""
    return about if number == 1 else f"{about}:{number}"


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """What both inspections and violations have."""

    acts: int = 0
    changed_at: datetime


R = TypeVar("R", bound=Record)
_NONE: Mapping[str, object] = MappingProxyType({})


class Step(msgspec.Struct, Generic[R], frozen=True, kw_only=True):
    """What an act comes to. `note` is what the actor wrote, sealed."""

    record: R
    act: Act
    events: tuple[Event, ...] = ()
    note: str | None = None


def step(
    record: R,
    act: ActKind,
    actor: str,
    at: datetime,
    states: tuple[str | None, str],
    *,
    about: str,
    note: str | None = None,
    events: tuple[Event, ...] = (),
    details: Mapping[str, object] = _NONE,
) -> Step[R]:
    """The changed record with the act's entry in its history; details that are None are left out.

    An act never stands before the one that it follows, even where the clocks of two processes differ.
    """
    moment = max(at, record.changed_at)
    made = msgspec.structs.replace(record, acts=record.acts + 1, changed_at=moment)
    entry = Act(
        about=about,
        number=made.acts,
        act=act,
        actor=actor,
        at=moment,
        before=states[0],
        after=states[1],
        details={name: _text(value) for name, value in details.items() if value is not None},
    )
    return Step(record=made, act=entry, events=events, note=note)


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
