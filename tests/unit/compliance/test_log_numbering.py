"""The leaves about each person are numbered from 1 without gaps."""

from hypothesis import given
from hypothesis import strategies as st

from services.compliance.log.numbering import Numbering

SUBJECTS = ["aa" * 32, "bb" * 32, "cc" * 32]


def numbered(subjects: list[str]) -> list[dict[str, object]]:
    """The leaves about these subjects, in order."""
    count: dict[str, int] = {}
    leaves: list[dict[str, object]] = []
    for subject in subjects:
        count[subject] = count.get(subject, 0) + 1
        leaves.append({"v": 2, "subject": subject, "number": count[subject]})
    return leaves


def problems(leaves: list[dict[str, object]]) -> list[str]:
    numbering = Numbering()
    return [problem for leaf in leaves if (problem := numbering.take(leaf)) is not None]


@given(st.lists(st.sampled_from(SUBJECTS), max_size=30))
def test_nothing_is_found_in_whole_sequences(subjects: list[str]) -> None:
    assert problems(numbered(subjects)) == []


@given(st.lists(st.sampled_from(SUBJECTS), min_size=1, max_size=30), st.data())
def test_any_leaf_that_is_missing_is_found_unless_it_is_its_persons_last(
    subjects: list[str], data: st.DataObject
) -> None:
    leaves = numbered(subjects)
    gone = data.draw(st.integers(0, len(leaves) - 1))
    rest = leaves[:gone] + leaves[gone + 1 :]
    is_last = subjects[gone] not in subjects[gone + 1 :]
    assert (problems(rest) == []) == is_last
    numbering = Numbering()
    for leaf in rest:
        numbering.take(leaf)
    subject = bytes.fromhex(subjects[gone])
    assert numbering.short_of(subject, subjects.count(subjects[gone])) == is_last, "its counter finds that"


@given(st.lists(st.sampled_from(SUBJECTS), min_size=2, max_size=30), st.data())
def test_a_leaf_that_is_there_twice_is_found(subjects: list[str], data: st.DataObject) -> None:
    leaves = numbered(subjects)
    again = data.draw(st.integers(0, len(leaves) - 1))
    assert problems([*leaves[: again + 1], leaves[again], *leaves[again + 1 :]])


def test_a_leaf_without_its_number_is_only_as_old_as_it_says() -> None:
    numbering = Numbering()
    assert numbering.take({"v": 1, "subject": SUBJECTS[0]}) is None
    assert numbering.take({"v": 2, "subject": SUBJECTS[0]}) == "a number is missing"
    assert numbering.unnumbered == 2


def test_numbers_that_count_nothing_are_found() -> None:
    assert problems([{"v": 2, "subject": SUBJECTS[0], "number": "1"}]) == ["a number that counts nothing"]
    assert problems([{"v": 2, "subject": "nobody", "number": 1}]) == ["a number of no pseudonym"]
