"""What masks let through, and that they may be applied twice."""

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.contracts.vocabulary import ContactPointKind
from shared.web import masking

MASKS: dict[str, Callable[[str], str]] = {
    "name": masking.mask_name,
    "phone": masking.mask_phone,
    "email": masking.mask_email,
    "address": masking.mask_address,
    "id_number": masking.mask_id_number,
}
HAN = st.text("张王李欧阳三四丰市省县路号浙江杭州上海", max_size=12)
LATIN = st.text("abcXYZ .-@*", max_size=24)
DIGITS = st.text("0123456789+- Xx*", max_size=24)
VALUES = st.one_of(
    HAN, LATIN, DIGITS, st.text(max_size=30), st.emails(), st.builds("".join, st.tuples(HAN, LATIN))
)
_OWN = "*@. "
"""What a mask puts there itself, or what tells nothing."""


@pytest.mark.parametrize("kind", MASKS)
@given(value=VALUES)
@example(value="a张b")
@example(value="Jo Jim")
@example(value="张")
@example(value="x@.com")
def test_a_mask_never_reveals_more_than_its_limit(kind: str, value: str) -> None:
    shown = MASKS[kind](value)
    assert sum(letter not in _OWN for letter in shown) <= masking.MOST_SHOWN[kind]


@pytest.mark.parametrize("kind", MASKS)
@given(value=VALUES)
@example(value="a张b")
@example(value="Jo Jim")
@example(value="张")
@example(value="x@.com")
def test_masking_what_is_masked_changes_nothing(kind: str, value: str) -> None:
    once = MASKS[kind](value)
    assert MASKS[kind](once) == once


@given(number=st.text("0123456789", min_size=11, max_size=30))
def test_a_number_in_the_middle_is_gone_and_its_length_with_it(number: str) -> None:
    shown = masking.mask_phone(number)
    assert len(shown) == len("138****5678")
    assert "*" in shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三丰", "张*丰"),
        ("张三", "张*"),
        ("张", "*"),
        ("欧阳修文", "欧**文"),
        ("阿卜杜拉·买买提江", "阿***江"),
        ("张 三 丰", "张*丰"),
        ("John Smith", "J** S**"),
        ("Juan Carlos de la Cruz", "J** C**"),
        ("Plato", "P**"),
        ("", ""),
    ],
)
def test_a_name_is_recognised_by_who_knows_it(name: str, shown: str) -> None:
    assert masking.mask_name(name) == shown


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        (ContactPointKind.PHONE, "13800005678", "138****5678"),
        (ContactPointKind.PHONE, "8613800005678", "861****5678"),
        (ContactPointKind.PHONE, "6655443", "****43"),
        (ContactPointKind.PHONE, "110", "****"),
        (ContactPointKind.EMAIL, "lin@bank.example", "l****@b****.example"),
        (ContactPointKind.EMAIL, "no address", "****"),
        (ContactPointKind.ADDRESS, "浙江省杭州市西湖区文三路1号", "浙江省杭州市****"),
        (ContactPointKind.ADDRESS, "1 Long Street", "****"),
        (ContactPointKind.APP, "device-token", "****"),
        (ContactPointKind.IM, "wechat-id", "****"),
    ],
)
def test_a_contact_point_is_masked_by_its_kind(kind: ContactPointKind, value: str, shown: str) -> None:
    assert masking.mask_contact_point(kind, value) == shown


@pytest.mark.parametrize(
    ("number", "shown"), [("110101199003078515", "****8515"), ("E12345678", "****5678"), ("1234567", "****")]
)
def test_of_an_identity_number_the_end_is_shown(number: str, shown: str) -> None:
    assert masking.mask_id_number(number) == shown
