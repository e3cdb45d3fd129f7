"""What a message says: templates with named variables, chosen by id and language."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from string import Formatter
from typing import NamedTuple

from shared.contracts.base import Money

FALLBACK_LANGUAGE = "zh-CN"


class WordingError(ValueError):
    """A template is not usable; the message names it and says why."""


class Template(NamedTuple):
    """A message in one language; `subject` is empty where the channel has none."""

    template: str
    language: str
    subject: str
    body: str


class Rendered(NamedTuple):
    """A message as it goes out. Only `digest` is kept."""

    subject: str
    text: str
    digest: str


class Sender(NamedTuple):
    """Who writes, and how to refuse further messages, in one language."""

    institution: str
    opt_out: str


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


class Wording:
    """All templates; every one exists in the fallback language."""

    def __init__(self, templates: Iterable[Template], senders: Mapping[str, Sender]) -> None:
        """WordingError where a template has an unknown variable or no fallback."""
        self._templates = {(item.template, item.language): item for item in templates}
        self._senders = dict(senders)
        self._fields = {item: _fields(item) for item in self._templates.values()}
        self.names = frozenset(name for name, _ in self._templates)
        for name in self.names:
            if (name, FALLBACK_LANGUAGE) not in self._templates:
                raise WordingError(f"template {name} has no text in {FALLBACK_LANGUAGE}")
        if FALLBACK_LANGUAGE not in self._senders:
            raise WordingError(f"no sender in {FALLBACK_LANGUAGE}")

    def render(
        self, template: str, language: str, arrears: Sequence[Money], days_past_due: int
    ) -> Rendered | None:
        """The message in the person's language or else in the fallback; None for an unknown template."""
        chosen = self.choose(template, language)
        if chosen is None:
            return None
        facts = _Facts(self.sender(chosen.language), arrears, days_past_due)
        values = {name: _VALUES[name](facts) for name in self._fields[chosen]}
        subject, text = chosen.subject.format_map(values), chosen.body.format_map(values)
        return Rendered(subject, text, sha256(f"{subject}\n{text}".encode()).hexdigest())

    def sender(self, language: str) -> Sender:
        """Who writes, in a template's language or else in the fallback."""
        return self._senders.get(language) or self._senders[FALLBACK_LANGUAGE]

    def choose(self, template: str, language: str) -> Template | None:
        """The text that a person with this language gets; None for an unknown template."""
        return (
            self._templates.get((template, language))
            or self._templates.get((template, language.partition("-")[0]))
            or self._templates.get((template, FALLBACK_LANGUAGE))
        )


def _fields(item: Template) -> frozenset[str]:
    """The variables that a template uses; WordingError where it is not usable."""
    where = f"template {item.template} in {item.language}"
    used: set[str] = set()
    for part in (item.subject, item.body):
        try:
            fields = [field[1:] for field in Formatter().parse(part) if field[1] is not None]
        except ValueError as error:
            raise WordingError(f"{where}: {error}") from None
        for name, spec, conversion in fields:
            if name not in VARIABLES or spec or conversion:
                raise WordingError(f"{where}: unknown variable {{{name}}}")
            used.add(str(name))
    if not item.body.strip():
        raise WordingError(f"{where}: no body")
    return frozenset(used)
