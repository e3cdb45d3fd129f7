"""The elements that all parts are made of."""

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement


def text(value: str = "", *, tag: str = "span", classes: str = "", title: str = "") -> TextElement:
    """A text in a tag; `title` is what it says when pointed at."""
    element = TextElement(tag=tag, text=value).classes(classes)
    if title:
        element.props(f'title="{title}"')
    return element


def box(classes: str = "", *, tag: str = "div") -> ui.element:
    """A box for other elements."""
    return ui.element(tag).classes(classes)


@contextmanager
def panel(title: str, classes: str = "", note: str = "") -> Iterator[ui.element]:
    """A titled panel."""
    with box(f"panel {classes}", tag="section") as element:
        with box("panel-head", tag="header"):
            text(title, tag="h2")
            if note:
                text(note, classes="note")
        yield element


class Bar:
    """A horizontal bar whose length shows a share."""

    def __init__(self, classes: str = "") -> None:
        with box("track"):
            self._fill = box(f"fill {classes}")
        self._share = -1.0
        self.show(0.0)

    def show(self, share: float) -> None:
        """Show a share of the whole, from 0 to 1; anything more than nothing is visible."""
        share = round(min(1.0, max(0.0, share)), 4)
        if share != self._share:
            self._share = share
            self._fill.style(f"width: {max(share * 100, 0.8) if share else 0:.2f}%")
