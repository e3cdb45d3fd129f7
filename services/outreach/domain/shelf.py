"""Which text a message has: one that is in use for just this kind of message, or none with its reason."""

from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from services.outreach.domain.template import Template
from services.outreach.domain.wording import FALLBACK_LANGUAGES, WordingError, check_variables
from shared.contracts.vocabulary import Channel, PartyRole, Purpose


class NoText(StrEnum):
    """Why a message has no text; the reason of a contact that fails for it."""

    UNAPPROVED = "template:unapproved"
    RETIRED = "template:retired"
    CHANNEL = "template:channel"
    PURPOSE = "template:purpose"
    COUNTRY = "template:country"
    ROLE = "template:role"
    LANGUAGE = "template:language"
    VARIABLES = "template:variables"
    DIGEST = "template:digest"


class Kind(NamedTuple):
    """What decides which text a message has. `country` is where the person is, empty where not known."""

    template: str
    channel: Channel
    purpose: Purpose
    language: str
    role: PartyRole
    country: str


class Text(NamedTuple):
    """A version and the variables that it uses; `fault` where it is not to be sent whoever approved it."""

    template: Template
    variables: frozenset[str]
    fault: NoText | None


_Fits = Callable[[Template, Kind], bool]
_FITTING: tuple[tuple[NoText, _Fits], ...] = (
    (NoText.CHANNEL, lambda text, kind: text.channel == kind.channel),
    (NoText.PURPOSE, lambda text, kind: text.purpose == kind.purpose),
    (NoText.COUNTRY, lambda text, kind: not text.countries or kind.country in text.countries),
    (NoText.ROLE, lambda text, kind: kind.role in text.roles),
    (NoText.LANGUAGE, lambda text, kind: text.language in _languages(kind.language)),
)
"""What a text must fit, in the order in which it is told that none does."""


class Shelf:
    """All versions that compliance ever told of."""

    def __init__(self, templates: Iterable[Template] = ()) -> None:
        self._texts: dict[str, list[Text]] = {}
        self._versions: dict[tuple[str, int], Text] = {}
        for template in templates:
            text = text_of(template)
            self._texts.setdefault(template.template_id, []).append(text)
            self._versions[template.template_id, template.version] = text

    def version(self, template_id: str, version: int) -> Text | None:
        """A version, in use or not."""
        return self._versions.get((template_id, version))

    def choose(self, kind: Kind) -> Text | NoText:
        """The text in use for this kind of message, in the person's language or else in a fallback.

        Who retires a text does not thereby send the same in another language.
        """
        texts = self._texts.get(kind.template, [])
        found = _fitting([text for text in texts if text.template.in_use], kind)
        retired = _fitting([text for text in texts if text.template.retired_at is not None], kind)
        if isinstance(retired, Text):
            order = _languages(kind.language)
            before = order.index(retired.template.language)
            if not isinstance(found, Text) or before < order.index(found.template.language):
                return NoText.RETIRED
        return found.fault or found if isinstance(found, Text) else found


def _fitting(texts: Sequence[Text], kind: Kind) -> Text | NoText:
    if not texts:
        return NoText.UNAPPROVED
    for reason, fits in _FITTING:
        texts = [text for text in texts if fits(text.template, kind)]
        if not texts:
            return reason
    order = _languages(kind.language)
    # One version a language and channel is in use; the newest, should news of a retirement be late.
    return min(texts, key=lambda text: (order.index(text.template.language), -text.template.version))


def _languages(language: str) -> tuple[str, ...]:
    return (language, language.partition("-")[0], *FALLBACK_LANGUAGES)


def text_of(template: Template) -> Text:
    """A version, with what it uses and what is wrong with it."""
    if template.approved_at is not None and not template.says_what_was_approved:
        return Text(template, frozenset(), NoText.DIGEST)
    try:
        return Text(template, check_variables(template), None)
    except WordingError:
        return Text(template, frozenset(), NoText.VARIABLES)
