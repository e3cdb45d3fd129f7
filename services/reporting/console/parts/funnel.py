"""The funnel: stages as bars, with the ways out of them."""

from collections.abc import Sequence

from nicegui.elements.mixins.text_element import TextElement

from services.reporting.console.parts.elements import Bar, box, panel, text
from services.reporting.console.texts import Texts, percent
from services.reporting.domain.figures import summary
from services.reporting.domain.funnel import Stage, funnel
from services.reporting.domain.totals import Totals


class StageRow:
    """One stage."""

    def __init__(self, stage: Stage, say: Texts) -> None:
        with box("stage").props(f'data-metric="{stage.metric.id}"'):
            text(say.metric(stage.metric.id), classes="stage-name", title=stage.metric.formula)
            self._bar = Bar()
            self._count = text("–", classes="num stage-count")
            self._share = text("", classes="num stage-share")
            with box("exits"):
                self._exits = [self._exit(way.metric.id, way.metric.formula, say) for way in stage.exits]

    @staticmethod
    def _exit(name: str, formula: str, say: Texts) -> TextElement:
        with box("exit").props(f'title="{formula}"'):
            text(say(name))
            return text("–", classes="num")

    def show(self, stage: Stage, most: int) -> None:
        """Show the stage's counts; `most` is the count of the fullest stage."""
        self._bar.show(stage.count / most if most else 0.0)
        self._count.text = f"{stage.count:,}"
        self._share.text = "" if stage.of_previous is None else percent(stage.of_previous)
        for way, shown in zip(stage.exits, self._exits, strict=True):
            shown.text = f"{way.count:,}"


class Funnel:
    """All stages."""

    def __init__(self, say: Texts) -> None:
        stages = funnel(summary(Totals()))
        with panel(say("funnel"), "funnel", say("funnel.previous")):
            self._rows = [StageRow(stage, say) for stage in stages]

    def show(self, stages: Sequence[Stage]) -> None:
        """Show the stages."""
        most = max(stage.count for stage in stages)
        for row, stage in zip(self._rows, stages, strict=True):
            row.show(stage, most)
