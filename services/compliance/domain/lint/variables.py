"""The values that a template may ask for, and what they look like in a preview."""

from string import Formatter
from typing import NamedTuple

from shared.contracts.vocabulary import Channel
from shared.lint.language import subtag

RENDERED = frozenset({Channel.SMS, Channel.EMAIL, Channel.APP_PUSH, Channel.IM})
"""Channels whose texts the system writes itself; on the others people and printers fill in more."""


class Variable(NamedTuple):
    """Samples in both languages; `rendered` where the system can fill it in by itself."""

    zh: str
    en: str
    rendered: bool = True


VARIABLES: dict[str, Variable] = {
    "institution": Variable("示范银行", "Model Bank"),
    "amount": Variable("1,234.50", "1,234.50"),
    "currency": Variable("CNY", "USD"),
    "arrears": Variable("1,234.50 CNY", "1,234.50 USD"),
    "days_past_due": Variable("30", "30"),
    "opt_out": Variable("拒收请回复TD", "Reply STOP to opt out."),
    "name": Variable("王某某", "A. Sample", rendered=False),
    "due_date": Variable("2026-03-02", "2026-03-02", rendered=False),
    "reference": Variable("A-2026-0001", "A-2026-0001", rendered=False),
    "contact": Variable("客服热线95000", "call us on 95000", rendered=False),
    "collector": Variable("工号0001", "agent 0001", rendered=False),
    "seal": Variable("(盖章)", "[seal]", rendered=False),
}


class VariableProblem(NamedTuple):
    """What is wrong: `malformed`, `unknown`, `undeclared`, `unused`, or `not_rendered` on the channel."""

    code: str
    name: str


def problems(parts: dict[str, str], declared: tuple[str, ...], channel: Channel) -> list[VariableProblem]:
    """Everything that is wrong with the variables of these texts."""
    try:
        used = used_in(parts)
    except ValueError:
        return [VariableProblem("malformed", "")]
    found = [VariableProblem("unknown", name) for name in sorted(used - VARIABLES.keys())]
    found += [VariableProblem("undeclared", name) for name in sorted(used - set(declared))]
    found += [VariableProblem("unused", name) for name in sorted(set(declared) - used)]
    if channel in RENDERED:
        known = used & VARIABLES.keys()
        found += [
            VariableProblem("not_rendered", name) for name in sorted(known) if not VARIABLES[name].rendered
        ]
    return found


def used_in(parts: dict[str, str]) -> set[str]:
    """The names in braces. Raises ValueError where braces are not balanced or hold more than a name."""
    used: set[str] = set()
    for text in parts.values():
        for _, name, spec, conversion in Formatter().parse(text):
            if name is None:
                continue
            if spec or conversion or not name.isidentifier():
                raise ValueError(name)
            used.add(name)
    return used


def preview(parts: dict[str, str], language: str) -> dict[str, str]:
    """The texts with sample values. The variables are known to be right."""
    chinese = subtag(language) == "zh"
    samples = {name: one.zh if chinese else one.en for name, one in VARIABLES.items()}
    return {name: text.format_map(samples) for name, text in parts.items()}
