"""Request files: short where they can be, strict everywhere, and every mistake is told with its remedy."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.compliance.domain.gate.explaining import explain
from services.compliance.domain.gate.facts import AttemptOutcome, Place
from services.compliance.domain.packs.problems import PackError
from services.compliance.explaining.reading import Question, read_question
from services.compliance.explaining.wrong import WrongFile
from tests.unit.compliance.gate_engine_packs import utc

SHORTEST = {"packs": ["cn-mainland"], "at": "2026-03-02T21:59:59+08:00", "request": {"channel": "call_live"}}
NEW_YORK = "America/New_York"
FULL_FILES = sorted((Path(__file__).parent / "cases").glob("*.json"))
instants = st.datetimes(timezones=st.timezones()).map(lambda at: at.isoformat())


def read(folder: Path = Path(), **more: Any) -> Question:
    options = {name: more.pop(name) for name in ("override_at", "override_packs") if name in more}
    return read_question(
        json.dumps(SHORTEST | more),
        folder,
        at=options.get("override_at"),
        packs=options.get("override_packs"),
    )


def mistake(**more: Any) -> str:
    with pytest.raises(WrongFile) as caught:
        read(**more)
    return str(caught.value)


def test_the_shortest_file_says_where_when_and_how() -> None:
    question = read()
    assert question.at == utc("2026-03-02T13:59:59Z")
    assert question.facts.place == Place(country="CN")
    assert "recorded_line" in question.request.collector.facts
    assert "recorded_line is true (the collector's)" in question.assumed


def test_nothing_is_assumed_where_the_file_says_so() -> None:
    question = read(assume="nothing")
    assert question.assumed == []
    assert question.request.collector.facts == frozenset() and question.facts.known == {}


def test_what_a_file_mentions_is_not_assumed() -> None:
    question = read(
        request={"channel": "visit", "collector": {"facts": ["id_cards_carried"], "staff": 1}},
        facts={"known": {"time_barred": None}},
    )
    assert question.request.collector.facts == {"id_cards_carried"}
    assert question.request.collector.staff == 1
    assert question.assumed == [] and question.facts.known == {}


def test_events_that_are_mentioned_are_all_there_are() -> None:
    assert read(packs=["us-federal"]).facts.known["validation_sent"] is True
    assert "validation_sent" not in read(packs=["us-federal"], facts={"events": []}).facts.known
    known = read(packs=["us-federal"], facts={"known": {"validation_sent": False}}).facts.known
    assert known["validation_sent"] is False


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-07-07T18:00:00Z", "2026-07-07T18:00:00Z"),
        ("2026-07-07T14:00-04:00", "2026-07-07T18:00:00Z"),
        ("2026-07-07T14:00[America/New_York]", "2026-07-07T18:00:00Z"),
        ("2026-11-01T01:30-05:00[America/New_York]", "2026-11-01T06:30:00Z"),
    ],
)
def test_instants_are_told_by_offset_or_zone(text: str, instant: str) -> None:
    assert read(at=text).at == utc(instant)


def test_an_attempt_is_like_the_request_but_for_what_it_says_and_one_for_each_instant() -> None:
    question = read(
        request={
            "channel": "sms",
            "debts": ["card"],
            "collector": {"collector_id": "agency-1", "role": "agency"},
        },
        facts={
            "attempts": [
                {
                    "at": ["2026-03-01T10:00Z", "2026-03-02T10:00Z"],
                    "channel": "call_live",
                    "outcome": "busy",
                    "contact_point_id": "work",
                }
            ]
        },
    )
    first, second = question.facts.attempts
    assert (first.at, second.at) == (utc("2026-03-01T10:00:00Z"), utc("2026-03-02T10:00:00Z"))
    assert first.outcome is AttemptOutcome.BUSY and first.contact_point_id == "work"
    assert (first.debts, first.collector_id, first.person_id) == (("card",), "agency-1", "person")


def test_what_is_on_file_without_an_instant_has_been_so_for_a_day() -> None:
    question = read(
        facts={
            "holds": [{"kind": "dispute"}],
            "consents": [{"kind": "time"}],
            "preferences": [{"kind": "refuses_contact"}],
        }
    )
    begun = utc("2026-03-01T13:59:59Z")
    assert question.facts.holds[0].placed_at == begun
    assert question.facts.consents[0].given_at == begun
    assert question.facts.preferences[0].since == begun


def test_zones_places_and_content_have_short_forms() -> None:
    question = read(
        packs=["us-federal"],
        request={"channel": "sms", "content": ["threat"]},
        facts={"time_zone": [NEW_YORK, "America/Chicago"], "place": "US-MA", "more_places": ["US"]},
    )
    assert [(one.zone, one.source) for one in question.facts.zones] == [
        (NEW_YORK, "declared"),
        ("America/Chicago", "declared"),
    ]
    assert question.facts.place == Place(country="US", state="MA")
    assert question.request.content is not None and question.request.content.tags == {"threat"}


def test_named_overlays_bring_their_base_and_say_where_the_person_is() -> None:
    question = read(packs=["us-ma"])
    assert {pack.id for pack in question.library.packs} == {"us-federal", "us-ma"}
    assert question.facts.place.state == "MA"
    assert read(packs=["us-ma"], facts={"place": "US"}).facts.place.state == "MA"
    assert read(packs=["us-ma"], facts={"place": "US-TX"}).facts.place.state == "TX"


def test_a_place_with_one_clock_needs_no_zone() -> None:
    for packs, zone in (("uk-conc", "Europe/London"), ("us-ma", NEW_YORK), ("us-nyc", NEW_YORK)):
        assert [one.zone for one in read(packs=[packs]).facts.zones] == [zone]
    assert read(packs=["us-federal"]).facts.zones == ()
    assert read(packs=["us-ma"], facts={"place": "US-CA"}).facts.zones == ()
    assert read(packs=["uk-conc"], facts={"zones": []}).facts.zones == ()


def test_without_packs_all_that_are_shipped_are_loaded() -> None:
    question = read(packs=[], facts={"place": "CN"})
    assert {"cn-mainland", "us-federal", "bank-policy"} <= {pack.id for pack in question.library.packs}


def test_packs_may_be_files_beside_the_request_or_stand_in_it(tmp_path: Path) -> None:
    mine = {
        "apiVersion": "collections.compliance/v1",
        "kind": "RulePack",
        "id": "mine",
        "version": "2026.1.0",
        "jurisdiction": {"country": "XK"},
        "effective": {"from": "2026-01-01", "zone": "Europe/Belgrade"},
        "defaults": {"time_zone": {"mode": "fixed", "zone": "Europe/Belgrade"}},
        "rules": [
            {
                "id": "X-HOURS",
                "kind": "window",
                "cite": ["house"],
                "force": "policy",
                "effect": "defer",
                "allow": [{"days": ["any"], "from": "10:00", "to": "11:00"}],
            }
        ],
    }
    assert [pack.id for pack in read(packs=[mine]).library.packs] == ["mine"]
    (tmp_path / "mine.yaml").write_text(json.dumps(mine), encoding="utf-8")
    assert [pack.id for pack in read(tmp_path, packs=["mine.yaml"]).library.packs] == ["mine"]


def test_instant_and_packs_can_be_given_in_place_of_the_files() -> None:
    question = read(override_at="2026-03-02T09:00Z", override_packs=["in-rbi"])
    assert question.at == utc("2026-03-02T09:00:00Z")
    assert [pack.id for pack in question.library.packs] == ["in-rbi"]


@pytest.mark.parametrize(
    ("change", "field", "remedy"),
    [
        ({"request": {"channel": "telex"}}, "request.channel", "Use one of sms, email"),
        ({"request": {"chanel": "sms"}}, "request: unknown field chanel", "Did you mean channel?"),
        ({"request": {}}, "request: the field channel is missing", "Give channel"),
        ({"requests": {}}, "unknown field requests", "Did you mean request?"),
        ({"at": "2026-03-02T10:00:00"}, "at:", "does not say by whose clock"),
        ({"at": "soon"}, "at:", "is no instant"),
        ({"at": "2026-03-02T10:00[Mars/Olympus]"}, "at:", "is no IANA time zone"),
        ({"at": None}, "at:", "--at"),
        ({"packs": ["cn-mainlnd"]}, "packs[0]: there is no pack cn-mainlnd", "Did you mean cn-mainland?"),
        ({"packs": [7]}, "packs[0]", "Give an id"),
        ({"packs": []}, "facts.place", "name packs"),
        ({"assume": "best"}, "assume", "Use one of in_order, nothing"),
        ({"facts": {"known": {"debtor_gone": True}}}, "facts.known: debtor_gone", "Use one of"),
        ({"facts": {"known": {"time_barred": "yes"}}}, "facts.known", "gate.md"),
        ({"facts": {"consents": [{"kind": "tim"}]}}, "facts.consents: tim", "Did you mean time?"),
        ({"facts": {"events": [{"kind": "sent", "at": "2026-01-01T00:00Z"}]}}, "facts.events", "Use one of"),
        ({"facts": {"time_zone": "Peking"}}, "facts.zones[0].zone", "no IANA time zone"),
        ({"facts": {"attempts": [{"channel": "sms", "outcome": "busy"}]}}, "facts.attempts[0]", "Give at"),
        ({"at": "9999-01-01T00:00Z"}, "at:", "outside 1970 to 2199"),
        (
            {"facts": {"attempts": [{"at": "2026-01-01T00:00Z", "channel": "sms", "outcome": "sent"}]}},
            "facts.attempts[0].outcome",
            "Use one of reserved",
        ),
        (
            {"request": {"channel": "sms", "content": ["threats"]}},
            "request.content.tags",
            "Did you mean threat?",
        ),
        (
            {"facts": {"preferences": [{"kind": "inconvenient", "from": "22:00"}]}},
            "facts.preferences[0]",
            "Give both",
        ),
        (
            {"facts": {"preferences": [{"kind": "inconvenient", "from": "22", "to": "06:00"}]}},
            "facts.preferences[0].from",
            '"22" is no clock time',
        ),
        ({"facts": {"preferences": [{"kind": "inconvenient", "weekdays": [0]}]}}, "weekdays", "1 (Monday)"),
        (
            {"facts": {"preferences": [{"kind": "refuses_contact", "weekdays": [1]}]}},
            "preferences[0]",
            "inconvenient",
        ),
        ({"facts": []}, "facts", "gate.md"),
        ({"request": []}, "request", "gate.md"),
    ],
)
def test_a_mistake_is_told_with_its_field_and_the_remedy(
    change: dict[str, Any], field: str, remedy: str
) -> None:
    told = mistake(**change)
    assert field in told and remedy in told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "is no JSON"),
        ("[]", "is no JSON object"),
        ('{"at": "2026-01-01T00:00Z", "at": "2026-01-02T00:00Z"}', "at: is given twice"),
        ("[" * 100_000, "is no JSON"),
    ],
)
def test_a_file_that_is_no_json_object_is_refused(text: str, told: str) -> None:
    with pytest.raises(WrongFile) as caught:
        read_question(text, Path())
    assert told in str(caught.value)


anything = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=20), instants
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=5,
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(FULL_FILES), st.data())
def test_a_file_with_anything_in_it_is_decided_or_refused_in_as_many_words(
    path: Path, data: st.DataObject
) -> None:
    root = json.loads(path.read_text(encoding="utf-8"))
    node, steps = root, 0
    while isinstance(node, dict | list) and node and steps < 6:
        name = data.draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
        if steps and data.draw(st.booleans()):
            break
        parent, key, node, steps = node, name, node[name], steps + 1
    parent[key] = data.draw(anything)
    try:
        question = read_question(json.dumps(root), path.parent)
    except (WrongFile, PackError) as error:
        assert str(error)
    else:
        explain(question.request, question.facts, question.library, question.at)
