"""A policy is read whole or refused with file, line, column, field and remedy."""

import re
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.strategy.domain.policy import LadderEnd
from services.strategy.policy_file import PolicyError, load_policy
from services.strategy.settings import STANDARD_POLICY
from tests.unit.strategy.builders import POLICY, money, position

Change = Callable[[dict[str, Any]], object]
STANDARD: dict[str, Any] = yaml.safe_load(STANDARD_POLICY.read_text())


def _refusal(tmp_path: Path, change: Change) -> str:
    document = deepcopy(STANDARD)
    change(document)
    path = tmp_path / "policy.yaml"
    path.write_text(yaml.safe_dump(document))
    with pytest.raises(PolicyError) as caught:
        load_policy(path)
    lines = str(caught.value).splitlines()
    found = [re.fullmatch(rf"{re.escape(str(path))}:\d+:\d+: (.*\. .*\.)", line) for line in lines]
    return "\n".join(match[1] for match in found if match)


def test_the_standard_policy_has_three_segments_and_durations_between_steps() -> None:
    assert list(POLICY.segments) == ["late", "mid", "early_small"]
    early = POLICY.segments["early_small"].ladder
    assert early.end is LadderEnd.HOLD_AT_LAST
    assert [step.interval.days for step in early.steps] == [0, 3, 4, 5, 8]
    assert POLICY.segments["mid"].ladder.repeat_every == timedelta(days=10)
    assert POLICY.tolerance == Decimal("0.05") and len(POLICY.digest) == 64


BROKEN: list[tuple[Change, str]] = [
    (lambda d: d.update(color="red"), "color: there is no such field"),
    (lambda d: d.update(segment=[]), "segment: there is no such field. Perhaps segments is meant"),
    (lambda d: d.pop("entry"), "the document: entry is missing. Add the field entry"),
    (lambda d: d["entry"].update(minimum_dpd="soon"), "entry.minimum_dpd: Expected `int`, got `str`"),
    (
        lambda d: d["entry"].update(minimum_dpd=-1),
        "entry.minimum_dpd: Expected `int` >= 0. Write a whole number from 0 to 100000",
    ),
    (
        lambda d: d["entry"]["minimum_arrears"].update(CNY=-1),
        "entry.minimum_arrears.CNY: must not be negative",
    ),
    (
        lambda d: d["entry"]["minimum_arrears"].update(CNY="much"),
        "entry.minimum_arrears.CNY: Invalid decimal string",
    ),
    (lambda d: d.update(pause_after_payment="soon"), "pause_after_payment: Expected `str` matching regex"),
    (lambda d: d.update(time_zone="Mars/Olympus"), "time_zone: not the name of a time zone"),
    (lambda d: d.update(time_zone="../etc/passwd"), "time_zone: not the name of a time zone"),
    (lambda d: d["promise"].update(tolerance_percent=51), "promise.tolerance_percent: must be from 0 to 50"),
    (lambda d: d.update(promise="kept"), "promise: this is a mapping of names to values"),
    (lambda d: d.update(segments=[]), "segments: there must be at least one"),
    (lambda d: d.update(segments="late"), "segments: this is a list"),
    (
        lambda d: d.update(effective_from="2026-03-01"),
        "effective_from: Invalid RFC3339 encoded datetime. Write date, time and offset",
    ),
    (
        lambda d: d.update(easing={"calendar": "mars", "holiday": "0.5"}),
        "easing.calendar: no such calendar. Use one of cn-official",
    ),
    (
        lambda d: d.update(easing={"calendar": "cn-official", "holiday": 2}),
        "easing.holiday: must be from 0 to 1",
    ),
    (
        lambda d: d["segments"][0].update(name="mid"),
        "segments[1].name: mid is the name of an earlier segment",
    ),
    (lambda d: d["segments"][0].update(stage="closed"), "segments[0].stage: a segment holds open cases"),
    (lambda d: d["segments"][0].pop("when"), "segments[0].when: without conditions it takes every case"),
    (
        lambda d: d["segments"][2].update(when=[{"minimum_dpd": 1}]),
        "segments[2].when: the last segment takes",
    ),
    (
        lambda d: d["segments"][1]["when"].append({}),
        "segments[1].when[3]: a condition needs at least one bound",
    ),
    (
        lambda d: d["segments"][1]["when"].append({"minimum_dpd": 91}),
        "segments[1].when[3]: never reached, earlier conditions take all of its cases",
    ),
    (
        lambda d: d["segments"][1]["when"].append({"minimum_dpd": 40, "maximum_dpd": 200}),
        "segments[1].when[3]: never reached, earlier conditions take all of its cases",
    ),
    (
        lambda d: d["segments"][1]["when"].append({"maximum_dpd": 30}),
        "segments[2]: never reached, the segments before it take every case",
    ),
    (
        lambda d: d["segments"][0]["when"].append({"maximum_dpd": 0}),
        "segments[0].when[1]: never holds",
    ),
    (
        lambda d: d["segments"][0]["when"].append({"flags": ["bankrupt"], "without_flags": ["bankrupt"]}),
        "segments[0].when[1]: never holds",
    ),
    (
        lambda d: d.update(matching="only"),
        "segments[1].when[0]: overlaps with the segment late: both take dpd 91",
    ),
    (
        lambda d: d["segments"][0]["when"][0].update(maximum_dpd=90),
        "segments[0].when[0].maximum_dpd: must not be below minimum_dpd",
    ),
    (
        lambda d: d["segments"][0]["when"][0].update(or_unknown=["score"]),
        "segments[0].when[0].or_unknown: the condition does not look at score",
    ),
    (
        lambda d: d["segments"][0]["when"][0].update(cause=["rain"]),
        "segments[0].when[0].cause[0]: Invalid enum value 'rain'. Use one of forgot",
    ),
    (lambda d: d.update(scope={"minimum_dpd": 3}), "scope.minimum_dpd: a scope says whose cases"),
    (
        lambda d: d["segments"][0]["ladder"].update(steps=[]),
        "segments[0].ladder.steps: there must be at least",
    ),
    (
        lambda d: d["segments"][0]["ladder"]["steps"][2].update(step=9),
        "segments[0].ladder.steps[2].step: must be 3",
    ),
    (
        lambda d: d["segments"][0]["ladder"]["steps"][2].update(after="2d"),
        "segments[0].ladder.steps[2].after: must be later than the step before",
    ),
    (
        lambda d: d["segments"][0]["ladder"]["steps"][0].update(channel="pigeon"),
        "segments[0].ladder.steps[0].channel: Invalid enum value 'pigeon'. Use one of sms",
    ),
    (
        lambda d: d["segments"][0]["ladder"].pop("repeat_every"),
        "segments[0].ladder: give either repeat_every",
    ),
    (
        lambda d: d["segments"][0]["ladder"].update(ladder_end="stop"),
        "segments[0].ladder: give either repeat_every or ladder_end",
    ),
    (
        lambda d: d["segments"][0]["ladder"].update(repeat_every="0d"),
        "segments[0].ladder.repeat_every: must be more than zero",
    ),
]


@pytest.mark.parametrize(("change", "expected"), BROKEN, ids=[expected for _, expected in BROKEN])
def test_a_broken_policy_is_refused_at_its_field(tmp_path: Path, change: Change, expected: str) -> None:
    assert _refusal(tmp_path, change).startswith(expected)


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    def change(document: dict[str, Any]) -> None:
        document["time_zone"] = "nowhere"
        document["segments"][1]["stage"] = "closed"

    assert len(_refusal(tmp_path, change).splitlines()) == 2


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a: [", "the document: not readable as YAML"),
        (b"- a\n- b\n", "a policy is a mapping"),
        (b"", "a policy is a mapping"),
        (b"a: 1\nb: 2\na: 3\n", "policy.yaml:3:1: a: 'a' is given twice"),
        (b"\xff\xfe\x00", "not readable as YAML"),
        (b"a: !!python/object:os.system {}", "policy.yaml:1:4: the document: a tag"),
        (b"? [a]\n: 1\n", "policy.yaml:1:3: the document: a name is no word"),
        (b"a: no\n", "policy.yaml:1:4: a: no is read in different ways"),
        (b"a: &b 1\nc: *b\n", "policy.yaml:1:4: the document: an anchor"),
        (b"[" * 50, "nested too deeply"),
        (b"a: " + b"x" * 1_000_000, "larger than a million bytes"),
    ],
)
def test_what_is_not_a_yaml_mapping_is_refused(tmp_path: Path, content: bytes, expected: str) -> None:
    path = tmp_path / "policy.yaml"
    path.write_bytes(content)
    with pytest.raises(PolicyError, match=re.escape(expected)):
        load_policy(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"nothing\.yaml:1:1: the document: cannot be read"):
        load_policy(tmp_path / "nothing.yaml")


def test_reasons_name_the_bound_that_placed_the_case() -> None:
    def reasons(dpd: int, arrears: str, accounts: int = 1) -> tuple[str, tuple[str, ...]]:
        placement = POLICY.place(position(dpd, arrears, accounts))
        assert placement is not None
        return placement.segment.name, placement.reasons

    assert reasons(91, "100") == ("late", ("dpd>=91",))
    assert reasons(90, "100") == ("mid", ("dpd>=31",))
    assert reasons(8, "50000") == ("mid", ("dpd>=8", "arrears>=CNY50000"))
    assert reasons(8, "49999", 3) == ("mid", ("dpd>=8", "accounts>=3"))
    assert reasons(7, "99999", 3) == ("early_small", ("otherwise",))


def test_a_currency_without_a_threshold_counts_from_the_first_cent() -> None:
    at = position()
    at.arrears[:] = [money("0.01", "JPY")]
    assert POLICY.enters(at)
    at.arrears[:] = [money("0", "JPY")]
    assert not POLICY.enters(at)


def test_grace_ends_at_midnight_of_the_policys_time_zone() -> None:
    assert POLICY.promise_deadline(date(2026, 3, 7)) == datetime(2026, 3, 9, 16, 0, tzinfo=UTC)


def test_a_mistake_is_told_at_its_line_and_column(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(STANDARD_POLICY.read_text().replace("channel: letter", "channel: pigeon", 1))
    (number,) = [place for place, line in enumerate(path.read_text().splitlines(), 1) if "pigeon" in line]
    with pytest.raises(PolicyError) as caught:
        load_policy(path)
    (problem,) = caught.value.problems
    line = path.read_text().splitlines()[number - 1]
    assert (problem.line, problem.column) == (number, line.index("channel:") + 1)


def test_comments_and_the_order_of_names_change_no_digest(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(yaml.safe_dump(STANDARD, sort_keys=True))
    assert load_policy(path)[0].digest == POLICY.digest
