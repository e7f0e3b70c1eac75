"""A real browser for the tests: Debian's Chromium, driven by Playwright.

Without either the tests are skipped and say why; where `CI` is ``true`` that is a failure.
"""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

try:
    from playwright.sync_api import expect, sync_playwright
except ImportError:  # no wheel for this machine
    expect = sync_playwright = None

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--headless=new",
    "--no-sandbox",  # Chromium's own needs more rights than a container gives
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
_PATIENCE_MS = 15_000  # the other tests keep the machine busy
_ELSEWHERE = re.compile(r"^(?!http://127\.0\.0\.1:\d+/|data:)")


def _missing(program: str | None) -> str:
    if sync_playwright is None:
        return "no playwright: pip install -r requirements-dev.txt"
    if program is None:
        return "no Chromium: apt-get install chromium fonts-noto-cjk fonts-noto-color-emoji"
    return ""


@contextmanager
def chromium() -> "Iterator[Browser]":
    """Yield the browser; skips the test where there is none, which CI does not accept."""
    program = next(filter(None, map(shutil.which, _NAMES)), None)
    if reason := _missing(program):
        give_up = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        give_up(f"browser tests: {reason}")
    expect.set_options(timeout=_PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_FLAGS)
        yield browser
        browser.close()


class Tab(NamedTuple):
    """A page of the browser. *complaints*: its console's errors and warnings, and exceptions.

    *strays*: addresses beyond this machine that it asked for, in vain.
    """

    page: "Page"
    context: "BrowserContext"
    complaints: list[str]
    strays: list[str]


@contextmanager
def tab(browser: "Browser", *, width: int = 1280, height: int = 900, **given: Any) -> Iterator[Tab]:
    """Yield a page of its own profile; *given* as for Playwright's `new_context`."""
    context = browser.new_context(viewport={"width": width, "height": height}, **given)
    context.set_default_timeout(_PATIENCE_MS)
    complaints: list[str] = []
    strays: list[str] = []

    def refuse(route: Any) -> None:
        strays.append(route.request.url)
        route.abort()

    context.route(_ELSEWHERE, refuse)
    page = context.new_page()
    page.on(
        "console",
        lambda told: complaints.append(told.text) if told.type in ("error", "warning") else None,
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield Tab(page, context, complaints, strays)
    context.close()


# What is asked within the page. None of it sets anything that a person would not see.

# Shows each event as the page's own script would, and keeps the fragments for `MEASURE`.
SHOW = """async ({ names, lang }) => {
  window.kept = {};
  for (const event of names) {
    const answer = await fetch("/_preview/show", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Preview": "1" },
      body: JSON.stringify({ event, lang }),
    });
    window.kept[event] = await answer.json();
  }
}"""

# What each of those events looks like at this width; *lines* as in a bubble of 300 px.
MEASURE = """(width) => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  document.querySelector("main").dataset.width = width;
  const lines = (bubble) => {
    bubble.style.width = "300px";
    bubble.style.maxWidth = "none";
    const height = (row) => row.getBoundingClientRect().height;
    return [...bubble.children]
      .map((row) => Math.round(height(row) / parseFloat(getComputedStyle(row).lineHeight)))
      .reduce((one, other) => one + other, 0);
  };
  const looks = {};
  for (const [name, { cards, derived }] of Object.entries(window.kept)) {
    document.getElementById("cards").innerHTML = cards;
    document.getElementById("derived").innerHTML = derived;
    for (const one of all("[role=tabpanel]")) one.hidden = false;
    for (const one of all("details")) one.open = true;
    const wide = [document.documentElement, ...all(".bubble, .card, [role=tabpanel]")]
      .filter((one) => one.scrollWidth > one.clientWidth)
      .map((one) => `${one.tagName}.${one.className} ${one.scrollWidth} > ${one.clientWidth}`);
    looks[name] = {
      wide,
      platforms: all(".card").map((one) => one.dataset.platform),
      notifications: all(".notification").map((one) => one.textContent),
      sizes: all(".bytes").map((one) => parseInt(one.textContent)),
      lines: all(".bubble").map(lines),
    };
  }
  return looks;
}"""

# Every visible text whose contrast with what lies behind it is below 4.5:1, and how many there are.
CONTRAST = """() => {
  const parsed = (text) => {
    const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number);
    return { r, g, b, a };
  };
  const over = (top, below) => {
    const mixed = (name) => top[name] * top.a + below[name] * (1 - top.a);
    return { r: mixed("r"), g: mixed("g"), b: mixed("b"), a: 1 };
  };
  const behind = (element) => {
    if (!element) return { r: 255, g: 255, b: 255, a: 1 };
    const own = parsed(getComputedStyle(element).backgroundColor);
    return own.a === 1 ? own : over(own, behind(element.parentElement));
  };
  const light = ({ r, g, b }) => {
    const [x, y, z] = [r, g, b].map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ratio = (element, pseudo) => {
    const below = behind(element);
    const style = getComputedStyle(element, pseudo);
    const color = parsed(style.color);
    color.a *= Number(style.opacity);
    for (let one = element; one && !pseudo; one = one.parentElement) {
      if (one !== element) color.a *= Number(getComputedStyle(one).opacity);
    }
    const [high, low] = [light(over(color, below)), light(below)].sort((x, y) => y - x);
    return (high + 0.05) / (low + 0.05);
  };
  const weak = [];
  let count = 0;
  const judge = (element, text, pseudo) => {
    count += 1;
    const found = ratio(element, pseudo);
    const where = `${element.tagName}.${element.className}`;
    if (found < 4.5) weak.push(`${found.toFixed(2)} ${where} ${text}`);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const text = walker.currentNode.data.trim();
    if (!text || !element.checkVisibility() || element.closest(":disabled, option")) continue;
    judge(element, text.slice(0, 40));
  }
  for (const one of document.querySelectorAll("input, select, textarea")) {
    if (!one.checkVisibility() || one.disabled) continue;
    judge(one, one.value.slice(0, 40));
    if (one.placeholder) judge(one, one.placeholder, "::placeholder");
  }
  return { weak, count };
}"""

# What has the focus, and how wide its outline is.
FOCUSED = """() => {
  const one = document.activeElement;
  const style = getComputedStyle(one);
  const outline = style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth);
  const kind = one.getAttribute("role") || one.className || one.tagName.toLowerCase();
  const place = [...document.querySelectorAll("*")].indexOf(one);
  return { tag: one.tagName, id: one.id, kind, option: one.dataset.option || "", outline, place };
}"""
