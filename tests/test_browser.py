"""The preview page in a real browser: what a person sees, types and presses."""

import json
import random
import re
import struct
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests
from browsers import CONTRAST, FOCUSED, MEASURE, SHOW, Tab, chromium, expect, tab
from pages import Served, served
from verbs import CLEAN, CONFIG, VALUES, run

from workbench import samples
from workbench.local_server import LocalServer
from workbench.preview_page.page import Page
from workbench.robots import RobotServer
from workbench.stand_ins import DEV_SECRET

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

LANGUAGES = ("zh-CN", "en")
NAMES = samples.names()
SENT = [name for name in NAMES if not samples.load(name).ignored]
TABS = ("source", "request", "payload", "template", "decision")
PUSH = "gitlab/push.pushed"
FAILED = "gitlab/pipeline.failed"
ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
Open = Callable[..., Tab]


@pytest.fixture(scope="module", autouse=True)
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Nothing of the developer's own shell and folder counts."""
    with pytest.MonkeyPatch.context() as patch:
        place = tmp_path_factory.mktemp("browser")
        patch.chdir(place)
        for name in CLEAN:
            patch.delenv(name, raising=False)
        yield place


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The page for tests that send nothing to it."""
    with served() as found, LocalServer(found.local.app) as server:
        yield server.url


@pytest.fixture
def mine() -> Iterator[tuple[Served, str]]:
    """A page of the test's own, and its address; named before `opened`, it closes after it."""
    with served() as found, LocalServer(found.local.app) as server:
        yield found, server.url


@pytest.fixture
def opened(browser: "Browser") -> Iterator[Open]:
    """Opens a page. At the end: nothing in its console, and nothing asked for elsewhere."""
    tabs: list[Tab] = []
    with ExitStack() as stack:

        def open_page(address: str, **given: Any) -> Tab:
            tabs.append(stack.enter_context(tab(browser, **given)))
            tabs[-1].page.goto(address)
            return tabs[-1]

        yield open_page
    assert [one.complaints for one in tabs if one.complaints] == []
    assert [one.strays for one in tabs if one.strays] == []


Looks = dict[tuple[str, int], dict[str, dict[str, list[Any]]]]


@pytest.fixture(scope="module")
def looks(browser: "Browser", url: str) -> Looks:
    """What every sample looks like: language and width → name → what `MEASURE` found."""
    found: Looks = {}
    with tab(browser, width=320) as one:
        for lang in LANGUAGES:
            one.page.set_viewport_size({"width": 320, "height": 900})
            one.page.goto(f"{url}?lang={lang}")
            one.page.evaluate(SHOW, {"names": NAMES, "lang": lang})
            found[lang, 320] = one.page.evaluate(MEASURE, "")
            one.page.set_viewport_size({"width": 1280, "height": 900})
            for width in (375, 414):
                found[lang, width] = one.page.evaluate(MEASURE, str(width))
    assert (one.complaints, one.strays) == ([], [])
    return found


def arrive(page: Any, title: str) -> None:
    """Wait until the page of *title* is there, and its script listens."""
    expect(page.locator("main h2").first).to_have_text(title)
    expect(page.locator("[role=tab][aria-selected=true]")).to_be_visible()


# Every sample.

# Longer than ten lines, mostly on DingTalk, which needs empty ones between its parts: the push with
# more commits than are listed, and what has a description or a merge request as well as its facts.
LONG = (
    "gitee/merge_request.opened",
    "gitee/merge_request.opened-fork",
    "gitee/push.pushed-many",
    "gitlab/push.pushed-many",
    "gitlab/pipeline.failed-merge_request",
)
# What GitLab calls an event that the relay has no words for.
UNTRANSLATED = ("gitlab/other.received",)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_sample_is_shown_for_both_platforms(looks: Looks, lang: str) -> None:
    """Two bubbles each, none for what is not to be sent; nothing in the console."""
    shown = {name: look["platforms"] for name, look in looks[lang, 320].items()}

    assert shown == {name: ["wecom", "dingtalk"] if name in SENT else [] for name in NAMES}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("width", [320, 375, 414])
def test_nothing_is_wider_than_a_phone(looks: Looks, lang: str, width: int) -> None:
    """Neither the page at 320 px nor a bubble, a card or a tab at any width of the switch."""
    wide = {name: look["wide"] for name, look in looks[lang, width].items() if look["wide"]}

    assert wide == {}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_messages_are_read_at_a_glance(looks: Looks, lang: str) -> None:
    """At most ten lines in a bubble of 300 px, but for the ones known to be long."""
    lines = {name: max(look["lines"], default=0) for name, look in looks[lang, 375].items()}
    long = {name: count for name, count in lines.items() if count > 10 and name not in LONG}

    assert long == {}
    assert max(lines.values()) <= 13


@pytest.mark.parametrize("lang", LANGUAGES)
def test_sizes_are_those_of_render(looks: Looks, lang: str) -> None:
    """The page and the command count the same bytes."""
    told = {}
    for name in SENT:
        given = run("render", name, "--lang", lang, "--format", "json")
        told[name] = [one["bytes"] for one in json.loads(given.stdout)["messages"].values()]

    assert {name: looks[lang, 320][name]["sizes"] for name in SENT} == told


def test_the_language_changes_every_first_line(looks: Looks) -> None:
    """What stands in the list of chats is never the same in both."""
    chinese, english = (looks[lang, 320] for lang in LANGUAGES)
    same = [
        (name, one)
        for name in SENT
        if name not in UNTRANSLATED
        for one, other in zip(
            chinese[name]["notifications"], english[name]["notifications"], strict=True
        )
        if one == other
    ]

    assert same == []


def test_every_kind_of_page_loads(opened: Open, url: str) -> None:
    """Followed as a person does: an entry, then each switch; a few for all of them."""
    page = opened(url).page
    for name in random.Random(3).sample(NAMES, 3):  # noqa: S311 - no secret
        page.click(f'.entry[data-name="{name}"]')
        expect(page.locator("main h2").first).to_have_text(name)
        for option in ("lang", "theme", "width"):
            page.click(f'[data-option="{option}"]:not([aria-current]) >> nth=0')
            expect(page.locator("main h2").first).to_have_text(name)


def test_the_width_switch_makes_phones(opened: Open, url: str) -> None:
    """Cards get the width that was chosen."""
    page = opened(url).page
    widths = []
    for width in ("320", "375", "414"):
        page.click(f'[data-option="width"]:has-text("{width}")')
        widths.append(page.locator(".card").first.bounding_box()["width"])

    assert widths == [320, 375, 414]


# Text of strangers.

HOSTILE = (
    "<script>window.pwned=1</script>",
    "<img src=x onerror=window.pwned=1>",
    "</textarea><script>window.pwned=1</script>",
    "[x](javascript:window.pwned=1)",
)
MARKUP = "<img src=x onerror=window.pwned=1>"


def hostile() -> dict[str, Any]:
    """A push whose every text is an attack."""
    body = samples.load(PUSH).body
    commits = [
        {**body["commits"][0], "title": text, "message": text, "url": "javascript:window.pwned=1"}
        for text in HOSTILE
    ]
    body["project"]["path_with_namespace"] = f"a/{MARKUP}"
    return {**body, "commits": commits, "ref": f"refs/heads/{MARKUP}", "user_name": MARKUP}


def posted(url: str, body: dict[str, Any], token: str = DEV_SECRET) -> requests.Response:
    headers = {"X-Gitlab-Event": "Push Hook", "X-Gitlab-Token": token}
    return requests.post(f"{url}hook", json=body, headers=headers, timeout=10)


def plain(text: str) -> str:
    """Undo what keeps a platform from reading markup: wide brackets, marks of no width."""
    return text.translate({0xFF1C: "<", 0xFF1E: ">", 0x200B: None})


def assert_inert(page: Any) -> None:
    root = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert root <= 0  # long words without a space do not widen it
    assert page.evaluate("window.pwned") is None
    assert page.locator("script").count() == 1  # the page's own
    assert page.locator("img, [href^='javascript:' i]").count() == 0


def test_markup_of_strangers_is_text(mine: tuple[Served, str], opened: Open) -> None:
    """In the list of what arrived, in messages, in every tab: characters without effect."""
    _, url = mine
    assert posted(url, hostile()).json()["sent"]
    page = opened(url).page
    expect(page.locator("#received")).to_contain_text(MARKUP)
    page.click("#received .entry")
    expect(page.locator("#received [aria-current]")).to_be_visible()
    page.wait_for_load_state()  # the style, too
    assert_inert(page)
    shown = [plain(text) for text in page.locator(".bubble").all_inner_texts()]
    page.set_viewport_size({"width": 320, "height": 900})
    for name in TABS:
        page.click(f"#tab-{name}")
        assert_inert(page)

    assert [text for text in HOSTILE for bubble in shown if text not in bubble] == []


def test_markup_that_is_typed_is_text(mine: tuple[Served, str], opened: Open) -> None:
    """As above, where somebody pastes a payload or writes it into a template."""
    page = opened(f"{mine[1]}?event={PUSH}#tab=payload").page
    page.fill("#payload", json.dumps(hostile()))
    expect(page.locator(".bubble").first).to_contain_text("4 commits")
    shown = [plain(text) for text in page.locator(".bubble").all_inner_texts()]
    assert_inert(page)
    page.click("#tab-template")
    page.fill("#template", MARKUP)
    expect(page.locator(".bubble").first).to_have_text(MARKUP)
    assert_inert(page)

    assert [text for text in HOSTILE for bubble in shown if text not in bubble] == []


# Editing.


def test_what_is_typed_shows_within_a_second(opened: Open, url: str) -> None:
    """The best of three: a loaded machine may be slow once."""
    page = opened(f"{url}?event={PUSH}#tab=template").page
    page.evaluate(
        """() => {
          window.waits = [];
          let since = 0;
          document.getElementById("template").addEventListener("input", () => (since = Date.now()));
          new MutationObserver(() => window.waits.push(Date.now() - since))
            .observe(document.getElementById("cards"), { childList: true });
        }"""
    )
    for text in ("first", "second", "third"):
        page.fill("#template", f"{text} {{{{ ref }}}}")
        expect(page.locator(".bubble").first).to_have_text(f"{text} main")
    waits = page.evaluate("window.waits")

    assert len(waits) == 3
    assert min(waits) < 1000


def test_a_wrong_edit_is_told_in_its_place(opened: Open, url: str) -> None:
    """With its line; what was shown stays, and a mended text counts again."""
    page = opened(f"{url}?event={PUSH}&lang=en#tab=template").page
    bubble, error = page.locator(".bubble").first, page.locator("#error-template")
    page.fill("#template", "good {{ ref }}")
    expect(bubble).to_have_text("good main")
    page.fill("#template", "one\n{{ projct.name }}")
    expect(error).to_have_text(re.compile(r"^E602 2: .*projct.*project"))
    expect(bubble).to_have_text("good main")
    page.fill("#template", "mended {{ ref }}")
    expect(error).to_be_empty()
    expect(bubble).to_have_text("mended main")
    page.click("#tab-payload")
    page.fill("#payload", '{\n"a": ,')
    expect(page.locator("#error-payload")).to_contain_text("line 2, column 6")
    expect(bubble).to_have_text("mended main")
    page.click("[data-reset=payload]")
    expect(page.locator("#error-payload")).to_be_empty()


# What arrives.


def test_what_arrives_appears_by_itself(mine: tuple[Served, str], opened: Open) -> None:
    """No reload: what was typed on the page is still there."""
    page = opened(f"{mine[1]}?event={PUSH}&lang=en#tab=template").page
    expect(page.locator("#received .entry")).to_have_count(0)
    page.fill("#template", "half a thought")
    posted(mine[1], samples.load(PUSH).body)
    expect(page.locator("#received .entry")).to_have_count(1)
    expect(page.locator("#received .entry")).to_contain_text("200 · platform/api · 2 sent")
    posted(mine[1], samples.load(PUSH).body, "wrong")
    expect(page.locator("#received .entry").first).to_contain_text("#2 · 401")

    assert page.input_value("#template") == "half a thought"


def test_a_fault_of_another_tab_is_told(opened: Open, url: str) -> None:
    """The message that stays is an old one: above it stands why, and the tab is marked."""
    page = opened(f"{url}?event={PUSH}&lang=en#tab=template").page
    page.fill("#template", "{{ nobody }")
    expect(page.locator("#error-shown")).to_contain_text("Template: E60")
    page.click("#tab-payload")
    expect(page.locator("#error-shown")).to_be_visible()
    expect(page.locator("#tab-template.bad")).to_have_count(1)
    page.click("#tab-template")
    page.fill("#template", "fine")
    expect(page.locator("#error-shown")).to_have_text("")


def test_a_refused_request_is_not_shown_as_sent(mine: tuple[Served, str], opened: Open) -> None:
    """First stands what became of it; what would be sent is marked as such."""
    posted(mine[1], samples.load(PUSH).body, "wrong")
    page = opened(f"{mine[1]}?received=1&lang=en").page
    expect(page.locator(".outcome.bad")).to_contain_text("Outcome: 401")

    assert "No message arrived." in page.inner_text("#cards")
    page.click("#tab-decision")
    assert "configuration of now" in page.inner_text("#panel-decision")


def test_replay_sends_the_same_bytes(mine: tuple[Served, str], opened: Open) -> None:
    """The stand-in robots get, once more, what they got."""
    given, url = mine
    page = opened(f"{url}?event={FAILED}&lang=en").page
    page.click("#send")
    expect(page.locator("#told")).to_have_text("Sent; the result is under Received")
    page.click("#received .entry >> nth=0")
    arrive(page, "pipeline.failed #1")
    page.click("#replay")
    expect(page.locator("#told")).to_have_text("Sent; the result is under Received")
    expect(page.locator("#told.bad")).to_have_count(0)
    expect(page.locator("#received .entry").first).to_contain_text("replay of #1")
    sent = [(one.vendor, one.raw) for one in given.robots.received]

    assert len(sent) == 4
    assert sorted(sent[:2], key=str) == sorted(sent[2:], key=str)


def test_a_request_becomes_a_fixture(
    mine: tuple[Served, str], opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page names the file that was written."""
    monkeypatch.setattr(Page.save, "__defaults__", (tmp_path,))
    posted(mine[1], samples.load(PUSH).body)
    page = opened(f"{mine[1]}?received=1&lang=en").page
    page.click("#save")
    expect(page.locator("#told")).to_contain_text("gitlab-push.pushed-1.json")
    written = json.loads((tmp_path / "gitlab-push.pushed-1.json").read_text(encoding="utf-8"))

    assert written["body"]["object_kind"] == "push"


def test_curl_is_on_the_clipboard(mine: tuple[Served, str], opened: Open) -> None:
    """What is pasted is the command for this server."""
    one = opened(
        f"{mine[1]}?event={PUSH}&lang=en", permissions=["clipboard-read", "clipboard-write"]
    )
    one.page.click("#curl")
    expect(one.page.locator("#told")).to_have_text("Copied")
    pasted = one.page.evaluate("navigator.clipboard.readText()")

    assert pasted.startswith(f"curl {mine[1]}")
    assert not one.page.locator("#copy").is_visible()


def test_a_refused_clipboard_leaves_the_text_to_copy(browser: "Browser", url: str) -> None:
    """The command stands selected in a field."""
    refuse = "navigator.clipboard.writeText = () => Promise.reject(new Error('refused'))"
    with tab(browser) as one:
        one.context.add_init_script(refuse)
        one.page.goto(f"{url}?event={PUSH}&lang=en")
        one.page.click("#curl")
        expect(one.page.locator("#told")).to_contain_text("The browser refuses to copy")
        text = one.page.input_value("#copy")
        selected = one.page.evaluate("getSelection().toString() || document.activeElement.id")

    assert text.startswith("curl http://127.0.0.1:")
    assert selected in ("copy", text)
    assert one.complaints == []


def test_problems_come_and_go(opened: Open, tmp_path: Path) -> None:
    """The banner follows the file on the disk, without a reload."""
    file = tmp_path / "config.yml"
    file.write_text(CONFIG, encoding="utf-8")
    with served(str(file), VALUES) as found, LocalServer(found.local.app) as server:
        page = opened(f"{server.url}?lang=en").page
        expect(page.locator("#banner")).to_be_empty()
        file.write_text(CONFIG.replace("branches:", "branchs:"), encoding="utf-8")
        expect(page.locator("#banner")).to_contain_text("did you mean branches?")
        file.write_text(CONFIG, encoding="utf-8")
        expect(page.locator("#banner")).to_be_empty()
        page.goto("about:blank")  # asks no more, before the server goes


def test_live_tells_what_the_vendor_said(opened: Open) -> None:
    """Under each bubble: sent, or the vendor's code with the remedy."""
    with RobotServer() as robots:
        environ = {
            "WEBHOOK_SECRET": "a secret of the forge",
            "WECOM_WEBHOOK_URL": robots.add_wecom("live"),
            "DINGTALK_WEBHOOK_URL": robots.add_dingtalk("live-too", secret="SECright"),
            "DINGTALK_SECRET": "SECwrong",
            "RELAY_ALLOW_HOSTS": robots.host,
            "CONFIG_FILE": "",
        }
        with (
            served(environ=environ, live=True) as found,
            LocalServer(found.local.app) as server,
        ):
            page = opened(f"{server.url}?event={PUSH}&lang=en").page
            told = page.locator(".tested")
            for button in page.locator("[data-test]").all():
                button.click()
            expect(told.nth(0)).to_have_text(re.compile(r"^✓ sent, \d+ B, \d+ ms$"))
            expect(told.nth(1)).to_have_text(re.compile(r"^✗ .*310000.*E522|^✗ E522.*310000"))
            page.goto("about:blank")

        assert [one.key for one in robots.received] == ["live"]


# Everybody can use it.

# A message with each colour that WeCom's fonts have.
COLOURS = {
    "comment": "gitlab/branch.created",
    "info": "gitlab/deployment.success",
    "warning": FAILED,
}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_can_be_read(opened: Open, url: str, theme: str) -> None:
    """Contrast of 4.5:1 in every tab, of every colour, whatever the system prefers."""
    other = {"light": "dark", "dark": "light"}[theme]
    page = opened(f"{url}?theme={theme}", color_scheme=other).page
    weak: list[str] = []
    for colour, name in COLOURS.items():
        page.goto(f"{url}?theme={theme}&event={name}")
        expect(page.locator(f'.wecom [data-color="{colour}"]').first).to_be_visible()
        for panel in TABS:
            page.click(f"#tab-{panel}")
            found = page.evaluate(CONTRAST)
            weak += found["weak"]
            assert found["count"] > 300

    assert weak == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_is_wrong_can_be_read(opened: Open, tmp_path: Path, theme: str) -> None:
    """As above for the banner, the errors of edits, messages of buttons and what is not sent."""
    file = tmp_path / "config.yml"
    file.write_text(CONFIG, encoding="utf-8")
    with served(str(file), VALUES) as found, LocalServer(found.local.app) as server:
        page = opened(f"{server.url}?event={FAILED}", color_scheme=theme).page
        file.write_text(CONFIG.replace("branches:", "branchs:"), encoding="utf-8")
        expect(page.locator("#banner")).not_to_be_empty()
        for one in page.locator("summary").all():
            one.click()
        page.click("#send")
        expect(page.locator("#told")).not_to_be_empty()
        page.click("#tab-template")
        page.fill("#template", "{{ nosuch }}")
        expect(page.locator("#error-template")).not_to_be_empty()
        found_there = page.evaluate(CONTRAST)
        page.goto("about:blank")

    assert found_there["weak"] == []


def pressed_through(page: Any) -> list[dict[str, Any]]:
    """Press Tab until the page has been left; return what had the focus, in order."""
    seen: list[dict[str, Any]] = []
    for _ in range(400):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused["tag"] == "BODY" or (seen and focused["place"] == seen[0]["place"]):
            return seen
        seen.append(focused)
    raise AssertionError(f"no way out of {seen[-1]}")


def test_tab_reaches_everything(opened: Open, url: str) -> None:
    """In the order of the page, always visibly, and out of it again."""
    page = opened(f"{url}?event={PUSH}#tab=payload").page
    reached = pressed_through(page)
    ids = {one["id"] for one in reached}
    options = {one["option"] for one in reached}
    kinds = [one["kind"] for one in reached]
    places = [one["place"] for one in reached]

    assert {"filter", "send", "curl", "tab-payload", "payload"} <= ids
    assert {"lang", "theme", "width"} <= options
    assert kinds.count("entry") == len(NAMES)
    assert kinds.count("select") == 3
    assert [one for one in reached if not one["outline"]] == []
    assert places == sorted(places)


def test_keys_do_everything(mine: tuple[Served, str], opened: Open) -> None:
    """Without a mouse: choose an event, the language, a tab; filter; press a button."""
    page = opened(f"{mine[1]}?event={NAMES[3]}&lang=en").page
    press = page.keyboard.press
    current = page.locator(".entry[aria-current]")
    press("ArrowDown")
    arrive(page, NAMES[4])
    expect(current).to_have_attribute("data-name", NAMES[4])
    press("ArrowUp")
    arrive(page, NAMES[3])
    press("l")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    arrive(page, NAMES[3])
    press("l")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    arrive(page, NAMES[3])
    press("/")
    expect(page.locator("#filter")).to_be_focused()
    page.keyboard.type("pipeline fail")
    shown = page.locator("#samples .entry:visible")
    expect(shown.first).to_contain_text("pipeline.failed")
    few = shown.count()
    press("Escape")
    expect(page.locator("#filter")).not_to_be_focused()
    expect(shown).to_have_count(len(NAMES))
    page.locator(f'[data-name="{PUSH}"]').focus()
    press("Enter")
    arrive(page, PUSH)
    page.locator("#send").focus()
    press("Enter")
    expect(page.locator("#received .entry")).to_have_count(1)

    assert 0 < few < 10


def test_arrows_walk_the_tabs(opened: Open, url: str) -> None:
    """Round and round; the others are behind the one key Tab."""
    page = opened(f"{url}?event={PUSH}").page
    page.locator("#tab-source").focus()
    walked = []
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "ArrowLeft", "ArrowLeft"):
        page.keyboard.press(key)
        panels = page.locator("[role=tabpanel]:visible").evaluate_all("all => all.map(x => x.id)")
        walked.append((page.evaluate("document.activeElement.id"), panels))

    names = ("request", "payload", "request", "source", "decision")
    assert walked == [(f"tab-{name}", [f"panel-{name}"]) for name in names]


def test_the_next_event_opens_in_the_same_tab(opened: Open, url: str) -> None:
    """A phone shows the message, and the keys keep working: no field takes the focus."""
    page = opened(f"{url}?event={NAMES[3]}#tab=template", width=390).page
    for name in NAMES[4:6]:
        page.keyboard.press("ArrowDown")
        arrive(page, name)
        expect(page.locator("#panel-template")).to_be_visible()

    assert abs(page.evaluate("document.getElementById('main').getBoundingClientRect().top")) < 2


def test_keys_that_are_typed_are_text(opened: Open, url: str) -> None:
    """`l`, `/` and arrows in a field write and move; they choose nothing."""
    page = opened(f"{url}?event={PUSH}&lang=en#tab=template").page
    before = page.url
    page.locator("#template").focus()
    page.keyboard.type("l/")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".bubble").first).to_have_text("l/")
    page.locator("#filter").focus()
    page.keyboard.type("l/")

    assert page.input_value("#template") == "l/"
    assert page.input_value("#filter") == "l/"
    assert page.url == before


CONTROL = re.compile(
    r"^\s*- '?(?:button|link|textbox|searchbox|combobox|tab|meter|tabpanel|group)\b"
)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_screen_reader_has_a_name_for_everything(opened: Open, url: str, lang: str) -> None:
    """Each control by its name, one heading of the page, the language of the texts."""
    page = opened(f"{url}?event={PUSH}&lang={lang}").page
    unnamed = []
    for panel in TABS:
        page.click(f"#tab-{panel}")
        controls = [
            line
            for line in page.locator("body").aria_snapshot().splitlines()
            if CONTROL.match(line)
        ]
        assert len(controls) > len(NAMES)
        unnamed += [line for line in controls if not re.search(r'^\s*- \'?\w+ "[^"]', line)]

    assert unnamed == []
    assert page.locator("h1").count() == 1
    assert page.get_attribute("html", "lang") == lang


def test_it_works_without_scripts(opened: Open, url: str) -> None:
    """Messages, every panel and the choices are there; only what a link cannot do is not."""
    page = opened(f"{url}?event={PUSH}&lang=en", java_script_enabled=False).page
    for name in TABS:
        assert page.locator(f"#panel-{name}").is_visible()
    assert page.locator(".bubble").count() == 2
    before = page.locator(".bubble").first.inner_text()
    page.select_option("select[name=form]", "quiet")
    page.click(".apply")
    expect(page.locator("main h2").first).to_have_text(PUSH)
    after = page.locator(".bubble").first.inner_text()
    page.click(f'.entry[data-name="{FAILED}"]')
    expect(page.locator("main h2").first).to_have_text(FAILED)

    assert len(before.splitlines()) > len(after.splitlines()) == 1


def test_the_policy_holds(browser: "Browser", url: str) -> None:
    """A script, a style and a handler in the page are refused, and so is a frame around it."""
    with tab(browser) as one:
        one.page.goto(url)
        one.page.evaluate(
            """async () => {
              const made = (name, set) => Object.assign(document.createElement(name), set);
              const add = (name, set) => document.body.append(made(name, set));
              add("script", { textContent: "window.pwned = 1" });
              add("style", { textContent: "h1 { position: fixed }" });
              const bold = "<b onclick='window.pwned = 1'>b</b>";
              document.body.insertAdjacentHTML("beforeend", bold);
              document.querySelector("b").click();
              add("iframe", { src: "/" });
              const frame = document.querySelector("iframe");
              await new Promise((done) => frame.addEventListener("load", done));
            }"""
        )
        found = one.page.evaluate(
            """() => ({
              pwned: window.pwned,
              position: getComputedStyle(document.querySelector("h1")).position,
              framed: document.querySelector("iframe").contentDocument,
            })"""
        )

    assert found == {"pwned": None, "position": "static", "framed": None}
    told = "\n".join(one.complaints)
    assert re.search("inline script", told)
    assert re.search("inline style", told)
    assert re.search("inline event handler", told)
    assert re.search("frame-ancestors|Framing", told)


# Pictures for the README; they differ between machines, so only `--update-golden` makes them.

MARGIN = 4  # the line below the cards begins behind it
MOST_BYTES = 200_000
# What the picture shows, in a window of which width, how many dots to a pixel, with which choices.
PICTURES = {
    "preview.en.png": ("header.top, .card", 1280, 1.25, ""),
    "preview.zh-CN.png": ("header.top, .card", 1280, 1.25, ""),
    "message.en.png": (".card", 1280, 1.5, "&width=414"),
    "message.zh-CN.png": (".card", 1280, 1.5, "&width=414"),
}


def around(boxes: list[dict[str, float]]) -> dict[str, float]:
    """Return the rectangle of all *boxes* with a margin."""
    left, top = (max(min(box[side] for box in boxes) - MARGIN, 0) for side in "xy")
    right = max(box["x"] + box["width"] for box in boxes) + MARGIN
    bottom = max(box["y"] + box["height"] for box in boxes) + MARGIN
    return {"x": left, "y": top, "width": right - left, "height": bottom - top}


def take(browser: "Browser", address: str, name: str) -> None:
    """Write the picture of a failed pipeline that has just been sent to the function."""
    selector, width, scale, chosen = PICTURES[name]
    with tab(browser, width=width, device_scale_factor=scale, color_scheme="light") as one:
        page = one.page
        page.goto(f"{address}?event={FAILED}&lang={name.split('.')[1]}{chosen}")
        page.click("#send")
        expect(page.locator("#received .entry")).to_have_count(1)
        page.fill("#filter", "pipeline.failed")
        page.locator("#filter").blur()
        clip = around([found.bounding_box() for found in page.locator(selector).all()])
        page.screenshot(path=str(IMAGES / name), clip=clip, full_page=True)


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_are_there(request: pytest.FixtureRequest, update_golden: bool, name: str) -> None:
    """Sharp enough for a screen of today, small enough for a slow line."""
    if update_golden:
        _, address = request.getfixturevalue("mine")
        take(request.getfixturevalue("browser"), address, name)
    picture = (IMAGES / name).read_bytes()
    width, height = struct.unpack(">II", picture[16:24])
    _, window, scale, _ = PICTURES[name]

    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert 0.6 < width / (window * scale) < 1.01
    assert 400 < height < 1600
    assert 20_000 < len(picture) <= MOST_BYTES


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_are_shown(name: str) -> None:
    """On some page: a picture that nobody sees is not looked after."""
    pages = [*ROOT.glob("README*.md"), *(ROOT / "docs").glob("*.md")]

    assert any(f"images/{name})" in page.read_text(encoding="utf-8") for page in pages)
