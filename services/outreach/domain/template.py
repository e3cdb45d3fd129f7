"""A version of a template as compliance tells of it: what it says, where it may be used, and when.

Approval and retirement may come in any order and more than once: a retirement is for ever.
"""

from datetime import datetime

import msgspec
from msgspec.structs import replace

from shared.contracts.conduct import TemplateApproved, TemplateRetired
from shared.contracts.vocabulary import Channel, PartyRole, Purpose
from shared.lint.template_digest import template_digest


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """The fields are the columns of its table. It is in use while it is approved and not retired.

    `countries` are where it may be used, none for anywhere. `revision` counts changes of the whole table.
    """

    template_id: str
    version: int
    language: str
    channel: Channel
    purpose: Purpose = Purpose.COLLECT
    countries: tuple[str, ...] = ()
    roles: tuple[PartyRole, ...] = ()
    subject: str = ""
    body: str = ""
    envelope: str = ""
    variables: tuple[str, ...] = ()
    digest: str
    approved_at: datetime | None = None
    retired_at: datetime | None = None
    revision: int

    @property
    def in_use(self) -> bool:
        """Whether it may be sent."""
        return self.approved_at is not None and self.retired_at is None

    @property
    def says_what_was_approved(self) -> bool:
        """Whether the text is the one of the digest that the approval named."""
        said = template_digest(self.language, self.channel, self.subject, self.body, self.envelope)
        return said == self.digest


def approved(known: Template | None, event: TemplateApproved, revision: int) -> Template:
    """The version after its approval; one that was retired stays so, one that was approved stays as it is."""
    if known is not None and known.approved_at is not None:
        return known
    return Template(
        template_id=event.template_id,
        version=event.version,
        language=event.language,
        channel=event.channel,
        purpose=event.purpose,
        countries=tuple(event.countries),
        roles=tuple(event.roles),
        subject=event.subject,
        body=event.body,
        envelope=event.envelope,
        variables=tuple(event.variables),
        digest=event.digest,
        approved_at=event.approved_at,
        retired_at=known.retired_at if known is not None else None,
        revision=revision,
    )


def retired(known: Template | None, event: TemplateRetired, revision: int) -> Template:
    """The version after its retirement, be its approval known or not."""
    if known is None:
        return Template(
            template_id=event.template_id,
            version=event.version,
            language=event.language,
            channel=event.channel,
            digest=event.digest,
            retired_at=event.retired_at,
            revision=revision,
        )
    if known.retired_at is not None:
        return known
    return replace(known, retired_at=event.retired_at, revision=revision)
