"""The configuration of a running process: where it comes from, when it changes, what it keeps."""

import json
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from relays import Clock

from relay.config import Config
from relay.configuration.live import Live
from relay.configuration.secret_errors import SecretError, fault
from relay.configuration.secrets import KEPT_S, RETRY_S, Store
from relay.errors import ConfigError

ROBOT = {"WECOM_WEBHOOK_URL": "aaaa-1111", "WEBHOOK_SECRET": "s3cret"}
GOOD = """\
version: 1
receivers:
  {name}: {{ type: wecom_robot, url: "${{WECOM_WEBHOOK_URL}}" }}
"""
KEPT = """\
version: 1
sources:
  gitlab: { type: gitlab, secret: "ssm:///notify/hook" }
receivers:
  dev: { type: wecom_robot, url: "${WECOM_WEBHOOK_URL}" }
"""
BROKEN = {
    "empty": "",
    "comments-only": "# nothing\n",
    "not-yaml": "receivers: [",
    "tab": "version: 1\n\treceivers: {}\n",
    "unknown-key": GOOD.format(name="dev") + "routs: []\n",
}


class Running:
    """A process with a configuration file, whose changes always show in the file's times."""

    def __init__(self, folder: Path, text: str, **environ: str) -> None:
        self.file = folder / "config.yml"
        self.clock = Clock()
        self._changes = 0
        self.write(text)
        self.live = Live({**ROBOT, "CONFIG_FILE": str(self.file), **environ}, self.clock)

    def write(self, text: str) -> None:
        """Replace the file, as an editor does."""
        self._changes += 1
        self.file.write_text(text, encoding="utf-8")
        os.utime(self.file, ns=(self._changes, self._changes))

    def later(self, seconds: float = 1.0) -> Config:
        self.clock.now += seconds
        return self.live.current()

    def receivers(self, seconds: float = 1.0) -> list[str]:
        return names(self.later(seconds))


def names(config: Config) -> list[str]:
    return [receiver.name for receiver in config.receivers]


def told(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def events(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [line["event"] for line in told(capsys)]


# --- where it comes from


@pytest.mark.parametrize(
    ("given", "origin", "receivers"),
    [
        pytest.param(("text", "file", "variables"), "CONFIG_YAML", ["text"], id="text-first"),
        pytest.param(("file", "variables"), "{file}", ["file"], id="then-the-file"),
        pytest.param(("variables",), "environment", ["wecom"], id="then-variables"),
    ],
)
def test_text_comes_before_file_before_variables(
    given: tuple[str, ...], origin: str, receivers: list[str], tmp_path: Path
) -> None:
    """CONFIG_YAML counts more than CONFIG_FILE, and that more than the variables."""
    file = tmp_path / "own.yml"
    file.write_text(GOOD.format(name="file"), encoding="utf-8")
    settings = {
        "text": {"CONFIG_YAML": GOOD.format(name="text")},
        "file": {"CONFIG_FILE": str(file)},
        "variables": {},
    }
    environ = {"CONFIG_FILE": "", **ROBOT}
    for one in given:
        environ |= settings[one]
    config = Live(environ).current()

    assert (config.origin, names(config)) == (origin.format(file=file), receivers)


@pytest.mark.parametrize("name", ["config.yml", "config.yaml"])
def test_file_beside_the_process_is_found(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without CONFIG_FILE a config.yml or config.yaml is taken; an empty CONFIG_FILE takes none."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text(GOOD.format(name="beside"), encoding="utf-8")

    assert names(Live(ROBOT).current()) == ["beside"]
    assert names(Live({**ROBOT, "CONFIG_FILE": ""}).current()) == ["wecom"]


def test_named_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """A CONFIG_FILE that does not exist is refused: the variables do not take its place."""
    live = Live({**ROBOT, "CONFIG_FILE": str(tmp_path / "missing.yml")})

    with pytest.raises(ConfigError) as caught:
        live.current()
    assert "missing.yml" in caught.value.problems[0].message.zh


def test_what_was_chosen_is_logged_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line names the file and the digest, however many events follow."""
    running = Running(tmp_path, GOOD.format(name="dev"))
    for _ in range(5):
        running.later()
    lines = told(capsys)

    assert [line["event"] for line in lines] == ["config.loaded"]
    assert (lines[0]["origin"], len(lines[0]["digest"])) == (str(running.file), 4)


# --- when it changes


def test_changed_file_is_taken_within_a_second(tmp_path: Path) -> None:
    """The file is looked at once a second: not sooner, and no later."""
    running = Running(tmp_path, GOOD.format(name="one"))
    running.live.current()
    running.write(GOOD.format(name="two"))

    assert running.receivers(0.5) == ["one"]
    assert running.receivers(0.5) == ["two"]


def test_unchanged_file_is_not_read_again(tmp_path: Path) -> None:
    """As long as the file stays the same the configuration is the very same value."""
    running = Running(tmp_path, GOOD.format(name="dev"))

    assert running.later() is running.later(3600)


@pytest.mark.parametrize("kind", BROKEN)
def test_f1_broken_file_keeps_the_last_good_configuration(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A running process goes on with what it had, says so once, and takes the mended file."""
    running = Running(tmp_path, GOOD.format(name="good"))
    running.live.current()
    capsys.readouterr()
    running.write(BROKEN[kind])
    kept = [running.receivers() for _ in range(5)]
    while_broken = events(capsys)
    running.write(GOOD.format(name="mended"))

    assert kept == [["good"]] * 5
    assert set(while_broken) == {"config.problem", "config.kept"}
    assert while_broken.count("config.kept") == 1
    assert running.receivers() == ["mended"]


@pytest.mark.parametrize("setting", ["named", "found"])
def test_f1_file_that_is_gone_keeps_the_last_good_configuration(
    setting: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without its file a process goes on, the variables do not take over, and it is looked for."""
    monkeypatch.chdir(tmp_path)
    running = Running(tmp_path, GOOD.format(name="good"))
    if setting == "found":
        running.live = Live(ROBOT, running.clock)
    running.live.current()
    running.file.unlink()

    assert running.receivers() == ["good"]
    running.write(GOOD.format(name="back"))
    assert running.receivers() == ["back"]


@pytest.mark.parametrize("kind", BROKEN)
def test_f1_cold_start_with_a_broken_file_recovers(kind: str, tmp_path: Path) -> None:
    """What is wrong at the start is wrong until it is mended; then the next event is served."""
    running = Running(tmp_path, BROKEN[kind])
    for _ in range(2):
        with pytest.raises(ConfigError):
            running.live.current()
    running.write(GOOD.format(name="mended"))

    assert names(running.live.current()) == ["mended"]


def test_language_is_the_files_own_even_when_it_is_wrong(tmp_path: Path) -> None:
    """What callers are told about a broken file is in the language that it asks for."""
    running = Running(tmp_path, "lang: en\n" + BROKEN["unknown-key"])
    with pytest.raises(ConfigError):
        running.live.current()

    assert running.live.lang == "en"


def test_broken_file_does_not_change_the_language(tmp_path: Path) -> None:
    """Callers of a running process are told in the language of the configuration that is used."""
    running = Running(tmp_path, "lang: en\n" + GOOD.format(name="good"))
    running.live.current()
    running.write(BROKEN["empty"])
    running.later()

    assert running.live.lang == "en"


# --- secrets that are kept elsewhere


class Shelf:
    """A parameter store: *value* None fails; counts what it was asked; *gate* holds it up."""

    def __init__(self, value: str | None = "first") -> None:
        self.value = value
        self.asked = 0
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, places: Sequence[str]) -> Mapping[str, str | SecretError]:
        self.asked += 1
        self.gate.wait(5)
        return {place: self.value or fault("file_missing", reference=place) for place in places}


class Served:
    """A process whose one webhook secret lies on a shelf."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.clock = Clock()
        environ = {**ROBOT, "CONFIG_YAML": KEPT}
        store = Store(environ, clock=self.clock, fetchers={"ssm": shelf})
        self.live = Live(environ, self.clock, store)

    def secret(self, later_s: float = 0.0) -> str:
        self.clock.now += later_s
        return self.live.current().sources[0].secrets[0].reveal()


def test_rotated_secret_is_taken_over_after_five_minutes() -> None:
    """A new value is asked for when the old one is five minutes old, and not before."""
    served = Served(Shelf())
    first = served.secret()
    served.shelf.value = "second"

    assert (first, served.secret(KEPT_S - 1), served.shelf.asked) == ("first", "first", 1)
    assert (served.secret(2), served.shelf.asked) == ("second", 2)


def test_unchanged_secret_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """A refresh that brings the same value does not load the configuration again."""
    served = Served(Shelf())
    before = served.live.current()
    served.secret(KEPT_S + 1)

    assert served.shelf.asked == 2
    assert served.live.current() is before
    assert events(capsys).count("config.loaded") == 1


def test_failing_store_keeps_the_last_good_value(capsys: pytest.CaptureFixture[str]) -> None:
    """While the parameter store fails the old secret stays, told once, until a new one comes."""
    served = Served(Shelf())
    served.secret()
    served.shelf.value = None
    kept = [served.secret(KEPT_S + 1), *(served.secret(RETRY_S + 1) for _ in range(3))]
    lines = events(capsys)
    served.shelf.value = "third"

    assert kept == ["first"] * 4
    assert lines.count("secret.kept") == 1
    assert served.secret(RETRY_S + 1) == "third"


def test_store_that_fails_at_the_cold_start_is_not_asked_for_every_event() -> None:
    """Without its secret nothing can be used; the store is asked again soon, and then it is."""
    served = Served(Shelf(None))
    for _ in range(3):
        with pytest.raises(ConfigError) as caught:
            served.secret()
    served.shelf.value = "there"

    assert [problem.code for problem in caught.value.problems] == ["E207"]
    assert served.shelf.asked == 1
    assert served.secret(RETRY_S + 1) == "there"


def test_slow_store_does_not_hold_up_an_event() -> None:
    """An event goes on with the old secret while the store takes its time; the next has the new."""
    served = Served(Shelf())
    served.secret()
    served.shelf.gate.clear()
    served.shelf.value = "second"
    while_slow = served.secret(KEPT_S + 1)
    served.shelf.gate.set()

    assert while_slow == "first"
    assert served.secret(2) == "second"
    assert served.shelf.asked == 2


def test_rotated_secret_in_a_file_is_taken_over(tmp_path: Path) -> None:
    """``file://`` is read again like a parameter store; while the file is gone its value stays."""
    secret = tmp_path / "secret"
    secret.write_text("first\n", encoding="utf-8")
    text = KEPT.replace("ssm:///notify/hook", f"file://{secret}")
    running = Running(tmp_path, text)

    def value(later_s: float) -> str:
        return running.later(later_s).sources[0].secrets[0].reveal()

    first = value(1)
    secret.unlink()
    gone = value(KEPT_S + 1)
    secret.write_text("second\n", encoding="utf-8")

    assert (first, gone, value(RETRY_S + 1)) == ("first", "first", "second")


# --- several threads


def at_once(count: int, work: Callable[[], object]) -> list[object]:
    """Run *work* in *count* threads that begin together; return what each of them gave."""
    barrier = threading.Barrier(count)
    found: list[object] = []

    def run() -> None:
        barrier.wait(5)
        found.append(work())

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    return found


def test_cold_start_of_eight_threads_loads_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Eight events that arrive together have one configuration, read and fetched once."""
    served = Served(Shelf())
    found = at_once(8, served.live.current)

    assert len(found) == 8
    assert {id(config) for config in found} == {id(served.live.current())}
    assert events(capsys).count("config.loaded") == 1
    assert served.shelf.asked == 1


def test_change_under_eight_threads_loads_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Eight events after a change of the file all have the new one, read once."""
    running = Running(tmp_path, GOOD.format(name="one"))
    running.live.current()
    running.write(GOOD.format(name="two"))
    running.clock.now += 1
    capsys.readouterr()
    found = at_once(8, lambda: tuple(names(running.live.current())))

    assert found == [("two",)] * 8
    assert events(capsys).count("config.loaded") == 1
