"""Every rule of the configuration file: one bad file each, and exactly what is said about it.

The first lines of a file in `tests/fixtures/bad_configs` hold all that must be said, nothing more:
``# expect: CODE LINE:COLUMN | the hint in zh-CN``. Whatever is secret there has "planted" in it.
"""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft7Validator

from relay.configuration.document import MAX_BYTES, compose, decode
from relay.configuration.loading import load_from
from relay.configuration.origins import Loaded, Origin
from relay.configuration.secret_errors import SecretError, fault
from relay.configuration.secrets import Store, default_fetchers
from relay.configuration.snippets import summary, told
from workbench.schema import schema

ROOT = Path(__file__).parent.parent
FOLDER = Path(__file__).parent / "fixtures" / "bad_configs"
NAMES = sorted(path.name for path in FOLDER.glob("*.yml"))
EXPECTED = re.compile(r"# expect: ([EW]\d{3}) (\d+):(\d+) \|(?: (.*))?$", re.MULTILINE)
ENVIRON = {
    "WEBHOOK_SECRET": "planted-secret-of-the-webhook",
    "GITLAB_WEBHOOK_SECRET": "planted-secret-of-gitlab",
    "WECOM_URL": "planted-key-of-wecom",
    "DINGTALK_URL": "planted-token-of-dingtalk",
    "DINGTALK_SECRET": "SECplantedsecretofdingtalk",
    "TWO_SECRETS": "SECplantedfirst,SECplantedsecond",
    "WECOM_WHOLE_URL": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=planted-key-in-url",
    "EMPTY": "",
}
STORED = {"ssm:///notify/robots": '{"wecom": "planted-key-stored", "number": 1}'}


def parameter_store(places: Sequence[str]) -> dict[str, "str | SecretError"]:
    """A parameter store that has what is in `STORED` and denies all the rest."""
    return {
        place: STORED.get(place) or fault("aws.denied", reference=place, name=place)
        for place in places
    }


def loaded(path: Path) -> Loaded:
    fetchers = {**default_fetchers(ENVIRON), "ssm": parameter_store}
    store = Store(ENVIRON, clock=lambda: 0.0, fetchers=fetchers)
    return load_from(Origin(path.name, path=path), ENVIRON, store, thorough=True)


def expected(path: Path) -> list[tuple[str, int, int, str]]:
    raw = path.read_bytes()
    text = raw.decode("utf-16" if raw.startswith(b"\xff\xfe") else "utf-8", errors="replace")
    found = EXPECTED.findall(text)
    return [(code, int(line), int(column), hint) for code, line, column, hint in found]


@pytest.mark.parametrize("name", NAMES)
def test_a_bad_file_is_told_exactly(name: str) -> None:
    """Code, line, column and suggestion of every problem, and no other problem."""
    found = loaded(FOLDER / name)

    told_of = [(one.code, one.line, one.column, one.hint.zh) for one in found.problems]
    assert expected(FOLDER / name) == told_of
    assert told_of
    assert (found.config is None) == any(code.startswith("E") for code, *_ in told_of)


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_left_unsaid_and_no_secret_told(name: str, lang: str) -> None:
    """Every problem has its words in both languages; no line shown holds a part of a secret."""
    found = loaded(FOLDER / name)

    for problem in found.problems:
        block = told(problem, found.text, lang, found.spans)
        assert problem.message.of(lang)
        assert bool(problem.hint.zh) == bool(problem.hint.of(lang))
        assert "{" not in problem.message.of(lang).replace("${", "").replace("{{", "")
        assert "planted" not in block
        assert "planted" not in repr(problem)


@pytest.mark.parametrize("name", NAMES)
def test_both_parsers_say_the_same(name: str) -> None:
    """PyYAML with and without libyaml: the same problems at the same places."""
    text, _ = decode((FOLDER / name).read_bytes(), name)

    _, fast = compose(text, name, loader=yaml.CSafeLoader)
    _, plain = compose(text, name, loader=yaml.SafeLoader)

    assert fast == plain
