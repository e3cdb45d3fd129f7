"""The local stack's secrets: made once, and those that a later version needs are added."""

import json
from pathlib import Path

import pytest

from recoup.local.errors import LocalStackError
from recoup.local.keys import local_keys
from services.compliance.log.keys import SignatureType, Verifier


def test_keys_are_made_once_for_their_owner_alone(tmp_path: Path) -> None:
    made = local_keys(tmp_path)
    assert local_keys(tmp_path) == made
    assert (tmp_path / "keys.json").stat().st_mode & 0o777 == 0o600
    assert Verifier.parse(made.witness_key()).kind is SignatureType.COSIGNATURE_V1
    assert made.witness_seed != made.log_seed


def test_a_folder_of_an_earlier_version_gets_a_witness_and_keeps_its_other_keys(tmp_path: Path) -> None:
    made = local_keys(tmp_path)
    path = tmp_path / "keys.json"
    earlier = json.loads(path.read_text())
    del earlier["witness_seed"]
    path.write_text(json.dumps(earlier))
    found = local_keys(tmp_path)
    assert found.log_seed == made.log_seed
    assert found.witness_seed != made.witness_seed
    assert local_keys(tmp_path) == found


@pytest.mark.parametrize("change", ["{", "[]", '{"log_seed": "x"}'])
def test_a_damaged_file_is_never_replaced(tmp_path: Path, change: str) -> None:
    local_keys(tmp_path)
    (tmp_path / "keys.json").write_text(change)
    with pytest.raises(LocalStackError, match="damaged"):
        local_keys(tmp_path)
    assert (tmp_path / "keys.json").read_text() == change
