"""What a request file may leave out or write shorter, spelt out for the structs."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

Json = dict[str, Any]
_A_DAY = timedelta(days=1)
_BEGINS = {"consents": "given_at", "preferences": "since", "holds": "placed_at"}
_AS_ASKED = ("person_id", "debts", "contact_point_id", "creditor", "party", "purpose")


def spelt_out(request: Any, facts: Any, at: datetime) -> tuple[Any, Any]:
    """Request and facts with every shortcut and default in full; what is of the wrong type stays as it is."""
    if not isinstance(request, dict) or not isinstance(facts, dict):
        return request, facts
    return _request(request), _facts(facts, request, at)


def _request(request: Json) -> Json:
    content = request.get("content")
    return request | {"content": {"tags": content}} if isinstance(content, list) else request


def _facts(facts: Json, request: Json, at: datetime) -> Json:
    facts = dict(facts)
    if "time_zone" in facts:
        named = facts.pop("time_zone")
        declared = [{"zone": zone, "source": "declared"} for zone in _several(named)]
        facts["zones"] = [*declared, *_several(facts.get("zones", []))]
    if "place" in facts:
        facts["place"] = _place(facts["place"])
    if isinstance(facts.get("more_places"), list):
        facts["more_places"] = [_place(place) for place in facts["more_places"]]
    for name, begins in _BEGINS.items():
        if isinstance(facts.get(name), list):
            facts[name] = [_begun(entry, begins, at) for entry in facts[name]]
    if isinstance(facts.get("attempts"), list):
        facts["attempts"] = [full for entry in facts["attempts"] for full in _attempts(entry, request)]
    if isinstance(facts.get("known"), dict):
        facts["known"] = {name: value for name, value in facts["known"].items() if value is not None}
    return facts


def _place(place: Any) -> Any:
    if not isinstance(place, str):
        return place
    country, _, state = place.partition("-")
    return {"country": country} | ({"state": state} if state else {})


def _begun(entry: Any, begins: str, at: datetime) -> Any:
    """What is on file without an instant has been so for a day."""
    return {begins: at - _A_DAY, **entry} if isinstance(entry, dict) else entry


def _attempts(entry: Any, request: Json) -> Iterator[Any]:
    """One attempt for each of its instants; what it does not say is as in the request."""
    if not isinstance(entry, dict):
        yield entry
        return
    collector = request.get("collector")
    as_asked = {name: request[name] for name in _AS_ASKED if name in request}
    if isinstance(collector, Mapping) and "collector_id" in collector:
        as_asked["collector_id"] = collector["collector_id"]
    instants = entry.get("at")
    for at in instants if isinstance(instants, list) else [instants]:
        yield as_asked | entry | ({"at": at} if at is not None else {})


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
