"""Help, and errors of the command line, in both languages."""

import re

import click
import pytest
from click.testing import CliRunner
from rich.cells import cell_len
from verbs import CLEAN, run, widest

from relay.words import Phrase
from workbench.commands import main
from workbench.verb import Option, Verb, Verbs, told_language
from workbench.wrapping import wrapped

LANGS = ["zh-CN", "en"]
ABOUT = Phrase("做点什么", "Do something")
LOCALES = {"zh-CN": "zh_CN.UTF-8", "en": "en_US.UTF-8"}
CHINESE = re.compile("[一-鿿]")
VERBS = {
    "": main,
    **main.commands,
    **{
        f"{name} {below}": one
        for name, group in main.commands.items()
        if isinstance(group, Verbs)
        for below, one in group.commands.items()
    },
}


def squeezed(text: str) -> str:
    """Return *text* without what wrapping adds."""
    return "".join(text.split())


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("verb", VERBS)
def test_help_begins_with_an_example_that_works(verb: str, lang: str) -> None:
    """``-h`` shows an example first, whose options are known, within 80 columns."""
    result = run(*verb.split(), "-h", LANG=LOCALES[lang])
    first = result.output.splitlines()[0]
    begin = {"zh-CN": "例：", "en": "Example: "}[lang]

    assert result.exit_code == 0
    assert first.startswith(f"{begin}python -m relay {verb}".rstrip())
    assert widest(result) <= 80
    for option in re.findall(r" (--?[a-z-]+)", first.partition("relay ")[2]):
        assert option in result.output


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("verb", VERBS)
def test_help_speaks_one_language(verb: str, lang: str) -> None:
    """What it does and every option, each in the locale's words, none of click's own."""
    command = VERBS[verb]
    output = run(*verb.split(), "-h", LANG=LOCALES[lang]).output
    options = [one for one in command.params if isinstance(one, Option)]

    assert squeezed(command.about.of(lang)) in squeezed(output)  # type: ignore[attr-defined]
    assert [
        one.name for one in options if squeezed(one.about.of(lang)) not in squeezed(output)
    ] == []
    assert bool(CHINESE.search(output.replace("加签", ""))) == (lang == "zh-CN")
    assert [word for word in ("Usage", "Options", "Show ") if word in output] == (
        [] if lang == "zh-CN" else ["Usage", "Options", "Show "]
    )


@pytest.mark.parametrize("verb", VERBS)
def test_every_option_is_explained_in_both_languages(verb: str) -> None:
    """No option comes with click's own words, or with none."""
    plain = [one for one in VERBS[verb].params if isinstance(one, click.Option)]
    own = [one for one in plain if isinstance(one, Option)]

    assert [one.name for one in plain if one not in own] == (["version"] if not verb else [])
    assert [one.name for one in own if not (CHINESE.search(one.about.zh) and one.about.en)] == []


@pytest.mark.parametrize("verb", sorted(set(VERBS) - {"", "serve", "schema", "dead-letters"}))
def test_every_verb_that_reports_has_json(verb: str) -> None:
    """All but `serve`, which runs on, and `schema`, which prints nothing else."""
    assert "form" in [one.name for one in VERBS[verb].params]


WRONG = {
    "sned x": ("没有子命令 “sned”；你是不是想写 send？", 'no verb "sned"; did you mean send?'),
    "xyzzy": ("没有子命令 “xyzzy”；-h 列出全部", 'no verb "xyzzy"; -h lists them'),
    "dead-letters lst": ("没有子命令 “lst”；你是不是想写 list？", "did you mean list?"),
    "render x --recever y": (
        "没有选项 --recever；你是不是想写 --receiver？",
        "no option --recever; did you mean --receiver?",
    ),
    "render x --xyzzy": ("没有选项 --xyzzy；-h 列出全部", "no option --xyzzy; -h lists them"),
    "render x -q": ("没有选项 -q；-h 列出全部", "no option -q; -h lists them"),
    "--versio": ("没有选项 --versio；你是不是想写 --version？", "did you mean --version?"),
    "send": ("缺少 RECEIVER", "RECEIVER is missing"),
    "trigger x": ("缺少 --url", "--url is missing"),
    "events --source": ("--source 后面要写一个值", "--source needs a value"),
    "check --strict=1": ("--strict 后面不写值", "--strict takes no value"),
    "check a b c": ("多余的参数：b c", "too many arguments: b c"),
    "check --format jsn": (
        "--format 没有 “jsn”；你是不是想写 json？",
        '--format has no "jsn"; did you mean json?',
    ),
    "events --source hub": (
        "--source 没有 “hub”；可选：gitlab、gitee",
        '--source has no "hub"; there are gitlab, gitee',
    ),
    "serve --port 65536": ("“65536” 不是端口：写 0 到 65535", '"65536" is no port'),
    "serve --port ٣": ("不是端口", "is no port"),
}


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("line", WRONG, ids=map(ascii, WRONG))
def test_a_wrong_line_is_told_in_the_locale_s_language(line: str, lang: str) -> None:
    """Exit code 2, on stderr: the usage, how to get help, what is wrong and the nearest word."""
    result = run(*line.split(), LANG=LOCALES[lang])
    told = result.stderr.splitlines()
    begin = {
        "zh-CN": ("用法：relay ", "帮助：relay ", "错误："),
        "en": ("Usage: relay ", "Help: relay ", "Error: "),
    }

    assert (result.exit_code, result.stdout) == (2, "")
    assert tuple(map(str.startswith, (told[0], told[1], told[3]), begin[lang])) == (True,) * 3
    assert WRONG[line][LANGS.index(lang)] in result.stderr
    assert bool(CHINESE.search(result.stderr)) == (lang == "zh-CN")


@pytest.mark.parametrize(
    "line",
    ["--lang zh-CN -h", "-h --lang zh-CN", "--lang=zh-CN -h", "--x --lang zh-CN", "--lang=zh-CN y"],
)
def test_the_option_counts_more_than_the_locale_wherever_it_stands(line: str) -> None:
    """Also behind ``-h`` and behind what is wrong."""
    output = run("events", *line.split(), LANG="en_US.UTF-8").output

    assert ("选项" in output, "Usage" in output) == (True, False)


@pytest.mark.parametrize("words", [["--lang"], ["--lang", "fr"], ["x", "en"], []])
def test_what_names_no_language_leaves_the_locale_s(
    monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    """A language that is none is an error of its own, told in the locale's."""
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")

    assert told_language(words) == "zh-CN"


@pytest.mark.parametrize("lang", LANGS)
def test_failures_are_told_in_the_language_too(lang: str) -> None:
    """Not only usage errors: exit code 1, without the usage."""
    result = run("trigger", "push.pushed", "-u", "http://127.0.0.1:9", "-s", "x", "--lang", lang)
    begin = {"zh-CN": "错误：http://127.0.0.1:9 没有回答", "en": "Error: no answer from http://"}

    assert (result.exit_code, result.stderr.startswith(begin[lang])) == (1, True)


@pytest.mark.parametrize(
    "message, count", [("a word " * 30, 3), ("why\nrun: " + "a word " * 30, 2)]
)
def test_a_long_reason_is_wrapped_and_a_command_to_copy_is_not(message: str, count: int) -> None:
    """What was laid out in lines keeps them."""

    @click.command(cls=Verb, about=ABOUT)
    def fail() -> None:
        """Fail."""
        raise click.ClickException(message.strip())

    told = CliRunner().invoke(fail, env=CLEAN).stderr

    assert told.split() == ["Error:", *message.split()]
    assert len(told.splitlines()) == count


def test_a_group_alone_shows_its_help() -> None:
    """In the language of the locale."""
    result = CliRunner().invoke(main, ["dead-letters"], env={**CLEAN, "LANG": "zh_CN.UTF-8"})

    assert "例：python -m relay dead-letters list" in result.output


def test_no_control_character_of_an_argument_is_obeyed() -> None:
    """Words that were pasted are shown in the error, and harmless."""
    result = run("events", "--sou\x1b[2Jrce")

    assert ("\x1b" in result.stderr, "\ufffd" in result.stderr) == (False, True)


@pytest.mark.parametrize(
    "lang, told",
    [("zh-CN", "错误：COLOUR 的值不对；可选：red、blue"), ("en", "there are red, blue")],
)
def test_click_s_own_choices_are_told(lang: str, told: str) -> None:
    """Also where a command has none of our types."""

    @click.command(cls=Verb, about=ABOUT)
    @click.argument("colour", type=click.Choice(["red", "blue"]))
    def paint(colour: str) -> None:
        """Paint."""

    wrong = CliRunner().invoke(paint, ["green"], env={**CLEAN, "LANG": LOCALES[lang]})

    assert (wrong.exit_code, told in wrong.stderr) == (2, True)


def test_the_help_of_a_verb_is_the_same_after_somebody_else_asked() -> None:
    """A context without the settings of the group changes nothing: click remembers its first."""
    verb = Verb("x", params=[], about=ABOUT)
    click.Context(verb, info_name="x").get_help()

    assert CliRunner().invoke(verb, ["-h"]).exit_code == 0


TEXTS = [
    "EVENT 是 `events` 列出的名字，或一个文件：样例，或代码平台发来的请求体。带上正确的密钥。",
    "An English sentence, with a-word-that-is-longer-than-any-of-the-lines-can-be in it.",
    "（括号）“引号”、顿号；" * 9,
]


@pytest.mark.parametrize("width", [2, 7, 20, 79])
@pytest.mark.parametrize("text", TEXTS)
def test_lines_are_as_wide_as_they_may_be(text: str, width: int) -> None:
    """Nothing is lost, no line is wider."""
    lines = wrapped(text, width)

    assert squeezed("".join(lines)) == squeezed(text)
    assert max(map(cell_len, lines)) <= width


def test_no_line_begins_with_a_stop_or_ends_with_an_opening_mark() -> None:
    """As Chinese is set; those after the first are indented."""
    lines = wrapped(TEXTS[0] + TEXTS[2], 17, 2)

    assert [line for line in lines if line.lstrip()[0] in "，。；：、）”"] == []
    assert [line for line in lines if line[-1] in "（“"] == []
    assert [line[:2] for line in lines[1:]] == ["  "] * (len(lines) - 1)
