"""Secrets: their notation, variables, files, what is kept and for how long, and no leak."""

import os
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from conftest import ROOT
from relays import Clock

from relay.config import Secret
from relay.configuration.secret_errors import SecretError, fault
from relay.configuration.secret_faults import FAULTS
from relay.configuration.secret_files import MAX_FILE_BYTES, read_files
from relay.configuration.secrets import KEPT_S, RETRY_S, Store
from relay.configuration.stores import name_of

MARK = "pl4nted-mark"


class FakeStore:
    """A parameter store in memory that remembers what it was asked for."""

    def __init__(self, **values: str) -> None:
        self.values = {f"ssm:///{name}": value for name, value in values.items()}
        self.asked: list[list[str]] = []
        self.down = False

    def __call__(self, locations: Sequence[str]) -> Mapping[str, str | SecretError]:
        self.asked.append(list(locations))
        return {place: self._answer(place) for place in locations}

    def _answer(self, place: str) -> str | SecretError:
        if not name_of(place):
            return fault("name")
        if self.down:
            return fault("aws.unreachable", reference=place)
        return self.values.get(place, fault("aws.missing", reference=place))


def store(environ: Mapping[str, str] | None = None, remote: FakeStore | None = None) -> Store:
    return Store(environ or {}, clock=Clock(), fetchers={"ssm": remote or FakeStore()})


def files() -> Store:
    return Store({}, clock=Clock())


def refusal(call: Callable[[], object]) -> SecretError:
    with pytest.raises(SecretError) as caught:
        call()
    return caught.value


# --- notation and variables


@pytest.mark.parametrize(
    ("text", "value", "reference"),
    [
        pytest.param("plain-secret", "plain-secret", "", id="literal"),
        pytest.param(" 'plain-secret' ", "plain-secret", "", id="literal-in-quotes"),
        pytest.param("${KEY}", "k-1", "${KEY}", id="variable"),
        pytest.param("${KEY:-other}", "k-1", "${KEY:-***}", id="default-not-needed"),
        pytest.param("${NONE:-other}", "other", "${NONE:-***}", id="default"),
        pytest.param("${BLANK:-other}", "other", "${BLANK:-***}", id="default-for-empty"),
        pytest.param("${KEY}${BLANK:-}", "k-1", "${KEY}${BLANK:-}", id="empty-default"),
        pytest.param("${PASTED}", "k-2", "${PASTED}", id="pasted-with-line-break-and-quotes"),
        pytest.param("${WRAPPED}", "k-3k-4", "${WRAPPED}", id="wrapped"),
        pytest.param("$${KEY}", "${KEY}", "", id="escaped"),
        pytest.param("a$b$$c", "a$b$$c", "", id="dollars"),
        pytest.param(
            "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=${KEY}",
            "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k-1",
            "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=${KEY}",
            id="embedded",
        ),
        pytest.param(
            "https://a.example/send?key=literal&b=${KEY}tail",
            "https://a.example/send?key=literal&b=k-1tail",
            "https://a.example/send?key=***&b=${KEY}***",
            id="literal-parts-are-masked",
        ),
        pytest.param("literal${KEY}", "literalk-1", "***${KEY}", id="literal-head-is-masked"),
        pytest.param("ssm:///team/key", "s-1", "ssm:///team/key", id="store"),
        pytest.param(" SSM:///team/key ", "s-1", "SSM:///team/key", id="store-capitals"),
        pytest.param("ssm:///${TEAM}/key", "s-1", "ssm:///${TEAM}/key", id="store-variable-path"),
        pytest.param("ssm:///json#url", "j-1", "ssm:///json#url", id="json-field"),
        pytest.param("ssm:///json#number", "1000002", "ssm:///json#number", id="json-number"),
        pytest.param("${POINTER}", "s-1", "${POINTER}", id="variable-holds-a-reference"),
        pytest.param("${FIELD}", "j-1", "${FIELD}", id="variable-holds-a-field"),
        pytest.param("${NONE:-ssm:///team/key}", "s-1", "${NONE:-***}", id="default-reference"),
        pytest.param("x?key=${POINTER}", "x?key=s-1", "***${POINTER}", id="embedded-reference"),
        pytest.param("ssm:///once", "ssm:///team/key", "ssm:///once", id="resolved-once-only"),
    ],
)
def test_text_stands_for_a_secret(text: str, value: str, reference: str) -> None:
    """Each form gives its value, and a reference that shows where it came from and no more."""
    environ = {
        "KEY": "k-1",
        "BLANK": " ",
        "PASTED": '\ufeff "k-2" \r\n',
        "WRAPPED": "k-3\nk-4\n",
        "TEAM": "team",
        "POINTER": "ssm:///team/key",
        "FIELD": "ssm:///json#url",
    }
    remote = FakeStore(**{"team/key": "s-1\n", "once": "ssm:///team/key"})
    remote.values["ssm:///json"] = '{"url": "j-1", "number": 1000002}'

    secret = store(environ, remote).secret(text)

    assert (secret.reveal(), secret.reference) == (value, reference)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("zh-CN", "zh-CN"),
        ("${LANG_}", "en"),
        ("${NONE:-Asia/Shanghai}", "Asia/Shanghai"),
        ("${NONE:-}", ""),
        ("a ${LANG_} b", "a en b"),
        ("$${LANG_} $${", "${LANG_} ${"),
        ("${POINTER}", "ssm:///team/key"),
    ],
)
def test_ordinary_values_are_substituted_only(text: str, value: str) -> None:
    """What is no secret gets its variables and is asked of no store."""
    remote = FakeStore()

    found = store({"LANG_": " en\n", "POINTER": "ssm:///team/key"}, remote).substituted(text)

    assert (found, remote.asked) == (value, [])


@pytest.mark.parametrize(
    "text",
    [
        "${",
        "${}",
        "${KEY",
        "${A B}",
        "${1A}",
        "${{ secrets.KEY }}",
        "${KEY-x}",
        "${KEY:?x}",
        "${é}",
    ],
)
@pytest.mark.parametrize("kind", ["secret", "substituted"])
def test_malformed_reference_is_refused(text: str, kind: str) -> None:
    """A `${` that names no variable is told as such (E209), not sent as it stands."""
    assert refusal(lambda: getattr(store({"KEY": "k"}), kind)(text)).code == "E209"


def test_missing_variable_is_named_with_its_twin() -> None:
    """E201 names the variable, and one that is set and looks alike."""
    error = refusal(
        lambda: store({"GITLAB_WEBHOOK_SECRET": MARK}).secret("${GITLAB_WEBHOOK_SECRT}")
    )

    assert error.code == "E201"
    assert error.message.zh == "环境变量 GITLAB_WEBHOOK_SECRT 没有设置"
    assert error.hint.zh == "已设置的相近变量：GITLAB_WEBHOOK_SECRET"
    assert error.message.en == "environment variable GITLAB_WEBHOOK_SECRT is not set"


def test_twin_must_be_set_to_something() -> None:
    """A variable that is empty itself is not offered."""
    error = refusal(lambda: store({"MY_SECRET": " "}).secret("${MY_SECRT}"))

    assert "MY_SECRET" not in error.hint.en


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("${BLANK}", "环境变量 BLANK 是空的", id="empty-variable"),
        pytest.param("${QUOTES}", "环境变量 QUOTES 是空的", id="only-quotes"),
        pytest.param("  ", "这里的密钥是空的", id="empty-text"),
        pytest.param("${NONE:-}", "这里的密钥是空的", id="empty-default"),
        pytest.param("ssm:///blank", "ssm:///blank 的内容是空的", id="empty-parameter"),
        pytest.param("ssm:///json#blank", "ssm:///json#blank 的内容是空的", id="empty-field"),
    ],
)
def test_empty_secret_is_refused(text: str, message: str) -> None:
    """An empty secret is as good as none, wherever it stands (E201)."""
    remote = FakeStore(blank=" \n", json='{"blank": " "}')

    error = refusal(lambda: store({"BLANK": "", "QUOTES": '" "'}, remote).secret(text))

    assert (error.code, error.message.zh) == ("E201", message)


@pytest.mark.parametrize(
    ("value", "key", "message", "hint"),
    [
        pytest.param(MARK, "url", "不是 JSON 对象", "去掉 #url", id="text"),
        pytest.param(f'["{MARK}"]', "url", "不是 JSON 对象", "去掉 #url", id="list"),
        pytest.param("[" * 9000, "url", "不是 JSON 对象", "去掉 #url", id="deep"),
        pytest.param(f'{{"url": "{MARK}"}}', "URLS", "没有字段 “URLS”", "#url", id="near"),
        pytest.param(f'{{"url": "{MARK}"}}', "secret", "没有字段", "大小写", id="far"),
        pytest.param(f'{{"url": {{"a": "{MARK}"}}}}', "url", "不是文本", "引号", id="nested"),
        pytest.param('{"url": true}', "url", "不是文本", "引号", id="boolean"),
        pytest.param('{"url": null}', "url", "不是文本", "引号", id="null"),
    ],
)
def test_field_that_is_not_there_is_told(value: str, key: str, message: str, hint: str) -> None:
    """E208 says whether it is no JSON, lacks the field, or the field is no text."""
    error = refusal(lambda: store({}, FakeStore(json=value)).secret(f"ssm:///json#{key}"))

    assert error.code == "E208"
    assert message in error.message.zh
    assert hint in error.hint.zh


# --- files


def test_file_is_read_and_stripped(tmp_path: Path) -> None:
    """A mounted secret counts without its last line break or byte-order mark."""
    (tmp_path / "key").write_text("\ufefff-1\r\n", encoding="utf-8")

    secret = files().secret(f"file://{tmp_path}/key")

    assert (secret.reveal(), secret.reference) == ("f-1", f"file://{tmp_path}/key")


def test_field_of_a_file(tmp_path: Path) -> None:
    """`#key` picks a JSON field of a file as well."""
    (tmp_path / "keys").write_text('{"a": "f-1", "b": "f-2"}', encoding="utf-8")

    assert files().secret(f"file://{tmp_path}/keys#b").reveal() == "f-2"


def test_file_of_the_largest_size_is_read(tmp_path: Path) -> None:
    """The limit itself is allowed."""
    (tmp_path / "key").write_text("x" * MAX_FILE_BYTES, encoding="utf-8")

    assert len(files().secret(f"file://{tmp_path}/key").reveal()) == MAX_FILE_BYTES


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        pytest.param("none", None, "there is no file", id="missing"),
        pytest.param("empty", b" \n", "is an empty file", id="empty"),
        pytest.param("large", MARK.encode() * 9000, "more than 64 KB", id="large"),
        pytest.param("binary", MARK.encode() + b"\xff\xfe", "no UTF-8 text", id="not-utf-8"),
        pytest.param("nul", MARK.encode() + b"\0", "no UTF-8 text", id="nul"),
        pytest.param("", None, "no regular file", id="directory"),
        pytest.param("bad\0name", None, "cannot be read", id="nul-in-path"),
        pytest.param("x" * 300, None, "cannot be read", id="name-too-long"),
    ],
)
def test_unreadable_file_is_told(
    tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    """E207 says what is wrong with the file, and nothing of what is in it."""
    if content is not None:
        (tmp_path / name).write_bytes(content)

    error = refusal(lambda: files().secret(f"file://{tmp_path}/{name}"))

    assert error.code == "E207"
    assert message in error.message.en
    assert MARK not in repr(error)


@pytest.mark.parametrize("text", ["file://relative/key", "file:/etc/key", "file://", "FILE:///"])
def test_file_needs_an_absolute_path(text: str) -> None:
    """What is no `file:///path` is refused instead of being read from somewhere."""
    assert refusal(lambda: files().secret(text)).code == "E207"


@pytest.mark.skipif(os.name != "posix", reason="named pipes are a matter of POSIX")
def test_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """A named pipe, which would block for ever, is no file."""
    os.mkfifo(tmp_path / "pipe")

    assert refusal(lambda: files().secret(f"file://{tmp_path}/pipe")).code == "E207"


# --- kept, stale, refreshed


class Kept:
    """A store with one parameter, already read."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.remote = FakeStore(key="s-1")
        self.store = Store({"P": "ssm:///key"}, clock=self.clock, fetchers={"ssm": self.remote})
        self.store.secret("ssm:///key")

    @property
    def value(self) -> str:
        return self.store.secret("${P}").reveal()


@pytest.fixture
def kept() -> Kept:
    return Kept()


def test_store_without_remote_secrets_is_never_stale() -> None:
    """Variables are not read again: the warm path has nothing to do."""
    clock = Clock()
    variables = Store({"KEY": "k"}, clock=clock)
    variables.secret("${KEY}")
    clock.now += 10 * KEPT_S

    assert (variables.is_stale(), variables.refresh()) == (False, False)


def test_value_is_asked_for_once_while_fresh(kept: Kept) -> None:
    """However often a secret is used, the store is asked once in five minutes."""
    kept.clock.now += KEPT_S - 1

    assert (kept.value, kept.store.is_stale()) == ("s-1", False)
    assert kept.remote.asked == [["ssm:///key"]]


@pytest.mark.parametrize(("now", "changed"), [("s-1", False), ("s-2", True)])
def test_refresh_tells_whether_something_changed(kept: Kept, now: str, changed: bool) -> None:
    """After five minutes the value is read again, and only a new one is told."""
    kept.remote.values["ssm:///key"] = now
    kept.clock.now += KEPT_S

    assert kept.store.is_stale()
    assert kept.store.refresh() is changed
    assert (kept.value, kept.store.is_stale()) == (now, False)


def test_refresh_reads_only_what_is_due(kept: Kept) -> None:
    """A secret read later is not read again with an earlier one."""
    kept.clock.now += KEPT_S / 2
    kept.remote.values["ssm:///later"] = "l-1"
    kept.store.secret("ssm:///later")
    kept.clock.now += KEPT_S / 2
    kept.store.refresh()

    assert kept.remote.asked == [["ssm:///key"], ["ssm:///later"], ["ssm:///key"]]


@pytest.mark.parametrize("trouble", ["down", "gone", "empty"])
def test_failing_refresh_keeps_the_last_value(kept: Kept, trouble: str) -> None:
    """A store that is down, or holds nothing any more, takes no working secret away."""
    kept.remote.down = trouble == "down"
    kept.remote.values = {"ssm:///key": ""} if trouble == "empty" else {}
    kept.clock.now += KEPT_S

    assert kept.store.refresh() is False
    assert (kept.value, kept.store.is_stale()) == ("s-1", False)
    kept.clock.now += RETRY_S
    assert kept.store.is_stale()


def test_failing_refresh_is_logged_once(kept: Kept, capsys: pytest.CaptureFixture[str]) -> None:
    """One line says that an old value is in use, not one every thirty seconds; then again later."""

    def refreshed(*, down: bool) -> int:
        kept.remote.down = down
        kept.clock.now += KEPT_S
        kept.store.refresh()
        return capsys.readouterr().out.count('"event":"secret.kept"')

    states = [True, True, True, False, True]

    assert [refreshed(down=down) for down in states] == [1, 0, 0, 0, 1]


def test_kept_line_names_the_reference_and_no_value(
    kept: Kept, capsys: pytest.CaptureFixture[str]
) -> None:
    """The line says which secret, which code and why."""
    kept.remote.values["ssm:///key"] = MARK
    kept.clock.now += KEPT_S
    kept.store.refresh()
    kept.remote.down = True
    kept.clock.now += KEPT_S
    kept.store.refresh()
    line = capsys.readouterr().out

    assert '"reference":"ssm:///key","code":"E206"' in line
    assert "cannot be reached" in line
    assert MARK not in line


def test_first_failure_is_an_error_and_not_asked_again_at_once() -> None:
    """Without a last value there is an error; for thirty seconds it comes from memory."""
    clock, remote = Clock(), FakeStore(key="s-1")
    remote.down = True
    waiting = Store({}, clock=clock, fetchers={"ssm": remote})

    first = refusal(lambda: waiting.secret("ssm:///key"))
    remote.down = False
    second = refusal(lambda: waiting.secret("ssm:///key"))
    assert (second.code, str(second), len(remote.asked)) == ("E206", str(first), 1)
    assert second is not first  # its traceback would grow with each request
    clock.now += RETRY_S
    assert waiting.secret("ssm:///key").reveal() == "s-1"


def test_refresh_tells_of_a_value_that_was_missing() -> None:
    """A parameter that has been created meanwhile counts as a change."""
    clock, remote = Clock(), FakeStore()
    waiting = Store({}, clock=clock, fetchers={"ssm": remote})
    refusal(lambda: waiting.secret("ssm:///key"))
    remote.values["ssm:///key"] = "s-1"
    clock.now += RETRY_S

    assert (waiting.is_stale(), waiting.refresh()) == (True, True)


def test_all_secrets_are_read_ahead_in_one_call() -> None:
    """`fetch` gathers what all texts refer to, each once, and leaves errors to `secret`."""
    remote = FakeStore(a="1", b="2", json='{"url": "3"}')
    ahead = store({"B": "ssm:///b", "KEY": "k"}, remote)
    ahead.fetch(["ssm:///a", "x?key=${B}", "ssm:///json#url", "ssm:///json#secret", "literal",
                 "${KEY}", "${NONE}", "${", "ssm:///${NONE}", "ssm:///none"])  # fmt: skip

    assert remote.asked == [["ssm:///a", "ssm:///b", "ssm:///json", "ssm:///none"]]
    assert [ahead.secret(text).reveal() for text in ("ssm:///a", "${B}")] == ["1", "2"]
    assert len(remote.asked) == 1


# --- threads


class SlowStore:
    """A parameter store that answers when *go* is set."""

    def __init__(self) -> None:
        self.started, self.go = threading.Event(), threading.Event()
        self.calls = 0

    def __call__(self, locations: Sequence[str]) -> Mapping[str, str | SecretError]:
        self.calls += 1
        self.started.set()
        assert self.go.wait(5)
        return dict.fromkeys(locations, f"s-{self.calls}")


def test_only_one_thread_refreshes() -> None:
    """While one thread waits for the store, others go on with the value they have."""
    clock, remote = Clock(), SlowStore()
    remote.go.set()
    shared = Store({}, clock=clock, fetchers={"ssm": remote})
    shared.secret("ssm:///key")
    clock.now += KEPT_S
    remote.started.clear()
    remote.go.clear()
    told: list[bool] = []
    first = threading.Thread(target=lambda: told.append(shared.refresh()))
    first.start()
    assert remote.started.wait(5)

    assert (shared.refresh(), shared.secret("ssm:///key").reveal()) == (False, "s-1")
    remote.go.set()
    first.join(5)
    assert (told, remote.calls) == ([True], 2)


def test_threads_that_start_together_ask_once() -> None:
    """Two requests of one cold start share the first reading."""
    remote = SlowStore()
    shared = Store({}, clock=Clock(), fetchers={"ssm": remote})
    values: list[str] = []
    threads = [
        threading.Thread(target=lambda: values.append(shared.secret("ssm:///key").reveal()))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    assert remote.started.wait(5)
    remote.go.set()
    for thread in threads:
        thread.join(5)

    assert (values, remote.calls) == (["s-1", "s-1"], 1)


# --- nothing leaks (fault case G1)


@pytest.mark.parametrize(
    "text",
    [
        "${NONE}",
        "${EMPTY}",
        f"${{NONE {MARK}}}",
        f"${{NONE:{MARK}}}",
        f"{MARK}${{",
        "${NONE:-}",
        f"ssm://{MARK} {MARK}/?",
        f"file:/{MARK}",
        "ssm:///text#key",
        "ssm:///json#key",
        "ssm:///json#nested",
        "ssm:///none",
        "file:///none/of/these",
        "${TO_TEXT}",
        "https://a.example/?key=${TO_NONE}",
    ],
)
def test_no_error_holds_a_value(text: str) -> None:
    """No exception, with its whole chain and its texts, shows a planted value."""
    environ = {"NOME": MARK, "EMPTY": "", "TO_TEXT": "ssm:///text#key", "TO_NONE": "ssm:///none"}
    planted = FakeStore(text=MARK, json=f'{{"nested": ["{MARK}"], "other": "{MARK}"}}')

    asked = Store(environ, clock=Clock(), fetchers={"ssm": planted, "file": read_files})
    error = refusal(lambda: asked.secret(text))
    shown = "".join(traceback.format_exception(error)) + repr((error, error.message, error.hint))

    assert error.code in ("E201", "E206", "E207", "E208", "E209")
    assert MARK not in shown
    assert error.__context__ is None


def test_store_and_secret_show_nothing() -> None:
    """Neither the store nor a secret from it prints a value."""
    holding = store({"KEY": MARK, "P": "ssm:///key"}, FakeStore(key=MARK))
    secrets = [holding.secret(text) for text in ("${KEY}", "${P}", MARK, f"${{NONE:-{MARK}}}")]

    assert MARK not in f"{holding!r} {secrets} {[secret.reference for secret in secrets]}"
    assert secrets[0] == Secret(MARK)


@pytest.mark.parametrize("kind", FAULTS)
def test_every_fault_speaks_both_languages(kind: str) -> None:
    """Each fault has a code of the family E2xx, and message and remedy in both languages."""
    values = ("name", "near", "reference", "key", "vendor_code")
    error = fault(kind, **{name: f"<{name}>" for name in values})

    assert error.code in ("E201", "E206", "E207", "E208", "E209")
    for phrase in (error.message, error.hint):
        assert any("\u4e00" <= char <= "\u9fff" for char in phrase.zh)
        assert phrase.en.isascii() or "“" in phrase.en or "…" in phrase.en
        assert not phrase.en.endswith(".")


def test_reference_in_a_text_is_bounded() -> None:
    """A path of any length or with control characters makes a short, clean line."""
    error = fault("aws.missing", reference=f"ssm:///{'x' * 9000}\x1b[31m\n")

    assert len(error.message.en) < 200
    assert error.message.en.isprintable()


# --- import cost


def test_importing_costs_little() -> None:
    """Neither an SDK nor what only errors need is imported before it is used."""
    script = """
import sys
import relay.configuration.secrets as secrets
secrets.Store({"KEY": "k"}).secret("${KEY}")
names = ("boto3", "botocore", "tencentcloud", "difflib", "relay.configuration.parameter_store",
         "relay.configuration.secret_faults")
print([name for name in names if name in sys.modules])
"""
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"
