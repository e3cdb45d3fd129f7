"""The linter: words in, tags and findings out. The same words in the same setting have the same findings."""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from shared.lint.findings import Finding, Findings, Setting
from shared.lint.folding import GAP, Folding, Skeleton
from shared.lint.language import agrees, subtag
from shared.lint.matching import Around, Matcher, Span, Surroundings, meant
from shared.lint.phrases import ANYWHERE, Group, Listed, Lists, Need, PhraseError, Phrases
from shared.lint.tags import Tag

VERSION = "1"
"""Of this code; to be raised whenever the same words may get other tags."""
BODY = "body"


class Linter:
    """The lists, ready to use."""

    def __init__(self, lists: Lists) -> None:
        """Raises PhraseError where a phrase cannot be read, or a tag has no list."""
        listed = {one.tag for one in (*lists.groups, *lists.elements)}
        if without := frozenset(Tag) - listed:
            raise PhraseError(f"no list for {', '.join(sorted(without))}")
        self.name = f"recoup-lint/{VERSION}:{lists.digest[:16]}"
        self._folding = folding = Folding(lists.folds)
        self._surroundings = around = Surroundings(lists.context, folding)
        self._groups = [
            (group, Matcher(group.phrases, group.exceptions, folding, around.no)) for group in lists.groups
        ]
        self._elements = [(one, Matcher(one.phrases, Phrases(), folding)) for one in lists.elements]
        self._by_tag = {group.tag: group for group in lists.groups}
        self._letters = lru_cache(maxsize=1024)(self._letters_of)

    def lint(self, words: str | Mapping[str, str], setting: Setting) -> Findings:
        """What the words say; `words` are a body, or parts by name (`subject`, `body`, `envelope`)."""
        parts = {BODY: words} if isinstance(words, str) else words
        read = {name: self._folding.skeleton(text) for name, text in parts.items()}
        held = self._held(read, setting)
        found = [*self._forbidden(parts, read, setting), *self._as_a_whole(parts, held, setting)]
        tags = frozenset({finding.tag for finding in found} | held)
        return Findings((*found, *self._missing(held, setting)), tags, self.name)

    def _forbidden(
        self, parts: Mapping[str, str], read: Mapping[str, Skeleton], setting: Setting
    ) -> Iterator[Finding]:
        around: dict[str, Around] = {}
        for group, matcher in self._groups:
            if group.roles and setting.role not in group.roles:
                continue
            if group.from_fact in setting.known and group.unless_fact not in setting.known:
                yield _finding(group, setting, _denies(group, setting))
            for part, skeleton in read.items():
                if (group.parts and part not in group.parts) or not matcher.hits(skeleton):
                    continue
                if part not in around:
                    around[part] = self._surroundings.of(skeleton)
                for span in matcher.spans(skeleton):
                    if meant(skeleton, span, around[part], warnings_excuse=group.warnings_excuse):
                        place = _place(skeleton, span, parts[part])
                        yield _finding(group, setting, _denies(group, setting), part, *place)

    def _as_a_whole(self, parts: Mapping[str, str], held: set[Tag], setting: Setting) -> Iterator[Finding]:
        """Words by nobody; words in another language than they should be in."""
        if Tag.INSTITUTION_NAME not in held:
            yield _finding(self._by_tag[Tag.ANONYMOUS], setting, denies=False)
        group = self._by_tag[Tag.DISCLOSURE_IN_OTHER_LANGUAGE]
        if not agrees(" ".join(parts.values()), setting.language):
            yield _finding(group, setting, denies=True)
        elif setting.served and subtag(setting.served) != subtag(setting.language):
            yield _finding(group, setting, _denies(group, setting))

    def _held(self, read: Mapping[str, Skeleton], setting: Setting) -> set[Tag]:
        held = {
            element.tag
            for element, matcher in self._elements
            if any(matcher.hits(skeleton) for skeleton in read.values())
        }
        names = [self._letters(name) for name in setting.institutions]
        texts = [skeleton.text.replace(GAP, "") for skeleton in read.values()]
        if any(name and name in text for name in names for text in texts):
            held.add(Tag.INSTITUTION_NAME)
        return held

    def _missing(self, held: set[Tag], setting: Setting) -> Iterator[Finding]:
        for element, _ in self._elements:
            needs = [need for need in element.needed if _applies(need, setting)]
            if needs and element.tag not in held:
                denies = any(need.denies for need in needs)
                yield _finding(element, setting, denies)._replace(missing=True)

    def _letters_of(self, text: str) -> str:
        return self._folding.skeleton(text).text.replace(GAP, "")


def _applies(need: Need, setting: Setting) -> bool:
    return (need.channels == ANYWHERE or setting.channel in need.channels) and (
        need.countries == ANYWHERE or setting.country in need.countries
    )


def _place(skeleton: Skeleton, span: Span, text: str) -> tuple[int, int, str]:
    start, end = skeleton.places[span.start], skeleton.places[span.end - 1] + 1
    return start, end, text[start:end]


def _denies(group: Group, setting: Setting) -> bool:
    return group.denies or group.denies_when in setting.known


def _finding(
    listed: Listed,
    setting: Setting,
    denies: bool,
    part: str = "",
    start: int = 0,
    end: int = 0,
    text: str = "",
) -> Finding:
    rule = listed.rule_in(setting.country)
    return Finding(listed.tag, False, denies, part, start, end, text, rule.id, rule.cite, listed.remedy)
