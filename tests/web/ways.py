"""The two ways in which every task of the pages must be doable: with the keyboard alone, and with scripts off."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager

from playwright import sync_api

from tests.web.browsers import WIDE, Look, View, opened

MOST_TABS = 200
# What has the focus is called this: by its labels, its aria-label or its own words, less what nobody is told. It shows
# that it has the focus by itself, or by the frame around it.
FOCUSED = """() => {
  let element = document.activeElement;
  while (element.shadowRoot && element.shadowRoot.activeElement) element = element.shadowRoot.activeElement;
  if (element.tabIndex < 0) return ['', false];
  const words = ((element.labels && element.labels[0]) || element).cloneNode(true);
  for (const silent of words.querySelectorAll('[aria-hidden=true]')) silent.remove();
  const name = (element.getAttribute('aria-label') || words.textContent).replace(/\\s+/g, ' ').trim();
  const frame = element.parentElement || element;
  const shown = getComputedStyle(element).outlineStyle !== 'none' || getComputedStyle(frame).boxShadow !== 'none';
  return [name, shown];
}"""


class Reader(ABC):
    """Somebody who does a task. A control is found by what it is called, or by how that begins: the next one there."""

    scripts = True

    def __init__(self, view: View) -> None:
        self.view = view
        self.page = view.page

    def open(self, address: str) -> None:
        self.view.open(address)

    @abstractmethod
    def follow(self, name: str) -> None:
        """A link: the page that it leads to is there when this returns."""

    @abstractmethod
    def press(self, name: str, *, leads: bool = True) -> None:
        """A button; leads: to another page, which is there when this returns."""

    @abstractmethod
    def unfold(self, name: str) -> None: ...

    @abstractmethod
    def tick(self, name: str) -> None: ...

    @abstractmethod
    def write(self, name: str, text: str) -> None: ...

    @abstractmethod
    def choose(self, name: str, option: str) -> None: ...

    @abstractmethod
    def take(self, name: str) -> str:
        """What a field holds, taken along by way of the clipboard."""

    @abstractmethod
    def use(self, name: str) -> None:
        """A link, wherever it leads: nothing is waited for."""

    def download(self, name: str) -> sync_api.Download:
        with self.page.expect_download() as download:
            self.use(name)
        return download.value


class Keyboard(Reader):
    """Presses keys and nothing else; whatever has the focus must show that it has."""

    def reach(self, name: str, *, exactly: bool = False, here: bool = False) -> None:
        """Tab on to it; here: unless it has the focus already."""
        for _ in range(MOST_TABS):
            if not here:
                self.page.keyboard.press("Tab")
            here = False
            named, shown = self.page.evaluate(FOCUSED)
            if named == name or (named.startswith(name) and not exactly):
                assert shown, f"{name!r} does not show the focus"
                return
        raise AssertionError(f"{name!r} is not reached with the keyboard")

    def follow(self, name: str) -> None:
        self.press(name)

    def press(self, name: str, *, leads: bool = True) -> None:
        self.reach(name)
        if not leads:
            self.page.keyboard.press("Enter")
            return
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def unfold(self, name: str) -> None:
        self.press(name, leads=False)

    def tick(self, name: str) -> None:
        self.reach(name)
        self.page.keyboard.press("Space")

    def write(self, name: str, text: str) -> None:
        self.reach(name)
        self.page.keyboard.type(text)

    def choose(self, name: str, option: str) -> None:
        self.reach(name, exactly=True)
        self.page.keyboard.type(option.split()[0])
        assert self.page.evaluate("document.activeElement.selectedOptions[0].label") == option

    def take(self, name: str) -> str:
        self.reach(name)
        return copied(self.page)

    def use(self, name: str) -> None:
        self.reach(name, here=True)
        self.page.keyboard.press("Enter")


class WithoutScripts(Reader):
    """A pointer and a keyboard, in a browser that runs no script."""

    scripts = False

    def follow(self, name: str) -> None:
        with self.page.expect_navigation():
            self._named("link", name).click()

    def press(self, name: str, *, leads: bool = True) -> None:
        # Without a script a button can only lead somewhere.
        with self.page.expect_navigation():
            self._named("button", name).click()

    def unfold(self, name: str) -> None:
        self.page.locator("summary", has_text=begins(name)).locator("visible=true").first.click()

    def tick(self, name: str) -> None:
        self._labelled(name).check()

    def write(self, name: str, text: str) -> None:
        self._labelled(name).fill(text)

    def choose(self, name: str, option: str) -> None:
        self._labelled(name).select_option(label=option)

    def take(self, name: str) -> str:
        self._labelled(name).click()
        return copied(self.page)

    def use(self, name: str) -> None:
        self._named("link", name).click()

    def _named(self, role: str, name: str) -> sync_api.Locator:
        return self.page.get_by_role(role, name=begins(name)).locator("visible=true").first

    def _labelled(self, name: str) -> sync_api.Locator:
        fields = self.page.locator("input, textarea, select").and_(self.page.get_by_label(begins(name)))
        return fields.locator("visible=true").first


Way = type[Reader]
WAYS: list[Way] = [Keyboard, WithoutScripts]


@contextmanager
def sitting(way: Way, browser: sync_api.Browser, root: str, look: Look = WIDE) -> Iterator[Reader]:
    """A reader before a page, who is shown nothing from elsewhere and no complaint."""
    with opened(browser, root, look, scripts=way.scripts) as view:
        yield way(view)
        assert view.watch.complaints == []
        assert {root} == {url[: len(root)] for url in view.watch.asked}


def begins(name: str) -> re.Pattern[str]:
    return re.compile(rf"^\s*{re.escape(name)}")


def copied(page: sync_api.Page) -> str:
    """All of the field that has the focus, as it comes out where it is pasted."""
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+c")
    page.context.grant_permissions(["clipboard-read"])
    words: str = page.evaluate("navigator.clipboard.readText()")
    return words
