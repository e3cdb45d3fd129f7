"""Configuration that does not fit stops the start."""

from typing import Any

import pytest
from pydantic import ValidationError

from tests.integration.compliance.house import settings


def hours(opens: str, closes: str) -> dict[str, str]:
    return {"open": opens, "close": closes, "window_citation": "x", "window_force": "law"}


@pytest.mark.parametrize(
    "changes",
    [
        {"log_signing_key": "not base64!"},
        {"log_signing_key": "c2hvcnQ="},
        {"log_subject_key": "c2hvcnQ="},
        {"log_origin": "has a space"},
        {"log_origin": "has+plus"},
        {"permit_ttl_seconds": 0},
        {
            "jurisdictions": {
                "CN": {"open": "22:00", "close": "08:00", "window_citation": "x", "window_force": "law"}
            }
        },
        {
            "jurisdictions": {
                "CN": {"open": "08:00", "close": "22:00:30", "window_citation": "x", "window_force": "law"}
            }
        },
    ],
)
def test_unusable_settings_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        settings(**changes)


def test_the_rules_digest_changes_with_the_rules() -> None:
    assert settings().rules.digest == settings().rules.digest
    assert settings().rules.digest != settings(permit_ttl_seconds=60).rules.digest
    stricter = settings(jurisdictions={"CN": hours("09:00", "22:00")})
    assert settings().rules.digest != stricter.rules.digest


def test_secrets_are_not_shown() -> None:
    shown = str(settings().redacted())
    assert "cHBwcHBw" not in shown
    assert "c3Nzc3Nz" not in shown
