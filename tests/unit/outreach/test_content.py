"""What messages say, by the linter; the shipped templates say nothing that they must not."""

from typing import Any

import pytest

from services.outreach.content import ContentCheck
from services.outreach.domain.wording import Sender, Template, Wording
from services.outreach.texts import load_wording
from shared.contracts.vocabulary import Channel, PartyRole
from shared.lint.linter import Linter
from shared.lint.phrase_files import SHIPPED, read_lists, shipped
from shared.lint.tags import FORBIDDEN

WORDING = load_wording("示范银行", "Model Bank")
NEEDED = {"zh-CN": {"institution_name", "opt_out_method"}}
NEEDED["en"] = NEEDED["zh-CN"] | {"debt_collector_disclosure"}


class Counting(Linter):
    """Counts the texts that it reads."""

    texts = 0

    def lint(self, *arguments: Any) -> Any:
        self.texts += 1
        return super().lint(*arguments)


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.EMAIL])
@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("template", sorted(WORDING.names))
def test_the_shipped_templates_pass_and_hold_what_they_must(
    template: str, language: str, channel: Channel
) -> None:
    for currencies in ((), ("CNY",), ("CNY", "USD")):
        content = ContentCheck(WORDING, shipped()).of(
            template, language, channel, PartyRole.DEBTOR, currencies
        )
        assert content is not None
        assert content.forbidden is None
        assert NEEDED[language] <= set(content.words.tags or ())
        assert FORBIDDEN.isdisjoint(content.words.tags or ())


def test_a_message_about_a_debt_must_not_go_to_a_relative() -> None:
    check = ContentCheck(WORDING, shipped())
    found = [
        check.of("reminder_first", "zh-CN", Channel.SMS, role, ("CNY",))
        for role in (PartyRole.DEBTOR, PartyRole.RELATIVE)
    ]
    assert [content and content.forbidden for content in found] == [None, "third_party_debt_disclosure"]


def test_a_kind_of_message_is_read_once() -> None:
    linter = Counting(read_lists(SHIPPED))
    check = ContentCheck(WORDING, linter)
    for _ in range(1000):
        for currency in ("CNY", "USD"):
            check.of("reminder_first", "en", Channel.SMS, PartyRole.DEBTOR, (currency,))
    assert linter.texts == 2


def test_an_unknown_template_says_nothing() -> None:
    assert ContentCheck(WORDING, shipped()).of("none", "en", Channel.SMS, PartyRole.DEBTOR, ()) is None


def test_the_subject_of_a_mail_is_read_too_and_that_of_a_text_message_is_not_sent() -> None:
    template = Template("first", "zh-CN", "法院传票", "{institution}提醒您还款。{opt_out}")
    check = ContentCheck(Wording([template], {"zh-CN": Sender("示范银行", "退订请回复TD")}), shipped())
    found = [
        check.of("first", "zh-CN", channel, PartyRole.DEBTOR, ()) for channel in (Channel.EMAIL, Channel.SMS)
    ]
    assert [content and content.forbidden for content in found] == ["judicial_impersonation", None]


def test_an_institution_with_a_forbidden_name_is_found() -> None:
    wording = load_wording("人民法院执行庭通知", "Model Bank")
    content = ContentCheck(wording, shipped()).of(
        "reminder_first", "zh-CN", Channel.SMS, PartyRole.DEBTOR, ()
    )
    assert content is not None
    assert content.forbidden is not None
