"""What messages say, by the linter; the shipped templates say nothing that they must not."""

from typing import Any

import pytest

from services.outreach.content import Content, Messages
from services.outreach.domain.shelf import Shelf
from services.outreach.domain.wording import senders
from services.outreach.texts import proposals
from shared.contracts.vocabulary import Channel, PartyRole, Purpose
from shared.lint.linter import Linter
from shared.lint.phrase_files import SHIPPED, read_lists, shipped
from shared.lint.tags import FORBIDDEN
from tests.unit.outreach.shelves import shipped_shelf, template

SENDERS = senders("示范银行", "Model Bank")
NEEDED = {"zh-CN": {"institution_name", "opt_out_method"}}
NEEDED["en"] = NEEDED["zh-CN"] | {"debt_collector_disclosure"}


class Counting(Linter):
    """Counts the texts that it reads."""

    texts = 0

    def lint(self, *arguments: Any) -> Any:
        self.texts += 1
        return super().lint(*arguments)


def said(messages: Messages, **changes: Any) -> Content:
    """What a message of this kind says."""
    kind: dict[str, Any] = {
        "template": "reminder_first",
        "channel": Channel.SMS,
        "purpose": Purpose.COLLECT,
        "language": "zh-CN",
        "role": PartyRole.DEBTOR,
        "jurisdiction": "CN",
        "currencies": ("CNY",),
    }
    return messages.of(**(kind | changes))


def of(*templates: Any) -> Messages:
    return Messages(Shelf(templates), SENDERS, shipped())


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.EMAIL])
@pytest.mark.parametrize(("language", "jurisdiction"), [("zh-CN", "CN"), ("en", "CN"), ("en", "US-NY")])
@pytest.mark.parametrize("name", sorted({one.template_id for one in proposals()}))
def test_the_shipped_templates_pass_and_hold_what_they_must(
    name: str, language: str, jurisdiction: str, channel: Channel
) -> None:
    messages = Messages(shipped_shelf(), SENDERS, shipped())
    for currencies in ((), ("CNY",), ("CNY", "USD")):
        content = said(
            messages,
            template=name,
            language=language,
            jurisdiction=jurisdiction,
            channel=channel,
            currencies=currencies,
        )
        assert content.text is not None
        assert content.text.template.language == language
        assert content.forbidden is None
        assert NEEDED[language] <= set(content.words.tags or ())
        assert FORBIDDEN.isdisjoint(content.words.tags or ())


def test_a_message_about_a_debt_must_not_go_to_a_relative_even_if_somebody_approved_it() -> None:
    messages = of(
        template(template_id="reminder_first", roles=(PartyRole.DEBTOR, PartyRole.RELATIVE)),
    )
    found = [said(messages, role=role).forbidden for role in (PartyRole.DEBTOR, PartyRole.RELATIVE)]
    assert found == [None, "third_party_debt_disclosure"]


def test_the_country_of_the_person_decides_what_must_be_said() -> None:
    messages = of(template(template_id="reminder_first"))
    found = [said(messages, jurisdiction=one).forbidden for one in ("CN", "US-NY")]
    assert found == [None, "debt_collector_disclosure"]


def test_a_kind_of_message_is_read_once() -> None:
    linter = Counting(read_lists(SHIPPED))
    messages = Messages(shipped_shelf(), SENDERS, linter)
    for _ in range(1000):
        for currency in ("CNY", "USD"):
            said(messages, language="en", currencies=(currency,))
    assert linter.texts == 2


def test_the_gate_is_told_which_text_it_is() -> None:
    first = template(template_id="reminder_first", version=7)
    words = said(of(first)).words
    assert (words.version, words.digest, words.missing) == (7, first.digest, None)


def test_a_text_that_nobody_approved_says_nothing() -> None:
    content = said(of(template(template_id="reminder_first", approved_at=None)))
    assert (content.text, content.words.tags, content.words.missing) == (None, None, "template:unapproved")


def test_the_subject_of_a_mail_is_read_too_and_that_of_a_text_message_is_not_sent() -> None:
    words = {"subject": "法院传票", "body": "{institution}提醒您还款。{opt_out}"}
    texts = [
        template(template_id="reminder_first", channel=channel, version=number, **words)
        for number, channel in enumerate((Channel.EMAIL, Channel.SMS), 1)
    ]
    messages = of(*texts)
    found = [said(messages, channel=channel).forbidden for channel in (Channel.EMAIL, Channel.SMS)]
    assert found == ["judicial_impersonation", None]


def test_an_institution_with_a_forbidden_name_is_found() -> None:
    named = senders("人民法院执行庭通知", "Model Bank")
    assert said(Messages(shipped_shelf(), named, shipped())).forbidden is not None
