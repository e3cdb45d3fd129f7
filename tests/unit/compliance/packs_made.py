"""Pack texts for tests: a small base, and overlays of it."""

from textwrap import dedent, indent

from services.compliance.domain.packs.building import build_library
from services.compliance.domain.packs.decoding import CalendarSource, PackSource, decode_calendar, decode_pack
from services.compliance.domain.packs.library import Library

WINDOW = """\
- id: T-TIME
  kind: window
  cite: [a law]
  force: law
  applies: {channels: all, purposes: [collect]}
  allow: [{days: [any], from: "08:00", to: "21:00"}]
  effect: defer
"""
COUNTER = """\
- id: T-7-IN-7
  kind: counter
  cite: [a law]
  force: presumption
  applies: {channels: voice, purposes: [collect]}
  count: {event: placed, channels: voice}
  per: [collector, person, debt]
  window: {type: rolling_local_days, days: 7}
  max: 7
  effect: defer
"""


def base(rules: str = WINDOW + COUNTER, **changes: str) -> str:
    head = {
        "id": "test-base",
        "version": "1.0.0",
        "jurisdiction": "{country: US}",
        "effective": "{from: 2026-01-01, zone: America/New_York}",
        "defaults": "{time_zone: {mode: debtor, sources: [address]}}",
        "groups": "{voice: [call_live, call_ai], all: [call_live, call_ai, sms, email]}",
    }
    return _document(head | changes, rules)


def overlay(rules: str = "", **changes: str) -> str:
    head = {
        "id": "test-overlay",
        "version": "1.0.0",
        "overlay_of": "test-base",
        "jurisdiction": "{country: US, state: MA}",
        "effective": "{from: 2026-01-01}",
    }
    return _document(head | changes, rules)


def calendar(
    id_: str = "test-days", years: str = '{"2026": {source: a notice, holidays: []}}'
) -> CalendarSource:
    text = f"""\
        apiVersion: collections.compliance/v1
        kind: Calendar
        id: {id_}
        version: "1.0"
        weekend: [6, 7]
        years: {years}
        """
    return decode_calendar(f"{id_}.yaml", dedent(text))


def pack(text: str, file: str = "test.yaml") -> PackSource:
    return decode_pack(file, text)


def library(*texts: str, calendars: tuple[CalendarSource, ...] = ()) -> Library:
    return build_library([pack(text) for text in texts], calendars, None)


def _document(head: dict[str, str], rules: str) -> str:
    lines = ["apiVersion: collections.compliance/v1", "kind: RulePack"]
    lines += [f"{name}: {value}" for name, value in head.items() if value]
    return "\n".join(lines) + "\n" + (f"rules:\n{indent(rules, '  ')}" if rules else "")
