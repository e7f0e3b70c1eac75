"""Every case of `design/faults.md` has a named test, and every number in a name is a case.

Three lists must agree: the document's, the one here, and the numbers in the tests' names, which are
read from the sources: a test that was renamed, or that may be skipped, counts for nothing.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT

TESTS = Path(__file__).parent
DOCUMENT = ROOT.parent / "shared" / "design" / "faults.md"
CASES = {
    "A1": "bytes that are no UTF-8",
    "A2": "the base64 flag and the body contradict each other",
    "A3": "base64, a byte-order mark, bytes and a dict as body",
    "A4": "no body at all",
    "A5": "JSON that is no object",
    "A6": "nesting and numbers that overwhelm a parser",
    "A7": "JSON that is odd, yet readable",
    "A8": "a body over the limit",
    "A9": "any content type, and form data",
    "A10": "headers in any form",
    "A11": "two different tokens in one request",
    "A12": "every envelope of both clouds, and what is none",
    "A13": "other methods, other paths, the health answer",
    "A14": "a request that claims to come from both forges",
    "B1": "a token that is missing or wrong",
    "B2": "how long a refusal takes",
    "B3": "no secret configured",
    "B4": "GitLab's signature, right and wrong",
    "B5": "the age of GitLab's signature",
    "B6": "Gitee's password and signature",
    "B7": "a signed request that is sent again",
    "B8": "a clock that is wrong",
    "B9": "two secrets while one replaces the other",
    "C1": "one robot of three is dead",
    "C2": "one robot of three is slow or hangs",
    "C3": "an answer byte by byte",
    "C4": "all robots are dead",
    "C5": "a connection that breaks before, in and after the answer",
    "C6": "a robot that is well again at the third try",
    "C7": "a robot that asks for a pause",
    "C8": "more events than a robot's limit",
    "C9": "a robot that will never take a message",
    "C10": "DingTalk's one code for four causes",
    "C11": "answers that are not the vendor's",
    "C12": "an errcode written as text",
    "C13": "a redirect",
    "C14": "an answer without end",
    "C15": "certificates and versions of TLS that are no good",
    "C16": "a kept connection that died meanwhile",
    "C17": "names that do not resolve, or only after minutes",
    "C18": "one robot named twice",
    "C19": "ten robots with mixed faults",
    "C20": "events without end against a robot that hangs",
    "D1": "the byte limit and whole characters",
    "D2": "a cut inside markup",
    "D3": "the size of DingTalk's body as it is sent",
    "D4": "mentions in user text",
    "D5": "markup and links in user text",
    "D6": "invisible characters and towers of marks",
    "D7": "fields that are missing, null or of another type",
    "D8": "events that have little to say",
    "D9": "very large pushes",
    "D10": "a robot that demands a keyword",
    "D11": "texts that make patterns run away",
    "E1": "one delivery key twice, one after the other",
    "E2": "one delivery key twice at once, in two instances",
    "E3": "death between two robots",
    "E4": "one bad message in a batch of the queue",
    "E5": "a message that fails every time",
    "E6": "dead letters sent again, and twice",
    "E7": "a queue that takes nothing",
    "E8": "a state store that is down or slow",
    "E9": "a message that is too old",
    "E10": "the time that the platform leaves",
    "E11": "a thousand events with random faults",
    "F1": "what is no configuration",
    "F2": "a configuration that means harm",
    "F3": "secrets that are not there",
    "F4": "addresses that are not the vendors'",
    "F5": "nobody to send to",
    "F6": "locale, disk, home and options of Python",
    "F7": "what else stands in the environment",
    "G1": "no secret in any output",
    "G2": "no connection to an address out of a payload",
    "G3": "log lines that user text cannot break",
    "G4": "what a stranger is told",
    "G5": "no secret in what is shipped",
}
_NUMBERED = re.compile(r"test_((?:[a-g][0-9]{1,2}_)+)")  # not test_e401_…, which is a code
_ROW = re.compile(r"^\| ([A-G][0-9]+) \|", re.MULTILINE)
_MAY_NOT_RUN = re.compile(
    r"\bmark\.(?:skip|skipif|xfail)\b|\bpytest\.(?:skip|xfail|importorskip)\("
)


def numbers(source: str) -> set[str]:
    """Return the numbers in the names of the tests of *source* that run whatever happens."""
    tree = ast.parse(source)
    said = {
        target.id: ast.unparse(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    loose = [ast.unparse(node.value) for node in tree.body if isinstance(node, ast.Expr)]
    if _MAY_NOT_RUN.search("\n".join([said.get("pytestmark", ""), *loose])):
        return set()
    return {
        number
        for test, outside in _numbered(tree)
        if not _MAY_NOT_RUN.search("\n".join(_texts(test, outside, said)))
        for number in _numbers_of(test.name)
    }


def _numbered(
    tree: ast.Module | ast.ClassDef,
) -> Iterator[tuple[ast.FunctionDef, list[ast.expr]]]:
    """Yield the tests with a number, and the decorators of their class."""
    outside = tree.decorator_list if isinstance(tree, ast.ClassDef) else []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and _numbers_of(node.name):
            yield node, outside
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            yield from _numbered(node)


def _numbers_of(name: str) -> list[str]:
    found = _NUMBERED.match(name)
    return found[1].upper().split("_")[:-1] if found else []


def _texts(test: ast.FunctionDef, outside: list[ast.expr], said: dict[str, str]) -> Iterator[str]:
    """Yield the source of *test*, of its decorators, and what their names stand for."""
    yield ast.unparse(test)
    for decorator in [*test.decorator_list, *outside]:
        yield ast.unparse(decorator)
        yield said.get(ast.unparse(decorator), "")


def test_every_case_has_a_test_and_every_number_is_a_case() -> None:
    """The numbers in the names of tests are those of the list, none more and none less."""
    found: set[str] = set()
    for path in TESTS.glob("test_*.py"):
        found |= numbers(path.read_text(encoding="utf-8"))
    without_a_test, without_a_case = sorted(set(CASES) - found), sorted(found - set(CASES))

    assert (without_a_test, without_a_case) == ([], [])


@pytest.mark.skipif(not DOCUMENT.exists(), reason="the design is not beside this checkout")
def test_list_is_that_of_the_document() -> None:
    """The document has the cases of the list, in its order, each once."""
    assert _ROW.findall(DOCUMENT.read_text(encoding="utf-8")) == list(CASES)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("def test_c2_c3_x(): ...", {"C2", "C3"}, id="two"),
        pytest.param("def test_d1_1366_x(): ...", {"D1"}, id="count-behind-it"),
        pytest.param("def test_e401_x(): ...", set(), id="code"),
        pytest.param("def c2_x(): ...", set(), id="no-test"),
        pytest.param("def test_x_c2(): ...", set(), id="not-in-front"),
        pytest.param("class TestX:\n def test_c2_x(self): ...", {"C2"}, id="in-a-class"),
        pytest.param(
            "@pytest.mark.skip\nclass TestX:\n def test_c2_x(self): ...", set(), id="class"
        ),
        pytest.param("@pytest.mark.skip\ndef test_c2_x(): ...", set(), id="skipped"),
        pytest.param("@pytest.mark.skipif(a)\ndef test_c2_x(): ...", set(), id="if-nothing"),
        pytest.param("@pytest.mark.xfail\ndef test_c2_x(): ...", set(), id="may-fail"),
        pytest.param("no = pytest.mark.skipif(a)\n@no\ndef test_c2_x(): ...", set(), id="by-name"),
        pytest.param("def test_c2_x(): pytest.skip('y')", set(), id="gives-up"),
        pytest.param("pytestmark = pytest.mark.skip\ndef test_c2_x(): ...", set(), id="module"),
        pytest.param("pytest.importorskip('y')\ndef test_c2_x(): ...", set(), id="import"),
        pytest.param(
            "@pytest.mark.parametrize('a', [pytest.param(1, id='skip')])\ndef test_c2_x(a): ...",
            {"C2"},
            id="a-word-only",
        ),
    ],
)
def test_what_may_not_run_does_not_count(source: str, expected: set[str]) -> None:
    """A number counts where it stands in front, in a test that nothing keeps from running."""
    assert numbers(source) == expected
