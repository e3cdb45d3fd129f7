"""The page that people read: one self-contained HTML file, the same bytes for the same content."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from html import escape
from typing import Any

from services.compliance.log.checkpoint import parse_body
from services.compliance.log.evidence.content import (
    Case,
    Contact,
    Fact,
    SignedLog,
    leaf_path,
    payload_path,
    proof_path,
)
from services.compliance.log.evidence.texts import LISTS, TEXTS
from services.compliance.log.evidence.words import Language, kind_of, value_of
from services.compliance.log.note import Note

_BEIJING = timezone(timedelta(hours=8))
_STYLE = (
    "body{font:15px/1.5 'Noto Sans CJK SC','Microsoft YaHei','PingFang SC',system-ui,sans-serif;"
    "margin:2em auto;max-width:75em;padding:0 1em;color:#1b1b1b}"
    "table{border-collapse:collapse;width:100%;margin:1em 0}"
    "th,td{border:1px solid #bbb;padding:.3em .5em;text-align:left;vertical-align:top}"
    "th{background:#f0f0f0}code{font-size:.85em;word-break:break-all}"
    ".deny,.violation{background:#fde8e8}.defer,.review{background:#fff6dd}small{color:#555}"
    "@media print{a{color:inherit;text-decoration:none}tr{break-inside:avoid}}"
)


def index_page(case: Case, language: Language) -> str:
    """The index of a bundle."""
    page = _Page(case, language)
    title = f"{page.text('title')} · {escape(case.case_id)}"
    parts = (
        f"<h1>{title}</h1><p>{page.text('what')}</p>",
        page.summary(),
        page.logs(),
        page.timeline(),
        page.documents(),
        page.contacts(),
        page.listed("verify"),
        page.listed("limits"),
    )
    lang = "zh-CN" if language is Language.ZH else "en"
    head = f'<meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>'
    return f'<!DOCTYPE html>\n<html lang="{lang}"><head>{head}</head><body>\n{"".join(parts)}</body></html>\n'


class _Page:
    def __init__(self, case: Case, language: Language) -> None:
        self._case = case
        self._language = language

    def text(self, name: str) -> str:
        return escape(TEXTS[name][self._language])

    def summary(self) -> str:
        facts = self._case.facts
        rows = [(self.text("records"), str(len(facts)))]
        if facts:
            times = sorted(fact.at for fact in facts)
            rows += [(self.text("first"), self._time(times[0])), (self.text("last"), self._time(times[-1]))]
        kinds = Counter(self._title(fact) for fact in facts)
        rows += [(escape(name), str(count)) for name, count in sorted(kinds.items())]
        return f"<h2>{self.text('summary')}</h2>{_table((), rows)}"

    def logs(self) -> str:
        head = [self.text(name) for name in ("origin", "size", "root", "key", "witnesses")]
        rows = [self._log(log) for log in self._case.logs]
        return f"<h2>{self.text('logs')}</h2>{_table(head, rows)}"

    def timeline(self) -> str:
        head = [
            self.text(name) for name in ("place", "time", "fact", "details", "contact", "person", "files")
        ]
        rows = [self._fact(fact) for fact in self._case.facts]
        classes = [_record(fact.entry).get("effect", fact.kind) for fact in self._case.facts]
        table = _table(head, rows, classes)
        return f"<h2>{self.text('timeline')}</h2><p><small>{self.text('reasons_note')}</small></p>{table}"

    def documents(self) -> str:
        known = [fact for fact in self._case.facts if fact.kind == "document_registered" and fact.payload]
        if not known:
            return ""
        rows = []
        for fact in known:
            told = _record(fact.payload or "{}")
            digest = f"<code>{escape(str(told.get('sha256', '')))}</code>"
            kind = escape(value_of(str(told.get("kind", "")), self._language))
            made = self._time(str(told.get("made_at", "")))
            rows.append((kind, escape(fact.contact_id or ""), made, digest))
        head = [self.text("fact"), self.text("contact"), self.text("time"), "SHA-256"]
        note = f"<p>{self.text('documents_note')}</p>"
        return f"<h2>{self.text('documents')}</h2>{note}{_table(head, rows)}"

    def contacts(self) -> str:
        if not self._case.contacts:
            return ""
        head = [
            self.text("contact"),
            self.text("details"),
            self.text("timeline"),
            self.text("message_digest"),
        ]
        rows = [self._contact(contact) for contact in self._case.contacts]
        return f"<h2>{self.text('contacts')}</h2>{_table(head, rows)}"

    def listed(self, name: str) -> str:
        items = "".join(f"<li>{escape(item)}</li>" for item in LISTS[name][self._language])
        return f"<h2>{self.text(name)}</h2><ol>{items}</ol>"

    def _log(self, log: SignedLog) -> Sequence[str]:
        note = Note.decode(log.note.encode())
        state = parse_body(note.text)
        others = [s for s in note.signatures if s.name != state.origin]
        cosigned = "<br>".join(f"{escape(s.name)} {self._time(_at(s.seconds))}" for s in others)
        return (
            f'<a href="checkpoints/{log.year}.txt">{escape(state.origin)}</a>',
            str(state.size),
            f"<code>{state.root.hex()}</code>",
            f"<code>{escape(log.verifier_key)}</code>",
            cosigned or self.text("none"),
        )

    def _fact(self, fact: Fact) -> Sequence[str]:
        files = [(leaf_path(fact), "leaf"), (proof_path(fact), "proof")]
        if fact.payload is not None:
            files.append((payload_path(fact), "payload"))
        links = " ".join(f'<a href="{path}">{self.text(name)}</a>' for path, name in files)
        return (
            f"{fact.year}/{fact.index}",
            self._time(fact.at),
            escape(self._title(fact)),
            self._details(fact),
            escape(fact.contact_id or ""),
            escape(fact.person_id or ""),
            links,
        )

    def _title(self, fact: Fact) -> str:
        effect = _record(fact.entry).get("effect")
        title = kind_of(fact.kind, self._language)
        return title if effect is None else f"{title}: {value_of(str(effect), self._language)}"

    def _details(self, fact: Fact) -> str:
        leaf = _record(fact.entry)
        lines = [
            escape(value_of(str(leaf[name]), self._language)) for name in ("channel", "rule") if name in leaf
        ]
        told = _record(fact.payload or "{}")
        lines += [escape(value_of(str(told[name]), self._language)) for name in _TOLD if told.get(name)]
        if "until" in leaf:
            lines.append(f"{self.text('until')} {self._time(str(leaf['until']))}")
        if fact.is_erased:
            lines.append(f"<small>{self.text('erased')}</small>")
        if fact.reasons:
            lines.append(f"{self.text('rules')}:")
            lines += [
                f"<small>{escape(reason.rule_id)}: {escape(value_of(reason.effect, self._language))}"
                f" ({escape(reason.citation)}){_numbers(reason.numbers)}</small>"
                for reason in fact.reasons
            ]
        elif leaf.get("rules"):
            lines.append(f"{self.text('rules')}: {escape(', '.join(map(str, leaf['rules'])))}")
        return "<br>".join(lines)

    def _contact(self, contact: Contact) -> Sequence[str]:
        told = (
            value_of(contact.channel, self._language),
            contact.purpose,
            contact.template,
            contact.language,
        )
        states = "<br>".join(
            f"{self._time(entry.at)} {escape(entry.state)} {escape(entry.reason or '')}"
            for entry in contact.history
        )
        digest = f"<code>{escape(contact.text_digest or '')}</code>"
        return escape(contact.contact_id), escape(" · ".join(told)), states, digest

    def _time(self, at: str) -> str:
        try:
            moment = datetime.fromisoformat(at)
        except ValueError:
            return escape(at)
        if self._language is Language.ZH:
            return f"{moment.astimezone(_BEIJING):%Y-%m-%d %H:%M:%S}（北京时间）"
        return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


_TOLD = ("outcome", "reason", "promise_due", "kind", "act")


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], classes: Sequence[object] = ()) -> str:
    top = f"<tr>{''.join(f'<th>{cell}</th>' for cell in head)}</tr>" if head else ""
    body = []
    for place, row in enumerate(rows):
        mark = f' class="{escape(str(classes[place]))}"' if classes else ""
        body.append(f"<tr{mark}>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>")
    return "<table>{}\n{}\n</table>".format(top, "\n".join(body))


def _numbers(numbers: dict[str, str]) -> str:
    shown = ", ".join(f"{escape(name)}={escape(value)}" for name, value in sorted(numbers.items()))
    return f" [{shown}]" if shown else ""


def _record(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _at(seconds: int) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat()
    except (OverflowError, ValueError, OSError):
        return ""
