"""What messages say."""

from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest

from services.outreach.domain.wording import (
    Sender,
    WordingError,
    check_variables,
    render,
    sender_in,
    variables_of,
)
from services.outreach.texts import proposals
from shared.contracts.base import Money
from shared.contracts.vocabulary import Channel, PartyRole, Purpose
from tests.unit.outreach.shelves import template

SENDERS = {"zh-CN": Sender("示范银行", "回复TD退订"), "en": Sender("Model Bank", "Reply STOP")}
ARREARS = [Money(amount=Decimal("1234.5"), currency="CNY"), Money(amount=Decimal("7"), currency="USD")]


def test_a_message_names_the_bank_the_arrears_and_the_way_out() -> None:
    text = template(subject="提醒", body="{institution} {arrears} {days_past_due} {opt_out}")
    rendered = render(text, check_variables(text), SENDERS["zh-CN"], ARREARS, 9)
    assert rendered.text == "示范银行 1,234.50 CNY + 7.00 USD 9 回复TD退订"
    assert rendered.digest == sha256(f"提醒\n{rendered.text}".encode()).hexdigest()


def test_the_bank_writes_in_the_language_of_the_text_or_else_in_chinese() -> None:
    assert [sender_in(SENDERS, one).institution for one in ("en", "en-GB", "th")] == [
        "Model Bank",
        "Model Bank",
        "示范银行",
    ]


@pytest.mark.parametrize("body", ["{name}", "{amount:>10}", "{amount.real}", "{0}", "{", " "])
def test_a_text_with_anything_but_the_known_variables_is_refused(body: str) -> None:
    with pytest.raises(WordingError):
        variables_of("", body)


def test_a_text_with_an_undeclared_variable_is_refused() -> None:
    with pytest.raises(WordingError, match="undeclared"):
        check_variables(template(body="{institution} {amount}", variables=("institution",)))


def test_the_shipped_texts_are_proposed_for_each_channel_with_a_subject_only_for_mail() -> None:
    found = proposals()
    assert len({(one.template_id, one.language, one.channel) for one in found}) == len(found) == 20
    assert {bool(one.subject) for one in found if one.channel is Channel.EMAIL} == {True}
    assert {one.subject for one in found if one.channel is Channel.SMS} == {""}
    assert {one.purpose for one in found} == {Purpose.COLLECT}
    assert {tuple(one.roles) for one in found} == {(PartyRole.DEBTOR,)}
    for one in found:
        assert {"institution", "opt_out"} <= set(one.variables)


@dataclass
class Wrong:
    text: str
    told: str


@pytest.mark.parametrize(
    "wrong",
    [
        Wrong("first: [en]", "first"),
        Wrong("first: {en: {subject: Hello}}", "body"),
        Wrong("first: {en: {body: Hello, chanels: [sms]}}", "chanels"),
        Wrong("first: {en: {body: Hello, channels: [pigeon]}}", "pigeon"),
        Wrong("first: {en: {body: 'Hello {name}'}}", "name"),
        Wrong("{", "messages.yaml"),
    ],
    ids=lambda wrong: wrong.told,
)
def test_a_file_that_is_not_right_is_refused_with_the_place(tmp_path: Path, wrong: Wrong) -> None:
    path = tmp_path / "messages.yaml"
    path.write_text(wrong.text)
    with pytest.raises(WordingError, match=wrong.told):
        proposals(path)
