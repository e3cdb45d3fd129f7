"""What words mean depends on what stands around them, on who reads them, and on the debt."""

import pytest

from shared.contracts.vocabulary import Channel, PartyRole
from shared.lint.findings import Setting
from shared.lint.phrase_files import shipped
from shared.lint.tags import Tag
from tests.unit.compliance.lint_words import BANK, forbidden, lint

SUMMONS = "【示范银行】法院传票:您因信用卡纠纷一案,请于3月5日到庭应诉。拒收请回复TD"


def test_case_19_a_text_message_worded_as_a_court_summons_poses_as_a_court() -> None:
    findings = lint(SUMMONS, country="CN")
    assert Tag.JUDICIAL_IMPERSONATION in findings.tags
    denying = [finding for finding in findings.denying if finding.tag is Tag.JUDICIAL_IMPERSONATION]
    assert {finding.rule_id for finding in denying} == {"CN-CONTENT"}
    assert all(SUMMONS[finding.start : finding.end] == finding.text for finding in denying)


def test_case_43_a_letter_on_a_time_barred_debt_that_threatens_suit() -> None:
    text = "Model Bank: this is an attempt to collect a debt. Pay by Friday or we will sue you."
    barred = lint(text, "en", Channel.LETTER, country="US", known=frozenset({"time_barred"}))
    assert [finding.rule_id for finding in barred.denying] == ["US-TIME-BARRED"]
    fresh = lint(text, "en", Channel.LETTER, country="US")
    assert Tag.SUE_THREAT in fresh.tags
    assert not fresh.denying


def test_case_s23_english_words_to_a_person_who_is_served_in_spanish() -> None:
    text = "Model Bank: 120.00 USD is past due. This is an attempt to collect a debt. Reply STOP."
    assert Tag.DISCLOSURE_IN_OTHER_LANGUAGE in lint(text, "en", served="es").tags
    assert Tag.DISCLOSURE_IN_OTHER_LANGUAGE not in lint(text, "en", served="en-US").tags


@pytest.mark.parametrize(
    ("text", "declared", "agrees"),
    [
        ("您的账户已逾期,请尽快还款。", "zh-CN", True),
        ("您的账户已逾期,请尽快还款。", "en", False),
        ("Your account is past due.", "zh-CN", False),
        ("示范银行 Model Bank: your account is past due, please call.", "en", True),
        ("บัญชีของคุณค้างชำระ", "zh-CN", False),
        ("OK", "zh-CN", True),
    ],
)
def test_words_are_in_the_language_that_they_are_declared_in(text: str, declared: str, agrees: bool) -> None:
    findings = lint(text, declared)
    assert (Tag.DISCLOSURE_IN_OTHER_LANGUAGE not in findings.tags) is agrees
    assert agrees or Tag.DISCLOSURE_IN_OTHER_LANGUAGE in {finding.tag for finding in findings.denying}


@pytest.mark.parametrize("role", [PartyRole.RELATIVE, PartyRole.CONTACT, PartyRole.EMPLOYER])
@pytest.mark.parametrize(
    ("text", "language"), [("您的信用卡已逾期", "zh-CN"), ("Your loan is overdue", "en")]
)
def test_debtors_may_read_of_the_debt_and_others_may_not(text: str, language: str, role: PartyRole) -> None:
    assert forbidden(text, language) == set()
    assert forbidden(text, language, role=role) == {"third_party_debt_disclosure"}


def test_an_envelope_says_nothing_of_a_debt_and_the_letter_in_it_may() -> None:
    setting = Setting(Channel.LETTER, "en", institutions=BANK)
    letter = {"body": "Model Bank: your debt is past due.", "envelope": "Model Bank, 1 High Street"}
    assert Tag.ENVELOPE_DEBT_LANGUAGE not in shipped().lint(letter, setting).tags
    letter["envelope"] = "Model Bank - PAST DUE ACCOUNT"
    (finding,) = shipped().lint(letter, setting).denying
    assert (finding.tag, finding.part, finding.text) == (Tag.ENVELOPE_DEBT_LANGUAGE, "envelope", "PAST DUE")


@pytest.mark.parametrize(
    ("fact", "tag"),
    [
        ("postcard", Tag.POSTCARD),
        ("public_social_media", Tag.PUBLIC_SOCIAL_MEDIA),
        ("work_email", Tag.WORK_EMAIL_WITHOUT_CONSENT),
    ],
)
def test_how_a_message_goes_is_a_tag_whatever_it_says(fact: str, tag: Tag) -> None:
    assert tag in lint("Model Bank: hello", "en", known=frozenset({fact})).tags
    assert tag not in lint("Model Bank: hello", "en").tags


def test_a_work_address_with_consent_is_fine() -> None:
    known = frozenset({"work_email", "work_email_consent"})
    assert Tag.WORK_EMAIL_WITHOUT_CONSENT not in lint("Model Bank: hello", "en", known=known).tags


def test_who_does_not_say_who_they_are_is_anonymous() -> None:
    assert Tag.ANONYMOUS in lint("请尽快还款").tags
    named = lint("【示 范 银 行】请尽快还款")
    assert Tag.ANONYMOUS not in named.tags
    assert Tag.INSTITUTION_NAME in named.tags


@pytest.mark.parametrize(
    ("channel", "country", "missing"),
    [
        (Channel.SMS, "CN", {"institution_name", "opt_out_method"}),
        (Channel.CALL_LIVE, "CN", {"institution_name"}),
        (Channel.EMAIL, "US", {"institution_name", "opt_out_method", "debt_collector_disclosure"}),
        (Channel.APP_PUSH, "CN", {"institution_name"}),
        (Channel.APP_PUSH, "US", {"institution_name", "opt_out_method", "debt_collector_disclosure"}),
        (Channel.VISIT, "US", {"institution_name", "debt_collector_disclosure"}),
    ],
)
def test_what_must_be_there_depends_on_the_medium_and_the_country(
    channel: Channel, country: str, missing: set[str]
) -> None:
    findings = lint("您好", channel=channel, country=country)
    assert {finding.tag.value for finding in findings.found if finding.missing} == missing


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Your issue was resolved. Sue Miller signed it.", "en"),
        ("We pursue nothing further.", "en"),
        ("The therapist and the arrester cable.", "en"),
        ("我们不会因此起诉您", "zh-CN"),
        ("我行不会威胁、骚扰您", "zh-CN"),
        ("我们不会采取任何方式曝光您的个人信息", "zh-CN"),
        ("谨防冒充法院的短信:法院传票不会用短信寄送", "zh-CN"),
        ("You will never be arrested for this.", "en"),
        ("Nobody will tell your employer.", "en"),
        ("请把还款计划告诉我们。诉求请写明。", "zh-CN"),
    ],
)
def test_harmless_words_stay_harmless(text: str, language: str) -> None:
    assert forbidden(text, language) == set()


def test_a_sentence_that_really_ends_ends_the_phrase() -> None:
    assert forbidden("请前往法院。传票据此开具") == set()


def test_offsets_are_those_of_the_text_as_it_was_given() -> None:
    text = "𝕏 您好 :ﬁne. We will ｓ ｕ ｅ\u200b you now"
    (finding,) = [finding for finding in lint(text, "en").found if finding.tag is Tag.SUE_THREAT]
    assert text[finding.start : finding.end] == finding.text == "will ｓ ｕ ｅ\u200b you"


def test_the_same_words_have_the_same_findings() -> None:
    assert lint(SUMMONS) == lint(SUMMONS)


@pytest.mark.parametrize("text", ["", " ", "\u200b", "。。。", "{", "\ud800", "🏦" * 50, "a" * 20_000])
def test_strange_words_are_read_without_failing(text: str) -> None:
    lint(text, "en")
