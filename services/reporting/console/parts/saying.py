"""Says the facts that services put down as names and values."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from services.reporting.console.texts import Texts

_LISTS = {
    "channel": "channel",
    "outcome": "outcome",
    "kind": "hold",
    "hold": "hold",
    "scope": "holds.scope",
    "closed": "case-outcome",
    "day": "day",
    "category": "category",
    "source": "source",
    "severity": "severity",
    "finding": "finding",
    "root_cause": "cause",
    "measure": "measure",
    "clock": "waits",
    "passed": "yes",
}
"""Names whose values are words of a closed list."""


def told(say: Texts, facts: Mapping[str, object], names: Iterable[str]) -> str:
    """These of the facts in a line; those that are not there are left out."""
    return " · ".join(
        f"{say.known(f'fact.{name}', name.replace('_', ' '))} {_value(say, facts, name)}"
        for name in names
        if facts.get(name) not in (None, "", [], {})
    )


def _value(say: Texts, facts: Mapping[str, object], name: str) -> str:
    value = facts[name]
    if isinstance(value, Mapping):  # amounts by currency
        return " + ".join(say.money(Decimal(str(amount)), str(unit)) for unit, amount in value.items())
    if name == "amount" and "currency" in facts:
        return say.money(Decimal(str(value)), str(facts["currency"]))
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    if len(text) >= 19 and text[10:11] == "T":
        return _time(say, text)
    return say.known(f"{_LISTS.get(name, '-')}.{text}", text)


def _time(say: Texts, text: str) -> str:
    """An instant on the console's clock; a local time as it is."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return at.strftime("%Y-%m-%d %H:%M") if at.tzinfo is None else say.moment(at)
