"""Our own packs say what the table of rules says, and leave nothing out."""

import re
from itertools import chain

import pytest

from services.compliance.domain.packs.event_names import DEADLINE_EVENTS, EVENTS, KEPT
from services.compliance.domain.packs.fact_names import CONSENTS, FACTS
from services.compliance.domain.packs.schema import (
    AnyRule,
    CooldownRule,
    CounterRule,
    HoldRule,
    Pack,
    WindowRule,
)
from services.compliance.domain.packs.tags import FORBIDDEN, REQUIRED
from services.compliance.pack_files import PACKS, load_library
from shared.contracts.decisions import Effect, Force
from shared.contracts.vocabulary import HoldKind

OURS = {pack.id: pack for pack in load_library().packs}
RULES = {rule.id: rule for pack in OURS.values() for rule in pack.rules}
BASES = [pack for pack in OURS.values() if pack.overlay_of is None]


@pytest.mark.parametrize("pack", BASES, ids=lambda pack: str(pack.id))
def test_every_kind_of_hold_has_a_meaning_in_every_country(pack: Pack) -> None:
    said = list(chain.from_iterable(rule.holds for rule in pack.rules if isinstance(rule, HoldRule)))
    assert sorted(said) == sorted(HoldKind)


@pytest.mark.parametrize(
    ("id_", "hours"),
    [
        ("CN-TIME", ("08:00", "22:00")),
        ("US-TIME", ("08:00", "21:00")),
        ("UK-TIME", ("08:00", "21:00")),
        ("IN-TIME", ("08:00", "19:00")),
    ],
)
def test_hours(id_: str, hours: tuple[str, str]) -> None:
    rule = RULES[id_]
    assert isinstance(rule, WindowRule)
    assert [(allowed.from_, allowed.to) for allowed in rule.allow] == [hours]
    assert rule.effect is Effect.DEFER


@pytest.mark.parametrize(
    ("id_", "most", "per", "window", "force"),
    [
        ("CN-CALLS-EFFECTIVE-3", 3, "creditor person", ("calendar_day", None), Force.STANDARD),
        ("CN-CALLS-NOTICE-3", 3, "creditor person", ("calendar_day", None), Force.STANDARD),
        ("CN-ATTEMPTS-6", 6, "contact_point", ("calendar_day", None), Force.SELF_REGULATORY),
        ("US-7-IN-7", 7, "collector person debt", ("rolling_local_days", 7), Force.PRESUMPTION),
        ("US-LOCATE-ONCE", 1, "collector person", ("ever", None), Force.LAW),
        ("US-TCPA-3-IN-30", 3, "collector contact_point", ("rolling_local_days", 30), Force.LAW),
        ("MA-2-IN-7", 2, "creditor person debt", ("rolling_local_days", 7), Force.LAW),
        ("NYC-3-IN-7", 3, "creditor person debt", ("rolling_local_days", 7), Force.LAW),
    ],
)
def test_numbers(id_: str, most: int, per: str, window: tuple[str, int | None], force: Force) -> None:
    rule = RULES[id_]
    assert isinstance(rule, CounterRule)
    assert (rule.max, " ".join(rule.per)) == (most, per)
    assert (rule.window.type, rule.window.days) == window
    assert rule.force is force


def test_seven_days_after_a_conversation() -> None:
    rule = RULES["US-CONV-7"]
    assert isinstance(rule, CooldownRule)
    assert (rule.days, rule.after.event, rule.after.direction) == (7, "conversation", "any")


def test_a_breathing_space_lasts_sixty_days() -> None:
    rule = RULES["UK-HOLDS"]
    assert isinstance(rule, HoldRule)
    assert rule.holds[HoldKind.BREATHING_SPACE].max_days == 60


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: str(rule.id))
def test_what_cites_the_bank_has_the_force_of_policy(rule: AnyRule) -> None:
    if all(text.startswith("Bank policy") for text in rule.cite):
        assert rule.force is Force.POLICY


@pytest.mark.parametrize(
    "catalogue",
    [FACTS, CONSENTS, EVENTS, DEADLINE_EVENTS, KEPT, REQUIRED, FORBIDDEN],
    ids=["facts", "consents", "events", "deadlines", "kept", "required", "forbidden"],
)
def test_no_catalogue_has_a_name_that_no_pack_uses(catalogue: dict[str, str]) -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in PACKS.glob("*.yaml"))
    assert [name for name in catalogue if not re.search(rf"\b{name}\b", text)] == []


@pytest.mark.parametrize(
    "catalogue", [FACTS, CONSENTS, EVENTS, DEADLINE_EVENTS, KEPT, REQUIRED, FORBIDDEN], ids=range(7)
)
def test_every_name_of_a_catalogue_has_its_sentence(catalogue: dict[str, str]) -> None:
    for sentence in catalogue.values():
        assert sentence[0].isupper()
        assert sentence.endswith(".")


def test_each_pack_is_in_a_file_of_its_name() -> None:
    assert {path.stem for path in PACKS.glob("*.yaml")} == set(OURS)
