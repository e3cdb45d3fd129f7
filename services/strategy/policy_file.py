"""Reads a policy from its YAML file; whatever is wrong stops the start with the file and the field named."""

import re
from collections.abc import Hashable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import yaml

from services.strategy.domain.policy import Condition, Ladder, LadderEnd, Policy, Segment, Step
from services.strategy.policy_checks import problems
from services.strategy.policy_document import ConditionText, LadderText, PolicyText, SegmentText, duration

_PATH = re.compile(r"^(?P<what>.*) - at `\$\.?(?P<path>.*)`$", re.DOTALL)


class PolicyError(ValueError):
    """A policy file that cannot be used; the message names the file and each field."""


class _Loader(yaml.SafeLoader):
    """YAML without tags, and without names given twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        names = [self.construct_object(key, deep=True) for key, _ in node.value]
        for name in names:
            if names.count(name) > 1:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{name!r} is given twice", node.start_mark
                )
        return super().construct_mapping(node, deep)


def load_policy(path: Path) -> tuple[Policy, dict[str, Any]]:
    """The policy of the file, and the document as it stands there. Raises PolicyError."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise PolicyError(f"{path}: cannot be read: {error.strerror}") from None
    document = _parse(path, content)
    text = _typed(path, document)
    wrong = problems(text)
    if wrong:
        raise PolicyError("\n".join(f"{path}: {problem}" for problem in wrong))
    return _policy(text, sha256(content).hexdigest()), document


def _parse(path: Path, content: bytes) -> dict[str, Any]:
    try:
        document = yaml.load(content, _Loader)  # noqa: S506  # a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise PolicyError(f"{path}: {where}{error.problem}") from None
    except (yaml.YAMLError, RecursionError):
        raise PolicyError(f"{path}: not readable as YAML") from None
    if not isinstance(document, dict):
        raise PolicyError(f"{path}: a policy is a mapping of names to values")
    return document


def _typed(path: Path, document: dict[str, Any]) -> PolicyText:
    try:
        return msgspec.convert(document, PolicyText, str_keys=True)
    except msgspec.ValidationError as error:
        found = _PATH.match(str(error))
        where, what = (found["path"], found["what"]) if found else ("", str(error))
        raise PolicyError(f"{path}: {where or 'the document'}: {what}") from None


def _policy(text: PolicyText, digest: str) -> Policy:
    return Policy(
        tag=f"{text.name}-{text.version}",
        digest=digest,
        zone=ZoneInfo(text.time_zone),
        minimum_dpd=text.entry.minimum_dpd,
        minimum_arrears=text.entry.minimum_arrears,
        pause_after_payment=duration(text.pause_after_payment),
        grace_days=text.promise.grace_days,
        tolerance=text.promise.tolerance_percent / 100,
        longest_promise_days=text.promise.longest_days,
        segments={segment.name: _segment(segment) for segment in text.segments},
    )


def _segment(text: SegmentText) -> Segment:
    when = tuple(_condition(condition) for condition in text.when)
    return Segment(text.name, text.stage, when, _ladder(text.ladder))


def _condition(text: ConditionText) -> Condition:
    codes = []
    if text.minimum_dpd is not None:
        codes.append(f"dpd>={text.minimum_dpd}")
    if text.maximum_dpd is not None:
        codes.append(f"dpd<={text.maximum_dpd}")
    if text.minimum_accounts is not None:
        codes.append(f"accounts>={text.minimum_accounts}")
    return Condition(
        minimum_dpd=text.minimum_dpd or 0,
        maximum_dpd=text.maximum_dpd,
        minimum_accounts=text.minimum_accounts or 0,
        minimum_arrears=text.minimum_arrears,
        codes=tuple(codes),
    )


def _ladder(text: LadderText) -> Ladder:
    steps = []
    before = timedelta()
    for step in text.steps:
        after = duration(step.after)
        steps.append(Step(step.step, after - before, step.channel, step.purpose, step.template))
        before = after
    if text.repeat_every is not None:
        return Ladder(tuple(steps), LadderEnd.REPEAT, duration(text.repeat_every))
    return Ladder(tuple(steps), LadderEnd(text.ladder_end or LadderEnd.STOP))
