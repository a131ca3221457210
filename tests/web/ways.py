"""The two ways in which every task of the pages must be doable: with the keyboard alone, and with scripts off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright import sync_api

from tests.web.browsers import WIDE, Look, View, opened

MOST_TABS = 200
# What has the focus is called this: by its labels, its aria-label or its own words, less what nobody is told.
NAMED = """() => {
  let element = document.activeElement;
  while (element.shadowRoot && element.shadowRoot.activeElement) element = element.shadowRoot.activeElement;
  const told = (element.labels && element.labels[0]) || element;
  const words = told.cloneNode(true);
  for (const silent of words.querySelectorAll('[aria-hidden=true]')) silent.remove();
  const name = element.getAttribute('aria-label') || words.textContent;
  return [name.replace(/\\s+/g, ' ').trim(), getComputedStyle(element).outlineStyle];
}"""


class Reader:
    """Somebody who does a task. A control is found by what it is called, or by how that begins: the next one there."""

    scripts = True

    def __init__(self, view: View) -> None:
        self.view = view
        self.page = view.page

    def open(self, address: str) -> None:
        self.view.open(address)

    def follow(self, name: str) -> None:
        """A link: the page that it leads to is there when this returns."""
        raise NotImplementedError

    def press(self, name: str, *, leads: bool = True) -> None:
        """A button; leads: to another page, which is there when this returns."""
        raise NotImplementedError

    def unfold(self, name: str) -> None:
        raise NotImplementedError

    def tick(self, name: str) -> None:
        raise NotImplementedError

    def write(self, name: str, text: str) -> None:
        raise NotImplementedError

    def choose(self, name: str, option: str) -> None:
        raise NotImplementedError

    def take(self, name: str) -> str:
        """What a field holds, taken along by way of the clipboard."""
        raise NotImplementedError

    def download(self, name: str) -> sync_api.Download:
        with self.page.expect_download() as download:
            self._activate(name)
        return download.value

    def _activate(self, name: str) -> None:
        raise NotImplementedError


class Keyboard(Reader):
    """Presses keys and nothing else; whatever has the focus must show that it has."""

    def reach(self, name: str) -> None:
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            named, outline = self.page.evaluate(NAMED)
            if named.startswith(name):
                assert outline != "none", f"{name!r} does not show the focus"
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
        self.reach(name)
        self.page.keyboard.type(option)

    def take(self, name: str) -> str:
        self.reach(name)
        return copied(self.page)

    def _activate(self, name: str) -> None:
        self.press(name, leads=False)


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

    def _activate(self, name: str) -> None:
        self._named("link", name).click()

    def _named(self, role: str, name: str) -> sync_api.Locator:
        return self.page.get_by_role(role, name=begins(name)).locator("visible=true").first

    def _labelled(self, name: str) -> sync_api.Locator:
        return self.page.get_by_label(begins(name)).locator("visible=true").first


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
