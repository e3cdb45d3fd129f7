"""What the phrase lists find in transcripts: in the collector's turns only, however speech was cut."""

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.compliance.domain.inspection.contact import Contact
from services.compliance.domain.inspection.findings import Finding, find, worst
from services.compliance.domain.inspection.policy import RANK, InspectionPolicy, is_grave
from services.compliance.domain.inspection.transcript import Transcript, Turn, duration, passages
from services.compliance.domain.inspection.words import Speaker
from shared.contracts.complaints import Severity
from shared.contracts.vocabulary import Channel, PartyRole
from shared.lint.phrase_files import shipped
from shared.lint.tags import FORBIDDEN, Tag

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
POLICY = InspectionPolicy()
THREAT = "我们会找人收拾你"


def turns(*said: tuple[str, str]) -> list[Turn]:
    return [Turn(speaker=Speaker(speaker), text=text) for speaker, text in said]


def contact(**changes: Any) -> Contact:
    values: dict[str, Any] = {
        "contact_id": "contact-1",
        "person_id": "person-1",
        "customer_id": "customer-1",
        "channel": Channel.CALL_LIVE,
        "party": PartyRole.DEBTOR,
        "jurisdiction": "CN",
        "collector_id": "collector-7",
        "contacted_at": NOON,
    }
    return Contact(**(values | changes))


def found(said: list[Turn], language: str = "zh-CN", **changes: Any) -> list[Finding]:
    of = contact(**changes)
    made = Transcript(
        transcript_id="transcript-1",
        contact_id=of.contact_id,
        person_id=of.person_id,
        customer_id=of.customer_id,
        channel=of.channel,
        collector_id=of.collector_id,
        agency_id=None,
        branch_id=None,
        language=language,
        started_at=NOON,
        seconds=10,
        turns=len(said),
        recogniser="test",
        linter=shipped().name,
        received_at=NOON,
        received_by="recorder",
    )
    return find(made, said, of, shipped(), POLICY)


def test_the_person_may_say_what_they_like() -> None:
    assert found(turns(("person", THREAT), ("other", THREAT), ("collector", "请您冷静，慢慢说。"))) == []


def test_a_finding_names_turn_place_rule_and_severity_but_not_the_words() -> None:
    said = turns(("collector", "您好。"), ("person", "喂？"), ("collector", f"听好，{THREAT}。"))
    (one,) = found(said)
    assert (one.turn, one.tag, one.severity, one.rule_id) == (2, Tag.THREAT, Severity.CRITICAL, "CN-CONTENT")
    place = said[2].text[one.begins : one.begins + one.length]
    assert place == "找人收拾你"
    assert one.citation
    assert "收拾" not in repr(one)


def test_the_rule_is_that_of_the_country() -> None:
    (one,) = found(turns(("collector", "we know where you live")), "en", jurisdiction="US-NY")
    assert one.rule_id == "US-MEDIA"
    (one,) = found(turns(("collector", "we know where you live")), "en", jurisdiction="GB")
    assert one.rule_id == "UK-CONTENT"


def test_words_cut_over_turns_of_the_collector_are_found_in_the_turn_in_which_they_begin() -> None:
    (one,) = found(turns(("collector", "您好"), ("collector", "我们会找"), ("collector", "人收拾你")))
    assert (one.turn, one.begins) == (1, 3)
    assert found(turns(("collector", "我们会找"), ("person", "什么？"), ("collector", "人来过吗"))) == []


def test_what_a_call_leaves_out_is_for_the_form_and_not_for_the_lists() -> None:
    assert found(turns(("collector", "喂，您好。"))) == []


def test_telling_a_third_party_counts_with_a_third_party_only() -> None:
    said = turns(("collector", "您儿子欠我们银行的钱，请您转告他还款"))
    tags = {one.tag for one in found(said, party=PartyRole.RELATIVE)}
    assert Tag.THIRD_PARTY_DEBT_DISCLOSURE in tags
    assert Tag.THIRD_PARTY_DEBT_DISCLOSURE not in {one.tag for one in found(said)}


def test_every_tag_has_a_severity_and_the_worst_counts() -> None:
    assert {POLICY.severity_of(tag) for tag in FORBIDDEN} == set(Severity)
    assert POLICY.severity_of(Tag.ADDRESSED_TO_OCCUPIER) is Severity.LOW
    assert [one for one in Severity if is_grave(one)] == [Severity.HIGH, Severity.CRITICAL]
    assert sorted(Severity, key=RANK.__getitem__) == list(Severity)
    assert worst([]) is None
    said = turns(("collector", "你就是个老赖"), ("person", "…"), ("collector", THREAT))
    assert worst(found(said)) is Severity.CRITICAL


def test_a_contact_lasts_until_its_last_word() -> None:
    said = [Turn(speaker=Speaker.PERSON, text="", ends=9.9), Turn(speaker=Speaker.COLLECTOR, text="", ends=3)]
    assert duration(said) == 9
    assert duration([]) == 0


def test_a_long_speech_is_read_in_parts_that_overlap_by_a_turn() -> None:
    said = turns(*[("collector", f"第{number}项，{'请您核对账单。' * 20}") for number in range(60)])
    said[30:32] = turns(("collector", "我们会找"), ("collector", "人收拾你"))
    told = list(passages(said))
    assert len(told) > 5
    for before, after in pairwise(told):
        assert before.starts[-1][0] == after.starts[0][0]
    assert [(one.turn, one.begins) for one in found(said)] == [(30, 3)]
    for place in (27, 29):
        moved = [*said[:place], *said[30:32], *said[32:]]
        assert len(found(moved)) == 1


@given(st.lists(st.tuples(st.sampled_from(Speaker), st.text(max_size=5)), max_size=12))
def test_passages_hold_every_word_of_the_collector_once_in_its_turn(said: list[tuple[Speaker, str]]) -> None:
    spoken = [Turn(speaker=speaker, text=text) for speaker, text in said]
    told = list(passages(spoken))
    numbers = [number for passage in told for number, _ in passage.starts]
    assert numbers == [number for number, turn in enumerate(spoken) if turn.speaker is Speaker.COLLECTOR]
    for passage in told:
        for number, start in passage.starts:
            text = spoken[number].text
            assert passage.text[start : start + len(text)] == text
            for place in range(start, start + len(text)):
                assert passage.turn_at(place) == (number, start)


@given(st.lists(st.sampled_from(["您好", THREAT, "你就是个老赖", "好的"]), max_size=5))
def test_nothing_is_found_when_only_the_person_speaks(texts: list[str]) -> None:
    assert found([Turn(speaker=Speaker.PERSON, text=text) for text in texts]) == []
