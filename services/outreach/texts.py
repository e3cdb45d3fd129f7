"""The texts that are shipped, or an operator's own file: proposals, for two people to submit and approve."""

from pathlib import Path

import msgspec
import yaml

from services.outreach.domain.wording import WordingError, variables_of
from shared.contracts.vocabulary import Channel, PartyRole, Purpose
from shared.lint.template_digest import template_digest

SHIPPED = Path(__file__).parent / "templates" / "messages.yaml"


class Proposal(msgspec.Struct, frozen=True):
    """A text in one language for one channel; the fields are those of a new template at compliance."""

    template_id: str
    language: str
    channel: Channel
    purpose: Purpose
    countries: list[str]
    roles: list[PartyRole]
    subject: str
    body: str
    variables: list[str]

    @property
    def digest(self) -> str:
        """What the approval of this text will name."""
        return template_digest(self.language, self.channel, self.subject, self.body, "")


class _Wording(msgspec.Struct, forbid_unknown_fields=True):
    body: str
    subject: str = ""
    countries: tuple[str, ...] = ()
    channels: tuple[Channel, ...] = (Channel.SMS, Channel.EMAIL)
    purpose: Purpose = Purpose.COLLECT
    roles: tuple[PartyRole, ...] = (PartyRole.DEBTOR,)


def proposals(path: Path = SHIPPED) -> list[Proposal]:
    """The texts of a file `{id: {language: {subject, body, …}}}`, one a channel.

    Only e-mail has a subject. Raises WordingError with the place of what is wrong.
    """
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        templates = {name: _languages(name, value) for name, value in _names(document).items()}
    except (yaml.YAMLError, WordingError) as error:
        raise WordingError(f"{path}: {error}") from None
    return [
        _proposal(path, name, language, wording, channel)
        for name, languages in templates.items()
        for language, wording in languages.items()
        for channel in wording.channels
    ]


def _names(document: object) -> dict[str, object]:
    try:
        return msgspec.convert(document, dict[str, object])
    except msgspec.ValidationError as error:
        raise WordingError(f"not a mapping of template ids: {error}") from None


def _languages(name: str, value: object) -> dict[str, _Wording]:
    try:
        return msgspec.convert(value, dict[str, _Wording])
    except msgspec.ValidationError as error:
        raise WordingError(f"template {name}: {error}") from None


def _proposal(path: Path, name: str, language: str, wording: _Wording, channel: Channel) -> Proposal:
    subject = wording.subject if channel is Channel.EMAIL else ""
    try:
        used = variables_of(subject, wording.body)
    except WordingError as error:
        raise WordingError(f"{path}: template {name} in {language}: {error}") from None
    return Proposal(
        name,
        language,
        channel,
        wording.purpose,
        sorted(wording.countries),
        sorted(wording.roles),
        subject,
        wording.body,
        sorted(used),
    )
