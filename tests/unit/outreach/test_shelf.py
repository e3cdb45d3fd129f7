"""Only approved texts are chosen, for just the message they were approved for, and the reason is told."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.outreach.domain.shelf import Kind, NoText, Shelf, Text
from services.outreach.domain.template import Template, approved, retired
from shared.contracts.conduct import TemplateApproved, TemplateRetired
from shared.contracts.vocabulary import Channel, PartyRole, Purpose
from tests.unit.outreach.shelves import APPROVED, RETIRED, template

KIND = Kind("first", Channel.SMS, Purpose.COLLECT, "zh-CN", PartyRole.DEBTOR, "CN")


def chosen(*templates: Template, **changes: Any) -> int | NoText:
    """The version that a message of this kind has."""
    found = Shelf(templates).choose(KIND._replace(**changes))
    return found.template.version if isinstance(found, Text) else found


def test_nothing_is_sent_that_nobody_approved() -> None:
    assert chosen() is NoText.UNAPPROVED
    assert chosen(template(approved_at=None)) is NoText.UNAPPROVED
    assert chosen(template(template_id="second")) is NoText.UNAPPROVED


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"channel": Channel.EMAIL}, NoText.CHANNEL),
        ({"purpose": Purpose.LEGAL_NOTICE}, NoText.PURPOSE),
        ({"country": "US"}, NoText.COUNTRY),
        ({"country": ""}, NoText.COUNTRY),
        ({"role": PartyRole.GUARANTOR}, NoText.ROLE),
    ],
)
def test_a_text_is_used_only_for_what_it_was_approved_for(changes: dict[str, Any], reason: NoText) -> None:
    assert chosen(template(countries=("CN",))) == 1
    assert chosen(template(countries=("CN",)), **changes) is reason


def test_a_text_in_no_language_of_the_person_or_the_fallbacks_is_not_used() -> None:
    assert chosen(template(language="fr")) is NoText.LANGUAGE


def test_the_persons_language_comes_first_then_its_main_language_then_chinese_then_english() -> None:
    numbers = {"de-AT": 1, "de": 2, "zh-CN": 3, "en": 4}
    texts = [template(language=language, version=number) for language, number in numbers.items()]
    while texts:
        assert chosen(*texts, language="de-AT") == texts[0].version
        texts.pop(0)


def test_where_the_text_of_a_language_is_not_for_the_country_a_fallback_may_be() -> None:
    chinese = template(countries=("CN",))
    english = template(language="en", version=2, countries=("US",))
    assert [chosen(chinese, english, country=one) for one in ("CN", "US")] == [1, 2]


def test_after_a_retirement_the_next_approved_version_is_used_or_the_reason_is_told() -> None:
    old = template(retired_at=RETIRED)
    assert chosen(old) is NoText.RETIRED
    assert chosen(old, template(version=2)) == 2
    assert chosen(old, template(version=2), channel=Channel.EMAIL) is NoText.CHANNEL


def test_a_retired_text_is_not_replaced_by_one_in_another_language() -> None:
    english = template(language="en", version=2)
    assert chosen(template(retired_at=RETIRED), english) is NoText.RETIRED
    assert chosen(template(retired_at=RETIRED), english, language="en") == 2
    assert chosen(template(retired_at=RETIRED), english, template(version=3)) == 3


def test_a_text_that_is_not_the_one_of_its_approval_is_not_sent() -> None:
    assert chosen(template(digest="0" * 64)) is NoText.DIGEST
    assert chosen(template(body="{name}", variables=("name",))) is NoText.VARIABLES
    assert chosen(template(variables=("institution",))) is NoText.VARIABLES


TOLD = template()
APPROVAL = TemplateApproved(
    **{
        name: getattr(TOLD, name)
        for name in ("template_id", "version", "language", "channel", "purpose", "subject", "body", "digest")
    },
    countries=list(TOLD.countries),
    roles=list(TOLD.roles),
    variables=list(TOLD.variables),
    tags=[],
    linter="",
    approved_at=APPROVED,
)
RETIREMENT = TemplateRetired(
    **{name: getattr(TOLD, name) for name in ("template_id", "version", "language", "channel", "digest")},
    retired_at=RETIRED,
)


@given(st.lists(st.sampled_from([APPROVAL, RETIREMENT]), max_size=8))
def test_whatever_the_order_and_however_often_a_retirement_is_for_ever(
    events: list[TemplateApproved | TemplateRetired],
) -> None:
    known: Template | None = None
    for number, event in enumerate(events):
        if isinstance(event, TemplateApproved):
            known = approved(known, event, number)
        else:
            known = retired(known, event, number)
    if known is None:
        assert not events
        return
    assert known.in_use == (APPROVAL in events and RETIREMENT not in events)
    assert (known.body == TOLD.body) == (APPROVAL in events)
    # Each kind of news changes the version once, so a repeat does not make everybody read anew.
    assert known.revision == max(events.index(event) for event in (APPROVAL, RETIREMENT) if event in events)
