"""The fast encoder writes exactly the canonical bytes that the log's format asks for."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.compliance.leaves import Leaf, Pseudonyms, canonical, digest_of, encode_leaf
from services.compliance.log.leaf import canonical_json, decode_entry, payload_digest, subject_pseudonym

texts = st.text(st.characters(codec="utf-8"), max_size=20)
optional = st.none() | texts


@given(
    st.builds(
        Leaf,
        v=st.just(1),
        id=texts,
        kind=texts,
        at=st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=8))])),
        subject=texts,
        ask=st.none() | st.integers(0, 2**31 - 1),
        channel=optional,
        contact=optional,
        effect=optional,
        payload=optional,
        rules=st.lists(texts, max_size=3).map(tuple),
        until=st.none() | st.just(datetime(2026, 3, 2, tzinfo=UTC)),
    )
)
def test_every_leaf_is_canonical(leaf: Leaf) -> None:
    entry = encode_leaf(leaf)
    record = decode_entry(entry)  # refuses any other spelling
    assert record["id"] == leaf.id
    assert None not in record.values()


names = st.text("abcXYZ_09", max_size=5)
values = st.recursive(
    st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abcXYZ_09", max_size=5), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(
    st.dictionaries(st.text("abcXYZ_09", max_size=5), values, max_size=5), st.binary(min_size=32, max_size=32)
)
def test_payloads_are_canonical_and_their_digest_is_the_formats(
    payload: dict[str, object], salt: bytes
) -> None:
    body = canonical(payload)
    assert body == canonical_json(payload)
    assert digest_of(salt, body) == payload_digest(salt, payload)
    assert msgspec.json.decode(body) == payload


@given(texts)
def test_pseudonyms_are_the_formats(person_id: str) -> None:
    key = b"k" * 32
    assert Pseudonyms(key).of(person_id) == subject_pseudonym(key, person_id)
    assert Pseudonyms(key).of(person_id) == hmac.new(key, person_id.encode(), hashlib.sha256).hexdigest()


def test_a_short_pseudonym_key_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Pseudonyms(b"short")
