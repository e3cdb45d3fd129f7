"""The elements that all parts are made of."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement


def text(value: str = "", *, tag: str = "span", classes: str = "", title: str = "") -> TextElement:
    """A text in a tag; `title` is what it says when pointed at."""
    element = TextElement(tag=tag, text=value).classes(classes)
    if title:
        element.props["title"] = title
    return element


def box(classes: str = "", *, tag: str = "div") -> ui.element:
    """A box for other elements."""
    return ui.element(tag).classes(classes)


def link(value: str, target: str, *, classes: str = "link") -> ui.link:
    """A link to another page."""
    return ui.link(value, target).classes(classes)


def button(
    value: str, action: Callable[[], Awaitable[None] | None], *, classes: str = "", **attributes: Any
) -> TextElement:
    """A button; `classes` may be `main` or `danger`."""
    element = text(value, tag="button", classes=f"btn {classes}")
    element.props["type"] = "button"
    for name, given in attributes.items():
        element.props[name.replace("_", "-")] = given
    element.on("click", lambda _: action())
    return element


def chip(value: str, tone: str = "", title: str = "") -> TextElement:
    """A small label; `tone` is good, warn, bad, strong, or nothing."""
    return text(value, classes=f"chip {tone}", title=title)


@contextmanager
def panel(title: str, classes: str = "", note: str = "") -> Iterator[ui.element]:
    """A panel; without a title where the page's own says it all."""
    with box(f"panel {classes}", tag="section") as element:
        if title:
            with box("panel-head", tag="header"):
                text(title, tag="h2")
                if note:
                    text(note, classes="note")
        yield element


@contextmanager
def heading(title: str, lead: str) -> Iterator[ui.element]:
    """A page's title and what it is for; what is put inside are its main commands."""
    with box("heading", tag="header"):
        with box():
            text(title, tag="h2", classes="page-title")
            text(lead, tag="p", classes="lead")
        with box("commands") as element:
            yield element


@contextmanager
def table(heads: dict[str, str], label: str) -> Iterator[ui.element]:
    """A table with these column heads by class; what is put inside are rows."""
    with box("scroll"), box("", tag="table") as element:
        element.props["aria-label"] = label
        with box("", tag="thead"), box("", tag="tr"):
            for classes, head in heads.items():
                text(head, tag="th", classes=f"c-{classes}").props["scope"] = "col"
        with box("", tag="tbody") as body:
            yield body


@contextmanager
def cell(classes: str) -> Iterator[ui.element]:
    """A cell with elements in it."""
    with box(f"c-{classes}", tag="td") as element:
        yield element


def facts(pairs: dict[str, str]) -> None:
    """A list of what is known: name and value."""
    with box("facts", tag="dl"):
        for name, value in pairs.items():
            with box("fact"):
                text(name, tag="dt")
                text(value, tag="dd", title=value if len(value) > 24 else "")


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
