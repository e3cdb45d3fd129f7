"""A released version never changes: digests, the lock, and what a file edited in place comes to."""

import shutil
from pathlib import Path

import pytest

from services.compliance.domain.packs.building import require_counsel
from services.compliance.domain.packs.digest import digest_of, lock_text, read_lock
from services.compliance.domain.packs.problems import PackError
from services.compliance.pack_files import (
    CALENDARS,
    LOCK,
    PACKS,
    load_library,
    read_pack,
    read_released,
    release,
)
from tests.unit.compliance.packs_made import WINDOW, base, overlay, pack
from tests.unit.compliance.packs_made import library as made


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PACKS, tmp_path / "packs"))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_the_digest_is_of_what_a_pack_says_and_not_of_how_it_is_written() -> None:
    plain = base(WINDOW)
    other = "# a remark\n" + plain.replace("{country: US}", '{"country": "US"}').replace(
        "groups: {voice: [call_live, call_ai], all: [call_live, call_ai, sms, email]}\n", ""
    )
    other += "groups:\n  all: [call_live, call_ai, sms, email]\n  voice: [call_live, call_ai]\n"
    assert pack(plain).digest == pack(other).digest


def test_a_value_at_its_default_does_not_change_the_digest() -> None:
    spelled_out = WINDOW.replace("effect: defer", "effect: defer\n  confidence: B\n  binds_every_role: false")
    assert pack(base(spelled_out)).digest == pack(base(WINDOW)).digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("T-TIME", "T-TIMES"),
        ("21:00", "20:59"),
        ("kind: window", "kind: window\n  confidence: A"),
        ("[collect]", "[collect, locate]"),
        ("[collect]", "[locate]"),
        ("a law", "another law"),
    ],
)
def test_whatever_a_pack_says_otherwise_changes_the_digest(old: str, new: str) -> None:
    assert pack(base(WINDOW.replace(old, new))).digest != pack(base(WINDOW)).digest


def test_rules_of_two_kinds_with_the_same_fields_differ() -> None:
    actor = "- {id: T, kind: actor, cite: [x], force: law, effect: deny, require: {facts: [recorded_line]}}\n"
    read = pack(base(actor)).pack
    assert '"kind":"actor"' not in digest_of(read)
    assert digest_of(read).startswith("sha256:")


def test_s20_a_pack_edited_in_place_refuses_to_load(packs: Path) -> None:
    before = read_pack(packs / "us-federal.yaml").digest
    edit(packs / "us-federal.yaml", "max: 7\n", "max: 9\n")
    after = read_pack(packs / "us-federal.yaml").digest
    with pytest.raises(PackError) as error:
        load_library(packs)
    said = str(error.value)
    assert "us-federal 2026.11.0" in said
    assert f"expected {before}, found {after}" in said
    assert "give it a new `version`" in said


def test_a_remark_may_be_added_to_a_released_pack(packs: Path) -> None:
    edit(packs / "us-ma.yaml", "rules:\n", "# read again in November\nrules:\n")
    load_library(packs)


def test_a_version_that_is_not_released_refuses_to_load_until_it_is(packs: Path) -> None:
    edit(packs / "us-ma.yaml", "version: 2026.11.0", "version: 2026.12.0")
    edit(packs / "us-ma.yaml", "  max: 2\n  effect: defer\n\n", "  max: 1\n  effect: defer\n\n")
    with pytest.raises(PackError, match=r"us-ma 2026\.12\.0: this version is not in packs.lock"):
        load_library(packs)
    before = (packs / LOCK).read_text(encoding="utf-8")
    assert release(packs) == ("us-ma@2026.12.0",)
    assert (packs / LOCK).read_text(encoding="utf-8").startswith(before)
    assert "us-ma@2026.12.0" in load_library(packs).digests


def test_releasing_does_not_rewrite_a_locked_version(packs: Path) -> None:
    edit(packs / "us-ma.yaml", "  max: 2\n  effect: defer\n\n", "  max: 1\n  effect: defer\n\n")
    before = (packs / LOCK).read_bytes()
    with pytest.raises(PackError, match="differs from the released version"):
        release(packs)
    assert (packs / LOCK).read_bytes() == before


def test_releasing_again_adds_nothing(packs: Path) -> None:
    before = (packs / LOCK).read_bytes()
    assert release(packs) == ()
    assert (packs / LOCK).read_bytes() == before


def test_packs_that_do_not_fit_together_are_not_released(packs: Path) -> None:
    edit(packs / "us-ma.yaml", "version: 2026.11.0", "version: 2026.12.0")
    edit(packs / "us-ma.yaml", "- id: MA-2-IN-7\n", "- id: US-7-IN-7\n")
    before = (packs / LOCK).read_bytes()
    with pytest.raises(PackError, match="US-7-IN-7 restates"):
        release(packs)
    assert (packs / LOCK).read_bytes() == before


def test_a_first_release_makes_the_lock(packs: Path) -> None:
    (packs / LOCK).unlink()
    with pytest.raises(PackError, match="cannot be read"):
        load_library(packs)
    assert "cn-mainland@2026.11.0" in release(packs)
    load_library(packs)


def test_a_calendar_edited_in_place_refuses_to_load(tmp_path: Path) -> None:
    calendars = Path(shutil.copytree(CALENDARS, tmp_path / "calendars"))
    edit(
        calendars / "cn-official.yaml", "from: 2026-09-25, to: 2026-09-27", "from: 2026-09-25, to: 2026-09-28"
    )
    with pytest.raises(PackError, match=r"cn-official 2026\.1: the content differs"):
        load_library(PACKS, calendars)


def test_a_draft_is_looked_at_without_release(tmp_path: Path) -> None:
    draft = tmp_path / "draft.yaml"
    text = (PACKS / "us-ma.yaml").read_text(encoding="utf-8")
    draft.write_text(
        text.replace("  max: 2\n  effect: defer\n\n", "  max: 1\n  effect: defer\n\n"), encoding="utf-8"
    )
    assert load_library(drafts=(draft,)).digests["us-ma@2026.11.0"] == read_pack(draft).digest


def test_packs_without_counsel_are_enforced_only_when_the_configuration_says_so_in_as_many_words() -> None:
    library = load_library()
    for said in (None, "", "true", "yes", "enforce"):
        with pytest.raises(
            PackError, match=r"cn-mainland@2026\.11\.0: review\.counsel: counsel has not signed"
        ):
            require_counsel(library, said)
    require_counsel(library, "enforce-without-counsel-sign-off")
    assert "cn-mainland@2026.11.0" in library.without_counsel


def test_a_pack_that_counsel_signed_off_is_enforced_without_more_words() -> None:
    signed = made(base(review="{counsel: A. Lawyer, reviewed_on: 2026-11-02}"))
    require_counsel(signed, None)
    assert signed.without_counsel == ()


def test_a_folder_of_overlays_is_released_beside_the_packs_that_they_tighten(tmp_path: Path) -> None:
    (tmp_path / "bank.yaml").write_text(
        overlay(WINDOW.replace("channels: all", "channels: any"), overlay_of="us-federal"), encoding="utf-8"
    )
    with pytest.raises(PackError, match="no pack us-federal"):
        release(tmp_path)
    assert release(tmp_path, beside=(PACKS,)) == ("test-overlay@1.0.0",)
    assert release(tmp_path, beside=(PACKS,)) == ()
    assert list(read_released(tmp_path)) == [("test-overlay", "1.0.0")]


@pytest.mark.parametrize("line", ["us-ma 1.0", "us-ma 1.0 abc", "us-ma 1.0 sha256:1 more"])
def test_a_lock_that_was_meddled_with_is_refused(line: str) -> None:
    with pytest.raises(PackError, match=r"packs\.lock:2"):
        read_lock("packs.lock", f"# remark\n{line}\n")


def test_a_version_locked_twice_with_two_digests_is_refused() -> None:
    with pytest.raises(PackError, match="locked with two digests"):
        read_lock("packs.lock", "us-ma 1.0 sha256:1\nus-ma 1.0 sha256:2\n")


def test_a_lock_without_its_last_line_end_is_appended_to_on_a_new_line() -> None:
    text = "us-ma 1.0 sha256:1"
    added = lock_text([("us-ma", "1.0", "sha256:1"), ("us-nyc", "1.0", "sha256:2")], text)
    assert read_lock("packs.lock", text + added) == {
        ("us-ma", "1.0"): "sha256:1",
        ("us-nyc", "1.0"): "sha256:2",
    }
