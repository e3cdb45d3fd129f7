"""What messages say."""

from decimal import Decimal
from hashlib import sha256

import pytest

from services.outreach.domain.masking import masked
from services.outreach.domain.wording import Sender, Template, Wording, WordingError
from services.outreach.texts import load_wording
from shared.contracts.base import Money
from shared.contracts.vocabulary import ContactPointKind

SENDERS = {"zh-CN": Sender("示范银行", "回复TD退订"), "en": Sender("Model Bank", "Reply STOP")}
CHINESE = Template("first", "zh-CN", "提醒", "{institution} {arrears} {days_past_due} {opt_out}")
ENGLISH = Template("first", "en", "Reminder", "{institution} {amount} {currency} {opt_out}")
ARREARS = [Money(amount=Decimal("1234.5"), currency="CNY"), Money(amount=Decimal("7"), currency="USD")]


def test_a_message_is_written_in_the_persons_language() -> None:
    rendered = Wording([CHINESE, ENGLISH], SENDERS).render("first", "en-GB", ARREARS, 9)
    assert rendered is not None
    assert rendered.text == "Model Bank 1,234.50 CNY Reply STOP"
    assert rendered.digest == sha256(f"Reminder\n{rendered.text}".encode()).hexdigest()


def test_chinese_is_the_fallback() -> None:
    rendered = Wording([CHINESE, ENGLISH], SENDERS).render("first", "th", ARREARS, 9)
    assert rendered is not None
    assert rendered.text == "示范银行 1,234.50 CNY + 7.00 USD 9 回复TD退订"


def test_an_unknown_template_has_no_message() -> None:
    assert Wording([CHINESE], SENDERS).render("last", "en", ARREARS, 9) is None


@pytest.mark.parametrize("body", ["{name}", "{amount:>10}", "{amount.real}", "{0}", "{", " "])
def test_a_template_with_anything_but_the_known_variables_is_refused(body: str) -> None:
    with pytest.raises(WordingError):
        Wording([Template("first", "zh-CN", "", body)], SENDERS)


def test_a_template_without_chinese_is_refused() -> None:
    with pytest.raises(WordingError):
        Wording([ENGLISH], SENDERS)


def test_the_shipped_templates_are_usable_and_offer_the_way_out() -> None:
    wording = load_wording("示范银行", "Model Bank")
    for name in wording.names:
        for language, hint in (("zh-CN", "TD"), ("en", "STOP")):
            rendered = wording.render(name, language, ARREARS, 30)
            assert rendered is not None
            assert hint in rendered.text
            assert rendered.subject


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        (ContactPointKind.PHONE, "13800005678", "138****5678"),
        (ContactPointKind.PHONE, "110", "****10"),
        (ContactPointKind.EMAIL, "lin@bank.example", "l****@bank.example"),
        (ContactPointKind.ADDRESS, "1 Long Street", "****"),
    ],
)
def test_a_contact_point_is_shown_masked(kind: ContactPointKind, value: str, shown: str) -> None:
    assert masked(kind, value) == shown
