"""Reads a request file: one JSON object, strictly. docs/compliance/gate.md describes every field."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import msgspec

from services.compliance.domain.gate.facts import PersonFacts
from services.compliance.domain.gate.request import GateRequest
from services.compliance.domain.packs.library import Library
from services.compliance.explaining.assuming import in_order, placed
from services.compliance.explaining.choosing import library_of, places_of
from services.compliance.explaining.expecting import Expected
from services.compliance.explaining.instants import read_instant, with_instants
from services.compliance.explaining.names import check_names
from services.compliance.explaining.shortcuts import spelt_out
from services.compliance.explaining.wrong import WrongFile, wrong_struct

_LARGEST = 4_000_000


class RequestFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A request file, shortcuts spelt out."""

    title: str = ""
    packs: tuple[Any, ...] = ()
    at: datetime
    assume: Literal["in_order", "nothing"] = "in_order"
    request: GateRequest
    facts: PersonFacts
    expected: Expected | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be decided, under which packs, and what was assumed where the file says nothing."""

    title: str
    request: GateRequest
    facts: PersonFacts
    at: datetime
    library: Library
    assumed: Sequence[str]
    expected: Expected | None


def read_question(
    text: str, folder: Path, *, at: str | None = None, packs: Sequence[str] | None = None
) -> Question:
    """The question of a request file; `at` and `packs` take the place of the file's own.

    Raises WrongFile, with the field and the remedy, and PackError for packs that cannot be used.
    """
    root = _object(text)
    if at is not None:
        root["at"] = at
    now = root.get("at")
    if not isinstance(now, str):
        raise WrongFile("at", "the instant is missing", 'Give "at": "2026-03-02T21:59:59+08:00", or --at')
    moment = read_instant(now, "at")
    named = list(packs) if packs is not None else root.get("packs", [])
    library = library_of(named if isinstance(named, list) else [named], folder)
    mentioned = _mentioned(root)
    read = _convert(_spelt_out(root, moment, library, bool(named)))
    check_names(read.request, read.facts)
    request, facts = read.request, placed(read.facts, library, bool(named))
    assumed: list[str] = []
    if read.assume == "in_order":
        request, facts, assumed = in_order(request, facts, library, mentioned)
    return Question(read.title, request, facts, read.at, library, assumed, read.expected)


def _object(text: str) -> dict[str, Any]:
    if len(text) > _LARGEST:
        raise WrongFile("", "is larger than 4 MB", "Leave out what the decision does not need")
    try:
        root = json.loads(text, object_pairs_hook=_without_repeats)
    except (json.JSONDecodeError, RecursionError) as error:
        raise WrongFile("", f"is no JSON: {error}", "Write one JSON object") from None
    if not isinstance(root, dict):
        raise WrongFile("", "is no JSON object", 'Write {"request": {...}, "facts": {...}, "at": "..."}')
    return root


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise WrongFile(twice, "is given twice in one object", "Give each field once")
    return found


def _spelt_out(root: dict[str, Any], at: datetime, library: Library, named: bool) -> dict[str, Any]:
    facts = root.get("facts", {})
    if isinstance(facts, dict) and "place" not in facts:
        places = [msgspec.to_builtins(place) for place in places_of(library)] if named else []
        if not places:
            raise WrongFile(
                "facts.place",
                "nothing says where the person is",
                'Give "place": {"country": "CN"}, or name packs',
            )
        facts = {"place": places[0], "more_places": places[1:]} | facts
    timed: dict[str, Any] = with_instants(
        {name: value for name, value in root.items() if name != "packs"} | {"facts": facts}
    )
    request, facts = spelt_out(timed.get("request", {}), timed["facts"], at)
    return timed | {"request": request, "facts": facts}


def _convert(root: dict[str, Any]) -> RequestFile:
    try:
        return msgspec.convert(root, RequestFile)
    except msgspec.ValidationError as error:
        raise wrong_struct(error, RequestFile) from None


def _mentioned(root: dict[str, Any]) -> frozenset[str]:
    request, facts = root.get("request"), root.get("facts")
    collector = request.get("collector") if isinstance(request, dict) else None
    found = {f"collector.{name}" for name in collector} if isinstance(collector, dict) else set()
    if isinstance(facts, dict):
        known = facts.get("known")
        found |= {*facts, *(f"known.{name}" for name in (known if isinstance(known, dict) else ()))}
    return frozenset(found)
