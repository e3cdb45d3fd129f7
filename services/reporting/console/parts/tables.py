"""The latest cases, the rules that stopped contacts, and the lag of each topic."""

from collections.abc import Callable, Sequence

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from services.reporting.console.parts.elements import Bar, box, cell, link, panel, text
from services.reporting.console.snapshot import CaseLine, TopicLine
from services.reporting.console.texts import Texts
from services.reporting.domain.groups import RuleGroup

_CASES = 8
_RULES = 7
_EFFECTS = ("deny", "defer", "review")


class Cases:
    """The latest cases."""

    _COLUMNS = ("case", "segment", "bucket", "arrears", "contacts", "stage", "opened")

    def __init__(self, say: Texts, url: Callable[[str], str]) -> None:
        """`url` gives the address of a page."""
        self._say = say
        self._url = url
        self._rows = []
        with panel(say("cases"), "cases"):
            self._none = text(say("cases.none"), classes="none", tag="p")
            with box("scroll") as self._table, box("", tag="table"):
                with box("", tag="thead"), box("", tag="tr"):
                    for column in self._COLUMNS:
                        text(say(f"cases.{column}"), tag="th", classes=f"c-{column}")
                with box("", tag="tbody"):
                    for _ in range(_CASES):
                        with box("", tag="tr") as row:
                            with cell("case"):
                                to_case = link("", "")
                            cells = [
                                text("", tag="td", classes=f"c-{column}") for column in self._COLUMNS[1:]
                            ]
                        row.set_visibility(False)
                        self._rows.append((row, to_case, cells))

    def show(self, cases: Sequence[CaseLine]) -> None:
        """Show the cases."""
        self._none.set_visibility(not cases)
        self._table.set_visibility(bool(cases))
        for place, (row, to_case, cells) in enumerate(self._rows):
            row.set_visibility(place < len(cases))
            if place < len(cases):
                case = cases[place]
                to_case.text = short(case.case_id)
                to_case.props["href"] = self._url(f"/timeline/{case.case_id}")
                for shown, value in zip(cells, self._cells(case), strict=True):
                    shown.text = value

    def _cells(self, case: CaseLine) -> tuple[str, ...]:
        say = self._say
        return (
            case.segment or "–",
            case.bucket or "–",
            " · ".join(say.money(*owed) for owed in case.arrears) or "–",
            f"{case.contacts:,}",
            say.known(f"stage.{case.stage}", case.stage or "–"),
            say.day_and_time(case.opened_at),
        )


def short(identifier: str) -> str:
    """An identifier short enough for a column: its beginning and end."""
    return identifier if len(identifier) <= 16 else f"{identifier[:9]}…{identifier[-4:]}"


class Rules:
    """The rules that stopped most contacts."""

    def __init__(self, say: Texts) -> None:
        self._rows = []
        with panel(say("rules"), "rules"):
            self._none = text(say("rules.none"), classes="none", tag="p")
            for _ in range(_RULES):
                with box("rule") as row:
                    name = text("", classes="rule-name")
                    bar = Bar("warm")
                    with box("rule-counts"):
                        counts = [self._count(say(f"rules.{effect}"), effect) for effect in _EFFECTS]
                row.set_visibility(False)
                self._rows.append((row, name, bar, counts))

    @staticmethod
    def _count(name: str, effect: str) -> tuple[ui.element, TextElement]:
        with box(f"chip {effect}") as chip:
            text(name)
            return chip, text("", classes="num")

    def show(self, rules: Sequence[RuleGroup]) -> None:
        """Show the rules."""
        stopped = [rule for rule in rules if rule.denied or rule.deferred or rule.referred]
        self._none.set_visibility(not stopped)
        most = max((rule.denied + rule.deferred + rule.referred for rule in stopped), default=0)
        for place, (row, name, bar, counts) in enumerate(self._rows):
            row.set_visibility(place < len(stopped))
            if place >= len(stopped):
                continue
            rule = stopped[place]
            name.text = rule.rule_id
            numbers = (rule.denied, rule.deferred, rule.referred)
            bar.show(sum(numbers) / most)
            for (chip, count), number in zip(counts, numbers, strict=True):
                chip.set_visibility(number > 0)
                count.text = f"{number:,}"


class Lag:
    """How far each topic is."""

    _COLUMNS = ("topic", "events", "lag", "idle")

    def __init__(self, say: Texts, topics: Sequence[str]) -> None:
        self._say = say
        self._cells = {}
        with panel(say("lag"), "lag"), box("scroll"), box("", tag="table"):
            with box("", tag="thead"), box("", tag="tr"):
                for column in self._COLUMNS:
                    text(say(f"lag.{column}"), tag="th", classes=f"c-{column}")
            with box("", tag="tbody"):
                for topic in topics:
                    with box("", tag="tr"):
                        cells = [text("–", tag="td", classes=f"c-{column}") for column in self._COLUMNS]
                    cells[0].text = topic
                    self._cells[topic] = cells[1:]

    def show(self, topics: Sequence[TopicLine]) -> None:
        """Show the topics."""
        say = self._say
        for line in topics:
            events, lag, idle = self._cells[line.topic]
            events.text = f"{line.events:,}"
            lag.text = "–" if line.lag_seconds is None else say.span(float(line.lag_seconds))
            if line.idle_seconds is None:
                idle.text = say("lag.never")
            else:
                idle.text = say("ago", time=say.span(line.idle_seconds))
