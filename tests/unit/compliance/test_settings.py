"""Configuration that does not fit stops the start."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from services.compliance.domain.gate.request import CollectorRole
from services.compliance.enforcing import ruleset_of
from services.compliance.settings import BANK_PACKS
from tests.integration.compliance.house import settings


@pytest.mark.parametrize(
    "changes",
    [
        {"log_signing_key": "not base64!"},
        {"log_signing_key": "c2hvcnQ="},
        {"log_subject_key": "c2hvcnQ="},
        {"log_origin": "has a space"},
        {"log_origin": "has+plus"},
        {"packs_without_counsel": "yes"},
        {"packs_left_out": ["no-such-pack"]},
        {"desks": {"bank": {"role": "stranger"}}},
        {"desks": {"bank": {"staff": 0}}},
        {"history_days": 0},
    ],
)
def test_unusable_settings_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        settings(**changes)


def test_packs_that_counsel_has_not_signed_off_are_enforced_only_where_it_is_said_in_as_many_words() -> None:
    with pytest.raises(ValidationError, match="counsel has not signed this pack off"):
        settings(packs_without_counsel=None)


def test_a_pack_that_was_edited_in_place_is_refused(tmp_path: Path) -> None:
    # Case S20: the digest does not fit the released version any more.
    folder = tmp_path / "packs"
    shutil.copytree(BANK_PACKS, folder)
    assert settings(bank_packs=folder).library.digests == settings().library.digests
    path = folder / "bank-limits.yaml"
    path.write_text(path.read_text().replace("max: 3", "max: 9"))
    edited = tmp_path / "edited"
    folder.rename(edited)
    with pytest.raises(ValidationError, match="differs from the released version"):
        settings(bank_packs=edited)


def test_the_ruleset_changes_with_the_packs() -> None:
    with_all, without = settings().library, settings(bank_packs=None).library
    assert ruleset_of(with_all) == ruleset_of(settings().library)
    assert ruleset_of(with_all) != ruleset_of(without)


def test_the_banks_own_desk_is_there_even_if_nothing_is_said_of_it() -> None:
    desks = settings(desks={"agency-1": {"role": "agency", "facts": ["agency_whitelisted"]}}).known_desks
    assert desks.collectors["bank"].facts == frozenset()
    assert desks.collectors["agency-1"].role is CollectorRole.AGENCY


def test_secrets_are_not_shown() -> None:
    shown = str(settings().redacted())
    assert "cHBwcHBw" not in shown
    assert "c3Nzc3Nz" not in shown
