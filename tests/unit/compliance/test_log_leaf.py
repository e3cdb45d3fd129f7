import hashlib
import hmac
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.compliance.log.errors import LeafError
from services.compliance.log.leaf import (
    canonical_json,
    decode_entry,
    encode_entry,
    payload_digest,
    subject_pseudonym,
)

KEYS = st.text(st.characters(max_codepoint=127), max_size=12)
SCALARS = st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=20)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4)
)
RECORDS = st.dictionaries(KEYS, VALUES, max_size=6)

_ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def rfc_8785(value: object) -> str:
    """The canonical form by the words of RFC 8785, for what a leaf may hold."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        quoted = "".join(_ESCAPES.get(c, f"\\u{ord(c):04x}" if ord(c) < 0x20 else c) for c in value)
        return f'"{quoted}"'
    if isinstance(value, list):
        return "[" + ",".join(rfc_8785(item) for item in value) + "]"
    assert isinstance(value, dict)
    keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
    return "{" + ",".join(f"{rfc_8785(key)}:{rfc_8785(value[key])}" for key in keys) + "}"


@given(RECORDS)
def test_the_bytes_are_those_of_rfc_8785(record: dict[str, object]) -> None:
    assert canonical_json(record) == rfc_8785(record).encode()


@given(RECORDS)
def test_a_record_comes_back_from_its_entry(record: dict[str, object]) -> None:
    assert decode_entry(encode_entry(record)) == record


def test_the_order_of_keys_makes_no_difference() -> None:
    assert (
        canonical_json({"b": 1, "a": {"d": "逾期", "c": True}})
        == '{"a":{"c":true,"d":"逾期"},"b":1}'.encode()
    )
    assert canonical_json({"b": 1, "a": 2}) == canonical_json({"a": 2, "b": 1})


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        None,
        Decimal(1),
        2**53,
        -(2**53),
        b"bytes",
        {"姓名": "x"},
        {1: "x"},
        [1.5],
        {"a": {"b": None}},
        "\ud800",
    ],
)
def test_what_the_schema_does_not_have_is_refused(value: object) -> None:
    with pytest.raises(LeafError):
        canonical_json({"field": value})


def test_nesting_has_a_limit_and_overflows_nothing() -> None:
    deep: dict[str, object] = {}
    for _ in range(5_000):
        deep = {"a": deep}
    with pytest.raises(LeafError):
        canonical_json(deep)
    with pytest.raises(LeafError):
        decode_entry(b'{"a":' * 5_000 + b"1" + b"}" * 5_000)


def test_an_error_names_the_field_and_never_its_value() -> None:
    with pytest.raises(LeafError) as error:
        canonical_json({"phone": 1380013800.5})

    assert "phone" in str(error.value)
    assert "1380013800" not in str(error.value)


@pytest.mark.parametrize(
    "entry",
    [
        b"",
        b"[]",
        b'"text"',
        b'{"a": 1}',
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b'{"a":1.0}',
        b'{"a":1e3}',
        b'{"a":"\\u0041"}',
        b'{"a":1}\n',
        b'{"a":NaN}',
        b'{"a":"\xff"}',
        '{"a":1}'.encode("utf-16"),
    ],
)
def test_bytes_that_are_not_canonical_are_no_entry(entry: bytes) -> None:
    with pytest.raises(LeafError):
        decode_entry(entry)


def test_an_entry_fits_into_a_bundle() -> None:
    room = 65_535 - len(b'{"a":""}')

    assert len(encode_entry({"a": "x" * room})) == 65_535
    with pytest.raises(LeafError):
        encode_entry({"a": "x" * (room + 1)})


def test_a_person_has_one_pseudonym_under_each_key() -> None:
    key = b"k" * 32
    pseudonym = subject_pseudonym(key, "person-1")

    assert pseudonym == hmac.new(key, b"person-1", hashlib.sha256).hexdigest()
    assert pseudonym not in (subject_pseudonym(key, "person-2"), subject_pseudonym(b"K" * 32, "person-1"))
    with pytest.raises(LeafError):
        subject_pseudonym(b"short", "person-1")


def test_the_pseudonym_is_hmac_sha256_by_a_vector_of_rfc_4231() -> None:
    key = b"\xaa" * 131
    message = "Test Using Larger Than Block-Size Key - Hash Key First"

    assert subject_pseudonym(key, message).startswith("60e431591ee0b67f0d8a26aacbf5b77f")


@given(RECORDS, st.binary(min_size=32, max_size=32))
def test_a_payload_digest_depends_on_every_byte_of_salt_and_payload(
    payload: dict[str, object], salt: bytes
) -> None:
    digest = payload_digest(salt, payload)
    as_text = json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    assert digest == hashlib.sha256(salt + as_text.encode()).hexdigest()
    assert digest != payload_digest(salt[:-1] + bytes([salt[-1] ^ 1]), payload)
    assert digest != payload_digest(salt, {**payload, "another": True})


def test_a_salt_has_32_bytes() -> None:
    with pytest.raises(LeafError):
        payload_digest(b"salt", {})
