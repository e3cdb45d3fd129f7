"""Log lines: JSON, with context, without personal data."""

import json
import logging
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.telemetry.logs import bound, configure_logging, get_logger
from shared.telemetry.redaction import MASK, is_sensitive, redact_fields, redact_text


@pytest.fixture(autouse=True)
def _restore_logging():
    root = logging.getLogger()
    before = root.handlers, root.level
    yield
    root.handlers, root.level = before


def _lines(capsys: pytest.CaptureFixture[str]) -> list[dict]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_log_line_is_one_json_object_with_service_process_and_context(capsys):
    configure_logging("intake", "worker")
    with bound(case_id="case-1", nothing=None):
        get_logger("x").info("batch_applied", size=3)
    (line,) = _lines(capsys)
    assert line["event"] == "batch_applied"
    assert (line["service"], line["process"], line["level"]) == ("intake", "worker", "info")
    assert (line["case_id"], line["size"]) == ("case-1", 3)
    assert "nothing" not in line


def test_the_standard_librarys_loggers_are_redacted_too(capsys):
    configure_logging("intake", "api")
    logging.getLogger("library").warning("sent to %s", "ann@example.org")
    (line,) = _lines(capsys)
    assert line["event"] == f"sent to {MASK}"
    assert line["logger"] == "library"


def test_an_exceptions_text_loses_addresses_numbers_and_database_details(capsys):
    configure_logging("intake", "api")
    # Joined, because a traceback also shows the line of source that raised.
    message = "duplicate of {}\nDETAIL:  Key (id)=({}) already exists.".format(
        "138" + "12345678", "Zhang" + " San"
    )
    try:
        raise ValueError(message)
    except ValueError:
        get_logger("x").exception("failed")
    (line,) = _lines(capsys)
    assert "ValueError" in line["exception"]
    assert "13812345678" not in line["exception"]
    assert "Zhang" not in line["exception"]


def test_levels_below_the_threshold_are_silent_and_unknown_levels_are_refused(capsys):
    configure_logging("intake", "api", "warning")
    get_logger("x").info("quiet")
    assert _lines(capsys) == []
    with pytest.raises(ValueError, match="log level"):
        configure_logging("intake", "api", "loud")


@pytest.mark.parametrize(
    "text",
    ["+49 170 1234567", "138-1234-5678", "13812345678", "01.23.45.67.89", "030) 1234567", "a.b@c.example"],
)
def test_phone_numbers_and_addresses_are_masked_in_text(text):
    assert redact_text(f"call {text} now") == f"call {MASK} now"


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T22:24:00.123456Z",
        "0190a0b1-1234-7000-8000-012345678901",
        "4bf92f3577b34da6a3ce929d0e0e4736",
        "10.0.12.134:5432",
        "account A-123456",
    ],
)
def test_times_ids_and_hosts_stay_readable(text):
    assert redact_text(text) == text


def test_credentials_in_a_url_are_masked():
    assert "geheim" not in redact_text("postgresql://recoup:geheim@db.example:5432/x")
    assert "geheim" not in redact_text("postgresql://recoup:geheim@localhost/x")


@pytest.mark.parametrize("key", ["phone", "customer_name", "Emails", "api-key", "bearer_token", "addresses"])
def test_fields_with_personal_names_are_masked_whatever_they_hold(key):
    assert is_sensitive(key)
    assert redact_fields({key: {"x": 1}}) == {key: MASK}


@pytest.mark.parametrize("key", ["case_id", "contact_id", "topic", "partition", "lane", "event", "logger"])
def test_operational_fields_are_not_masked(key):
    assert not is_sensitive(key)


def test_a_model_is_logged_by_its_class_name_only():
    @dataclass
    class Person:
        who: str = "Zhang San"

    assert redact_fields({"found": [Person()]}) == {"found": ["<Person>"]}


@given(
    st.dictionaries(st.text(), st.text() | st.integers() | st.binary() | st.lists(st.floats()), max_size=4)
)
def test_anything_can_be_redacted_and_printed(fields):
    json.dumps(redact_fields(fields))


@given(st.from_regex(r"\+?[0-9]{7,20}", fullmatch=True), st.sampled_from(["", " ", ":", "'", "x"]))
def test_no_long_run_of_digits_survives(number, before):
    assert number.lstrip("+") not in redact_text(f"{before}{number}{before}")
