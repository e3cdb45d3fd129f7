"""Reads the rules about staff from their file."""

from pathlib import Path

from services.compliance.domain.staff.rules import StaffRules, decode_rules

STAFF_RULES = Path(__file__).parent / "domain" / "staff" / "rules.yaml"


def read_staff_rules(path: Path = STAFF_RULES) -> StaffRules:
    """The rules of a file. Raises PackError where they are not right, OSError where there is none."""
    return decode_rules(path.name, path.read_text("utf-8"))
