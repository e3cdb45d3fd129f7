"""From a template to a message: named variables, and who writes."""

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from string import Formatter
from typing import NamedTuple

from services.outreach.domain.template import Template
from shared.contracts.base import Money

FALLBACK_LANGUAGES = ("zh-CN", "en")
"""Where there is no text in a person's language, in this order."""


class WordingError(ValueError):
    """A template is not usable; the message says why."""


class Rendered(NamedTuple):
    """A message as it goes out. Only `digest` is kept."""

    subject: str
    text: str
    digest: str


class Sender(NamedTuple):
    """Who writes, and how to refuse further messages, in one language."""

    institution: str
    opt_out: str


Senders = Mapping[str, Sender]
"""By language; the first of the fallback languages is among them."""


class _Facts(NamedTuple):
    sender: Sender
    arrears: Sequence[Money]
    days_past_due: int


_VALUES: dict[str, Callable[[_Facts], object]] = {
    "institution": lambda facts: facts.sender.institution,
    "amount": lambda facts: f"{facts.arrears[0].amount:,.2f}" if facts.arrears else "0.00",
    "currency": lambda facts: facts.arrears[0].currency if facts.arrears else "",
    "arrears": lambda facts: " + ".join(f"{part.amount:,.2f} {part.currency}" for part in facts.arrears),
    "days_past_due": lambda facts: facts.days_past_due,
    "opt_out": lambda facts: facts.sender.opt_out,
}
VARIABLES = frozenset(_VALUES)


def senders(institution: str, institution_en: str) -> dict[str, Sender]:
    """The bank, in the languages that it is known in."""
    return {
        "zh-CN": Sender(institution, "拒收请回复TD"),
        "en": Sender(institution_en, "Reply STOP to opt out."),
    }


def sender_in(known: Senders, language: str) -> Sender:
    """Who writes, in a template's language, in its main language, or else in the fallback."""
    return known.get(language) or known.get(language.partition("-")[0]) or known[FALLBACK_LANGUAGES[0]]


def variables_of(subject: str, body: str) -> frozenset[str]:
    """The variables that these texts use. Raises WordingError where they are not usable."""
    used: set[str] = set()
    for part in (subject, body):
        try:
            fields = [field[1:] for field in Formatter().parse(part) if field[1] is not None]
        except ValueError as error:
            raise WordingError(str(error)) from None
        for name, spec, conversion in fields:
            if name not in VARIABLES or spec or conversion:
                raise WordingError(f"unknown variable {{{name}}}")
            used.add(str(name))
    if not body.strip():
        raise WordingError("no body")
    return frozenset(used)


def check_variables(template: Template) -> frozenset[str]:
    """What a template uses: known, declared, nothing else. Raises WordingError."""
    used = variables_of(template.subject, template.body)
    if undeclared := sorted(used - set(template.variables)):
        raise WordingError(f"undeclared variable {{{undeclared[0]}}}")
    return used


def render(
    template: Template, used: frozenset[str], sender: Sender, arrears: Sequence[Money], days_past_due: int
) -> Rendered:
    """The message of a template; `used` are its variables."""
    facts = _Facts(sender, arrears, days_past_due)
    values = {name: _VALUES[name](facts) for name in used}
    subject, text = template.subject.format_map(values), template.body.format_map(values)
    return Rendered(subject, text, sha256(f"{subject}\n{text}".encode()).hexdigest())
