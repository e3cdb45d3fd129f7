"""Field encryption."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.security.fields import (
    FieldCipher,
    FieldError,
    MalformedFieldError,
    TamperedFieldError,
    UnknownFieldKeyError,
    new_field_key,
)

_KEYS = {"k1": b"1" * 32, "k2": b"2" * 32}
_CIPHER = FieldCipher.from_keys(_KEYS, "k1")


@given(st.text(), st.text())
def test_what_is_sealed_opens_in_its_context(plaintext, context):
    plaintext, context = (t.encode(errors="replace").decode() for t in (plaintext, context))
    assert _CIPHER.open(_CIPHER.seal(plaintext, context), context) == plaintext


@given(st.binary())
def test_bytes_are_sealed_too(plaintext):
    assert _CIPHER.open_bytes(_CIPHER.seal_bytes(plaintext, "c"), "c") == plaintext


def test_a_sealed_field_names_its_key_and_not_its_content():
    sealed = _CIPHER.seal("13812345678", "person-1")
    assert sealed.startswith("k1.")
    assert "138" not in sealed or "13812345678" not in sealed
    assert sealed != _CIPHER.seal("13812345678", "person-1")


def test_a_field_does_not_open_in_another_context():
    with pytest.raises(TamperedFieldError):
        _CIPHER.open(_CIPHER.seal("x", "person-1"), "person-2")


@given(st.integers(min_value=3), st.integers(min_value=1, max_value=63))
def test_a_changed_character_is_noticed(position, shift):
    sealed = _CIPHER.seal("some longer plaintext", "c")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    # The last character may hold unused bits, so it is left out.
    at = 3 + position % (len(sealed) - 4)
    changed = alphabet[(alphabet.index(sealed[at]) + shift) % 64]
    with pytest.raises(TamperedFieldError):
        _CIPHER.open(sealed[:at] + changed + sealed[at + 1 :], "c")


def test_after_a_rotation_old_fields_open_and_new_ones_use_the_new_key():
    old = _CIPHER.seal("x", "c")
    rotated = FieldCipher.from_keys(_KEYS, "k2")
    assert rotated.open(old, "c") == "x"
    assert rotated.seal("x", "c").startswith("k2.")


def test_a_key_id_cannot_be_exchanged():
    sealed = _CIPHER.seal("x", "c")
    with pytest.raises(TamperedFieldError):
        FieldCipher.from_keys({"k9": _KEYS["k1"]}, "k9").open("k9" + sealed[2:], "c")
    with pytest.raises(UnknownFieldKeyError):
        FieldCipher.from_keys({"k9": _KEYS["k1"]}, "k9").open(sealed, "c")


@pytest.mark.parametrize(
    "sealed", ["", "k1", "k1.", "k1.abc", "k1.*", ".abc", "k 1.abc", "k1." + "A" * 36 + "é"]
)
def test_text_that_is_not_a_sealed_field_is_named_as_such(sealed):
    with pytest.raises(MalformedFieldError):
        _CIPHER.open(sealed, "c")


@given(st.text())
def test_no_made_up_text_opens_and_no_error_repeats_it(sealed):
    with pytest.raises(FieldError):
        _CIPHER.open(f"k1.{sealed}", "c")


def test_keys_must_fit():
    with pytest.raises(ValueError, match="32 bytes"):
        FieldCipher.from_keys({"k": b"short"}, "k")
    with pytest.raises(ValueError, match="not among"):
        FieldCipher.from_keys({"k": new_field_key()}, "other")
    with pytest.raises(ValueError, match="key id"):
        FieldCipher.from_keys({"k.1": new_field_key()}, "k.1")
