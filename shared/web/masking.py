"""What may be shown of personal data to who may not see it: enough to recognise, too little to use.

Every mask may be applied to its own result: nothing changes then. `MOST_SHOWN` says how many characters of
the value a mask lets through at most; `*` stands for the rest and does not tell how long it was.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from types import MappingProxyType

from shared.contracts.vocabulary import ContactPointKind

HIDDEN = "****"
MOST_SHOWN = MappingProxyType({"name": 2, "phone": 7, "email": 9, "address": 9, "id_number": 4})

_MOST_STARS = 3
_FAMILY_AND_ONE = 2
_LONG_PHONE = 11
_SHORT_PHONE = 6
_ID_NUMBER = 8
_ENDING = re.compile(r"[A-Za-z]{2,7}")
_CITY = re.compile(r"[一-鿿]{1,8}?市")
_HAN = re.compile(r"[㐀-鿿]")
_MASKED_NAME = re.compile(r"[^*]?\*{1,3}[^*]?|\S\*\*( \S\*\*)?")


def mask_name(name: str) -> str:
    """张三丰 → 张*丰, 张三 → 张*, Juan de la Cruz → J** C**."""
    if _MASKED_NAME.fullmatch(name):
        return name
    if not _HAN.search(name):
        words = name.split()
        return " ".join(f"{word[0]}**" for word in words[:1] + words[1:][-1:])
    plain = "".join(name.split())
    stars = "*" * min(max(len(plain) - 2, 1), _MOST_STARS)
    if len(plain) == 1:
        return stars
    return f"{plain[0]}{stars}{plain[-1] if len(plain) > _FAMILY_AND_ONE else ''}"


def mask_phone(number: str) -> str:
    """13812345678 → 138****5678; of a short number its last two digits, of a very short one nothing."""
    if len(number) >= _LONG_PHONE:
        return f"{number[:3]}{HIDDEN}{number[-4:]}"
    return f"{HIDDEN}{number[-2:]}" if len(number) >= _SHORT_PHONE else HIDDEN


def mask_email(address: str) -> str:
    """li@bank.example → l****@b****.example: the domain may bear the person's name as well."""
    name, at, domain = address.rpartition("@")
    if not (at and name and domain):
        return HIDDEN
    ending = domain.rpartition(".")[2] if "." in domain else ""
    shown = f".{ending}" if _ENDING.fullmatch(ending) else ""
    return f"{name[0]}{HIDDEN}@{domain[0]}{HIDDEN}{shown}"


def mask_address(address: str) -> str:
    """浙江省杭州市西湖区… → 浙江省杭州市****; of an address without a Chinese city nothing."""
    city = _CITY.match(address)
    return f"{city.group()}{HIDDEN}" if city else HIDDEN


def mask_id_number(number: str) -> str:
    """The last four characters of an identity card's, passport's or account's number; of a short one none."""
    return f"{HIDDEN}{number[-4:]}" if len(number) >= _ID_NUMBER else HIDDEN


def mask_contact_point(kind: ContactPointKind, value: str) -> str:
    """A contact point by the mask of its kind; one that a machine uses is not shown at all."""
    mask = _OF_KIND.get(kind)
    return mask(value) if mask else HIDDEN


_OF_KIND: dict[ContactPointKind, Callable[[str], str]] = {
    ContactPointKind.PHONE: mask_phone,
    ContactPointKind.EMAIL: mask_email,
    ContactPointKind.ADDRESS: mask_address,
}
