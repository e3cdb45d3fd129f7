"""The journal gives back what was published, from any event on."""

from pathlib import Path

from shared.contracts.control import ReplayRequested
from simulator.journal import Journal, line_of

TIME = "2026-03-02T00:00:00+00:00"


def line(number: int, padding: int = 0) -> ReplayRequested:
    return ReplayRequested(source="x" * padding, topic="t", partition=number, last_event_id=None)


def filled(folder: Path, events: int, padding: int = 0) -> Journal:
    journal = Journal(folder, 2)
    for number in range(events):
        journal.append(
            0, line_of(f"event-{number}", "key", "2026-03-02T00:00:00+00:00", line(number, padding))
        )
    return journal


def ids(journal: Journal, start: int) -> list[str]:
    found: list[str] = []
    while chunk := journal.read(0, start).records:
        start = journal.read(0, start).end
        found += [dict(record.headers)["ce_id"].decode() for record in chunk]
    return found


def test_everything_is_read_again_in_order_over_many_blocks(tmp_path: Path) -> None:
    journal = filled(tmp_path, 3000, padding=300)
    assert journal.ends[0] > 3 * 256 * 1024
    assert ids(journal, 0) == [f"event-{number}" for number in range(3000)]
    assert journal.read(1, 0).records == []


def test_reading_goes_on_after_the_event_that_is_named(tmp_path: Path) -> None:
    journal = filled(tmp_path, 3000, padding=300)
    for named in (0, 1, 1999, 2999):
        start = journal.after(0, f"event-{named}")
        assert start is not None
        assert ids(journal, start) == [f"event-{number}" for number in range(named + 1, 3000)]
        assert journal.count(0, start) == named + 1


def test_an_id_is_not_mistaken_for_one_that_it_begins(tmp_path: Path) -> None:
    journal = filled(tmp_path, 20)
    start = journal.after(0, "event-1")
    assert start is not None and ids(journal, start)[0] == "event-2"
    assert journal.after(0, "event-") is None
    assert journal.after(1, "event-1") is None


def test_of_a_repeated_event_the_first_one_counts(tmp_path: Path) -> None:
    journal = filled(tmp_path, 3)
    journal.append(0, line_of("event-1", "key", TIME, line(1)))
    start = journal.after(0, "event-1")
    assert start is not None and ids(journal, start) == ["event-2", "event-1"]


def test_records_are_cloud_events_of_the_bank(tmp_path: Path) -> None:
    record = filled(tmp_path, 1).read(0, 0).records[0]
    headers = dict(record.headers)
    assert headers["ce_source"] == b"/corebank/main"
    assert headers["ce_specversion"] == b"1.0"
    assert headers["ce_type"] == b"source.replay_requested.v1"
    assert record.key == b"key"
