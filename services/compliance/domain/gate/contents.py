"""Kind `content`: what a message must and must not have, as the linter's tags tell."""

from collections.abc import Sequence

from services.compliance.domain.gate.asking import Asked, Moment
from services.compliance.domain.gate.checks import NO_HITS, Check, Hit, Matter
from services.compliance.domain.packs.schema import ContentRule
from shared.contracts.vocabulary import Channel


class ContentCheck(Check):
    """Where no words are known yet there is nothing to look at: what must be said becomes an obligation."""

    __slots__ = ("_must_include", "_must_not")

    def __init__(self, rule: ContentRule, channel: Channel) -> None:
        by_channel = rule.must_include_by_channel.get(channel.value, ())
        self._must_include = frozenset(rule.must_include) | frozenset(by_channel)
        self._must_not = frozenset(rule.must_not)

    @property
    def duties(self) -> Sequence[str]:
        """What has to be said."""
        return tuple(f"include:{tag}" for tag in sorted(self._must_include))

    @property
    def only_with(self) -> Matter | None:
        """Words."""
        return Matter.CONTENT

    def hits(self, asked: Asked, moment: Moment) -> Sequence[Hit]:
        """One hit with everything that is missing and everything that must not be there."""
        content = asked.request.content
        if content is None:
            return NO_HITS
        missing, forbidden = self._must_include - content.tags, self._must_not & content.tags
        if not missing and not forbidden:
            return NO_HITS
        numbers = {"must_include": ", ".join(sorted(missing)), "must_not": ", ".join(sorted(forbidden))}
        if content.linter:
            numbers["linter"] = content.linter
        return (Hit({name: tags for name, tags in numbers.items() if tags}),)
