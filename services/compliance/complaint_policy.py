"""Reads the bank's complaint policy."""

from pathlib import Path

import msgspec
import yaml

from services.compliance.domain.complaints.policy import PolicyRules

SHIPPED = Path(__file__).parent / "complaint_policy.yaml"


def policy_rules(path: Path = SHIPPED) -> PolicyRules:
    """The rules of a file. Raises ValueError with the place of what is wrong."""
    try:
        return msgspec.convert(yaml.safe_load(path.read_text(encoding="utf-8")), PolicyRules)
    except (OSError, yaml.YAMLError, msgspec.ValidationError) as error:
        raise ValueError(f"{path}: {error}") from None
