"""The scoring form of an inspection: a mark for each item, a verdict on each finding, violations, a note."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import uuid4

from nicegui import ui

from services.reporting.console.calling import Trouble
from services.reporting.console.parts.area import show_trouble
from services.reporting.console.parts.elements import box, button, chip, text
from services.reporting.console.parts.forms import options
from services.reporting.console.parts.transcript import show_finding
from services.reporting.console.scoring import MARKS, VERDICTS, Behind, Sheet
from services.reporting.console.visit import Visit
from shared.contracts.complaints import Severity

Send = Callable[[dict[str, Any], str], Awaitable[None]]


class ScoringForm:
    """The form of one inspection, on the page. `send` hands in the result, once for each opening."""

    def __init__(self, visit: Visit, form: dict[str, Any], findings: Sequence[dict[str, Any]], send: Send):
        self._visit = visit
        self._send = send
        self._name = uuid4().hex
        self._sheet = Sheet(form, findings)
        self._read: list[Callable[[], None]] = []
        say = visit.say
        marks = say("scoring.pass", mark=str(form["pass_mark"]))
        text(f"{form['title']} · {form['form_id']}@{form['version']} · {marks}", tag="p", classes="note")
        with box("items"):
            for item in form["items"]:
                self._item(item)
        if self._sheet.open_findings:
            text(say("scoring.verdicts"), tag="h3", classes="field-group")
            with box("items"):
                for one in self._sheet.open_findings:
                    self._verdict(one)
        self._others()
        note = ui.textarea(f"{say('scoring.note')} *")
        note.props("outlined dense stack-label autogrow maxlength=4000")
        note.props('data-field="note"').props["hint"] = say("note.hint")
        self._read.append(lambda: setattr(self._sheet, "note", note.value or ""))
        self._wrong = box()
        with box("sheet-foot"):
            self._button = button(say("scoring.submit"), self._submit, classes="main", data_testid="result")

    def _item(self, item: dict[str, Any]) -> None:
        say, name = self._visit.say, item["item_id"]
        with box(f"item {'critical' if item['critical'] else ''}") as element:
            element.props["data-item"] = name
            with box("line"):
                text(item["title"], classes="strong")
                if item["critical"]:
                    chip(say("scoring.critical"), "bad", say("scoring.critical.hint"))
                text(say("scoring.weight", weight=str(item["weight"])), classes="note num")
                if item["rule_id"]:
                    text(item["rule_id"], classes="code")
            mark = ui.radio(options(self._visit, "mark", MARKS)).props("inline dense")
            mark.props["aria-label"] = item["title"]
            with box("behind") as behind:
                text(say("scoring.behind"), classes="note")
                read = self._behind(item["rule_id"])
            behind.bind_visibility_from(mark, "value", value="not_met")

        def take() -> None:
            if mark.value:
                self._sheet.marks[name] = mark.value
            said = read()
            # A rule that the form names is no violation until somebody says how grave it was.
            is_said = said.is_said and (item["critical"] or bool(said.finding_id or said.severity))
            self._sheet.behind[name] = said if is_said else Behind()

        self._read.append(take)

    def _behind(self, rule: str | None = None, *, with_findings: bool = True) -> Callable[[], Behind]:
        say = self._visit.say
        finding: ui.select | None = None
        with box("fields behind-fields"):
            if with_findings and self._sheet.open_findings:
                named = {
                    one["finding_id"]: say(
                        "scoring.finding",
                        turn=str(one["turn"] + 1),
                        what=say.known(f"tag.{one['tag']}", one["tag"]),
                    )
                    for one in self._sheet.open_findings
                }
                finding = ui.select(named, label=say("scoring.by-finding"))
                finding.props("outlined dense options-dense clearable").classes("behind-finding")
            rule_id = ui.input(say("violations.rule"), value=rule or "").props("outlined dense maxlength=64")
            rule_id.props('data-field="rule_id"')
            severities = options(self._visit, "severity", list(Severity))
            severity = ui.select(severities, label=say("violations.severity"))
            severity.props('outlined dense options-dense clearable data-field="severity"')
        if finding is not None:
            rule_id.bind_visibility_from(finding, "value", backward=lambda value: not value)
            severity.bind_visibility_from(finding, "value", backward=lambda value: not value)

        def read() -> Behind:
            if finding is not None and finding.value:
                return Behind(finding_id=finding.value)
            return Behind(None, (rule_id.value or "").strip() or None, severity.value)

        return read

    def _verdict(self, one: dict[str, Any]) -> None:
        say, name = self._visit.say, one["finding_id"]
        with box("item") as element:
            element.props["data-finding"] = name
            text(say("scoring.turn", turn=str(one["turn"] + 1)), classes="note")
            show_finding(self._visit, one)
            chosen = ui.radio(options(self._visit, "verdict", VERDICTS)).props("inline dense")

        def take() -> None:
            if chosen.value:
                self._sheet.verdicts[name] = chosen.value

        self._read.append(take)

    def _others(self) -> None:
        """Violations that nothing found automatically, as many as there are."""
        say, rows = self._visit.say, box("items")
        reads: list[Callable[[], Behind]] = []

        def add() -> None:
            with rows, box("item"):
                text(say("scoring.other"), classes="note")
                reads.append(self._behind(with_findings=False))

        with box("sheet-add"):
            button(say("scoring.add"), add, classes="small", data_testid="other")
        self._read.append(lambda: setattr(self._sheet, "others", [read() for read in reads]))

    async def _submit(self) -> None:
        if self._visit.is_over():
            return
        for take in self._read:
            take()
        self._wrong.clear()
        missing = self._sheet.missing()
        if missing:
            self._tell(missing)
            return
        self._button.props["disabled"] = True
        try:
            await self._send(self._sheet.body(), self._name)
        except Trouble as trouble:
            with self._wrong:
                show_trouble(self._visit.say, trouble)
            del self._button.props["disabled"]

    def _tell(self, missing: Sequence[tuple[str, str]]) -> None:
        say = self._visit.say
        with self._wrong, box("trouble").props('role="alert"'), box():
            text(say("scoring.missing"), tag="h3")
            for word, what in missing:
                text(say(f"scoring.missing.{word}", what=what), tag="p")
