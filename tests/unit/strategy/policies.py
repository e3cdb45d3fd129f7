"""Policies as the tests of policies need them."""

import json
from typing import Any

import yaml

from services.strategy.domain.inputs import Profile, SegmentInputs
from services.strategy.domain.policy import Policy
from services.strategy.policy_file import read_file, read_policy
from services.strategy.settings import STANDARD_POLICY
from shared.contracts.vocabulary import Product

BANK = read_file(STANDARD_POLICY.with_name("bank.yaml")).policy
CARDS = read_file(STANDARD_POLICY.with_name("retail_cards.yaml")).policy


def source(name: str = "trial", version: int = 1, **changes: Any) -> str:
    """The standard policy under another name, with changes to its fields."""
    document = yaml.safe_load(STANDARD_POLICY.read_text()) | {"name": name, "version": version} | changes
    # By way of JSON, so that what two segments share is written out twice.
    return yaml.safe_dump(json.loads(json.dumps(document)))


def policy(*segments: dict[str, Any], **changes: Any) -> Policy:
    """A policy with these segments before one that takes the rest."""
    rest = {"name": "rest", "stage": "early", "ladder": LADDER}
    given = [{"stage": "mid", "ladder": LADDER, **segment} for segment in segments]
    return read_policy("trial.yaml", source(segments=[*given, rest], **changes).encode()).policy


LADDER: dict[str, Any] = {
    "steps": [{"step": 1, "after": "0d", "channel": "sms", "purpose": "collect", "template": "reminder"}],
    "repeat_every": "1d",
}


def known(product: Product | None = None, **profile: Any) -> SegmentInputs:
    """Inputs with these values, all others unknown."""
    return SegmentInputs(product, Profile(**profile))
