"""Filters: GitHub's pattern language, checked against its documentation and another library."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcmatch import glob

from relay.glob_machine import Automaton, compiled, is_simple
from relay.glob_parts import MOST_CHARACTERS, MOST_WILDCARDS, GlobError, negation_fault, parts
from relay.globs import fault, matches

# GitHub's own table of filter patterns: its pattern, and names that it says match.
DOCUMENTED = {
    "feature/*": "feature/my-branch feature/your-branch",
    "feature/**": "feature/beta-a/my-branch feature/your-branch feature/mona/the/octocat",
    "main": "main",
    "releases/mona-the-octocat": "releases/mona-the-octocat",
    "*": "main releases README.md server.rb",
    "**": "all/the/branches every/tag",
    "*feature": "mona-feature feature ver-10-feature",
    "v2*": "v2 v2.0 v2.9",
    "v[12].[0-9]+.[0-9]+": "v1.10.1 v2.0.0",
    "*.jsx?": "page.js page.jsx",
    "*.js": "app.js index.js",
    "**.js": "index.js js/index.js src/js/app.js",
    "docs/*": "docs/README.md docs/file.md",
    "docs/**": "docs/README.md docs/mona/octocat.txt",
    "docs/**/*.md": "docs/README.md docs/mona/hello-world.md docs/a/markdown/file.md",
    "**/docs/**": "docs/hello.md dir/docs/my-file.txt space/docs/plan/space.doc",
    "**/README.md": "README.md js/README.md",
    "**/*src/**": "a/src/app.js my-src/code/js/app.js",
    "**/*-post.md": "my-post.md path/their-post.md",
    "**/migrate-*.sql": "migrate-10909.sql db/migrate-v1.0.sql db/sept/migrate-v1.sql",
    "Octoc?t": "Octoct Octot",
    "[CB]at": "Cat Bat",
    "[1-2]00": "100 200",
}


@pytest.mark.parametrize(
    ("pattern", "name"),
    [(pattern, name) for pattern, names in DOCUMENTED.items() for name in names.split()],
)
def test_githubs_documented_examples_match(pattern: str, name: str) -> None:
    """Every example of the table matches."""
    assert matches((pattern,), (name,))


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("feature/*", "feature/mona/the/octocat"),
        ("feature/*", "feature"),
        ("*", "all/the/branches"),
        ("main", "main2"),
        ("main", "xmain"),
        ("v[12].[0-9]+.[0-9]+", "v3.1.0"),
        ("v[12].[0-9]+.[0-9]+", "v1.x.0"),
        ("*.jsx?", "page.jsxx"),
        ("*.js", "js/index.js"),
        ("docs/*", "docs/mona/octocat.txt"),
        ("docs/**/*.md", "mydocs/README.md"),
        ("**/docs/**", "mydocs/hello.md"),
        ("**/README.md", "xREADME.md"),
        ("**/*src/**", "a/src2/app.js"),
        ("**/docs/**/*.md", "a/docs/b/c.txt"),
        ("main", "Main"),
        ("a.c", "abc"),
        ("main", "main\n"),
        ("*", "a\n/b"),
    ],
)
def test_what_the_documentation_rules_out(pattern: str, name: str) -> None:
    """A star stays in its segment, a pattern is about the whole name, and case counts."""
    assert not matches((pattern,), (name,))


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("\\$default", "$default", True),
        ("\\*", "*", True),
        ("\\*", "a", False),
        ("C\\+\\+", "C++", True),
        ("ab+", "abbb", True),
        ("ab+", "a", False),
        ("ab?c?", "a", True),
        ("[a-c]+x", "abcx", True),
        ("[!a-c]x", "dx", True),
        ("[^a-c]x", "ax", False),
        ("a[!b]c", "a/c", False),
        ("[a\\]]", "]", True),
        ("[a-]", "-", True),
        ("[-a]", "-", True),
        ("[a\\-c]", "b", False),
        ("发布/*", "发布/二月", True),
        ("[一-龥]+", "中文", True),
        ("a/**/b", "a/b", True),
        ("a/**/**/b", "a/x/b", True),
        ("a***b", "a/x/b", True),
        ("a**b*c", "a/xb/yc", False),
        ("*a*a*", "banana", True),
        ("**/*.min.*", "web/js/app.min.js", True),
        ("**/a/**/b/**/c*d*e", "a/b/cde", True),
        ("**/a/**/b/**/c*d*e", "xa/b/cde", False),
        ("a?b?c?*e*", "e", True),
        ("", "", False),
        ("[", "[", False),
    ],
)
def test_the_rest_of_the_language(pattern: str, text: str, expected: bool) -> None:
    """Escapes, sets, repetitions, folders; a pattern that cannot be used matches nothing."""
    assert matches((pattern,), (text,)) is expected


@pytest.mark.parametrize(
    ("patterns", "text", "expected"),
    [
        ("*.md !README.md", "hello.md", True),
        ("*.md !README.md", "README.md", False),
        ("*.md !README.md", "docs/hello.md", False),
        ("*.md !README.md README*", "README.md", True),
        ("*.md !README.md README*", "README.doc", True),
        ("!sandbox", "api", True),
        ("!sandbox", "sandbox", False),
        ("!a !b", "c", True),
        ("!a !b", "b", False),
        ("!main **", "main", False),
        ("!main **", "dev", True),
        ("!main dev", "other", False),
        ("releases/** !releases/**-alpha", "releases/10", True),
        ("releases/** !releases/**-alpha", "releases/10-alpha", False),
        ("$default release/**", "main", True),
        ("$default release/**", "release/1", True),
        ("$default release/**", "dev", False),
        ("!$default", "main", False),
        ("!$default", "dev", True),
    ],
)
def test_the_last_pattern_that_matches_decides(patterns: str, text: str, expected: bool) -> None:
    """Order counts, but exclusions in front always hold."""
    assert matches(tuple(patterns.split()), (text,), default_branch="main") is expected


@pytest.mark.parametrize(
    ("default", "branch", "expected"),
    [("develop", "develop", True), ("develop", "main", False), ("", "main", True),
     ("", "master", True), ("", "develop", False)],
)  # fmt: skip
def test_default_branch(default: str, branch: str, expected: bool) -> None:
    """The project's own default branch counts; main and master do when it is not told."""
    assert matches(("$default",), (branch,), default_branch=default) is expected


@pytest.mark.parametrize(
    ("patterns", "texts", "expected"),
    [
        (("!docs/**",), ("docs/a.md", "src/a.py"), True),
        (("!docs/**",), ("docs/a.md", "docs/b.md"), False),
        (("src/**",), ("docs/a.md", "src/a.py"), True),
        (("src/**", "!**/*.md"), ("src/a.md", "docs/b.py"), False),
        (("src/**",), (), False),
        (("!docs/**",), (), True),
    ],
)
def test_one_path_is_enough(
    patterns: tuple[str, ...], texts: tuple[str, ...], expected: bool
) -> None:
    """Of several paths one must be let through, as on GitHub."""
    assert matches(patterns, texts) is expected


@pytest.mark.parametrize(
    ("patterns", "texts", "expected"),
    [
        (("!wip",), ("bug", "wip"), False),
        (("bug", "!wip"), ("bug", "wip"), False),
        (("bug", "!wip"), ("bug",), True),
        (("*", "!wip", "urgent"), ("wip", "urgent"), True),
        (("bug",), (), False),
        (("!wip",), (), True),
        (("!renovate-bot",), ("renovate-bot", "Renovate Bot"), False),
    ],
)
def test_an_exclusion_counts_for_the_whole_thing(
    patterns: tuple[str, ...], texts: tuple[str, ...], expected: bool
) -> None:
    """One label or one name that is excluded keeps the thing out, whatever else it is called."""
    assert matches(patterns, texts, one_thing=True) is expected


def test_case_is_ignored_where_forges_ignore_it() -> None:
    """Projects and people are found in any case of letters, also within sets."""
    assert matches(("Platform/[A-C]*",), ("platform/API",), ignore_case=True)
    assert not matches(("Platform/*",), ("platform/API",))


@pytest.mark.parametrize(
    ("pattern", "word"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("!", "follow the !"),
        ("!!x", "one !"),
        ("[abc", "closes"),
        ("[abc\\]", "closes"),
        ("[]", "nothing stands"),
        ("[!]", "nothing stands"),
        ("[z-a]", "backwards"),
        ("main\\", "follow the \\"),
        ("?x", "none"),
        ("+x", "none"),
        ("*?", "none"),
        ("C++", "none"),
        ("a/**/+", "none"),
        ("a" * (MOST_CHARACTERS + 1), "200 characters"),
        ("*a" * (MOST_WILDCARDS + 1), "12 wildcards"),
        ("refs/heads/main", "refs/heads/"),
        ("/docs/**", "the / at the beginning"),
        ("!/docs/**", "the / at the beginning"),
        ("https://gitlab.example.com/a/b", "only the path"),
        ("!*://a/b", "only the path"),
        ("$main", "$default"),
        ("!$default-branch", "$default"),
        ("@zhangsan", "leave out the @"),
        ("!@zhangsan", "leave out the @"),
    ],
)
def test_what_is_wrong_with_a_pattern(pattern: str, word: str) -> None:
    """A pattern that cannot be used is told so, in both languages; it matches nothing."""
    found = fault(pattern)

    assert found is not None
    assert word in found.en
    assert any(char > "一" for char in found.zh)


# What begins like a slip and is none: tags and paths of a scope, a price, plain characters.
PLAIN = ["@acme/core@*", "@types/**", "\\@home", "\\$main", "$5", "a$b", "!$default"]


@pytest.mark.parametrize(
    "pattern", [*DOCUMENTED, "$default", "!README.md", "a" * MOST_CHARACTERS, *PLAIN]
)
def test_good_patterns_have_no_fault(pattern: str) -> None:
    """Everything documented may be written."""
    assert fault(pattern) is None


HOSTILE = ["*a*a*a*a*b", "**a**a**a*b", "a?" * 12 + "b", "a+" * 12 + "b", "[a-z]+" * 6 + "b",
           "**/a/**/a/**/b", "**a*b", "*a*b", "*b", "**/*b", "a**ab"]  # fmt: skip


@pytest.mark.parametrize("pattern", HOSTILE)
@pytest.mark.parametrize("text", ["a" * 4096, "/" * 4096, "a/" * 2048, "ba" * 2048])
def test_d11_hostile_texts_end(pattern: str, text: str) -> None:
    """D11: the answer comes, whatever both are; a search that tries all ways would not end."""
    assert not matches((pattern,), (text,))


@pytest.mark.parametrize("pattern", [*HOSTILE[:8], "a*b*c", "**/a/**/b*"])
def test_d11_no_regular_expression_where_it_could_run_away(pattern: str) -> None:
    """Several wildcards that may share the same characters are for the automaton."""
    assert not is_simple(parts(pattern))


@pytest.mark.parametrize(
    "pattern",
    [
        "platform/**",
        "**/docs/**",
        "release/*/*",
        "*.jsx?",
        "**/*-post.md",
        "docs/**/*.md",
    ],
)
def test_usual_patterns_are_regular_expressions(pattern: str) -> None:
    """What most filters look like takes the quick way."""
    assert is_simple(parts(pattern))


PATTERNS = st.lists(
    st.sampled_from(["*", "**/", "a", "b", "/", "a?", "b+", "[ab]", "[!a]", ".", "**"]),
    min_size=1,
    max_size=8,
).map("".join)
TEXTS = st.text("ab/.", max_size=12)


@given(PATTERNS, TEXTS)
def test_both_ways_of_matching_agree(pattern: str, text: str) -> None:
    """The automaton says what the regular expression says."""
    if fault(pattern) is None:
        found = parts(pattern)

        assert Automaton(found).matches(text) is bool(compiled(found)(text))


def other(pattern: str, text: str) -> bool:
    return glob.globmatch(text, pattern, flags=glob.GLOBSTAR | glob.DOTGLOB | glob.FORCEUNIX)


SHARED = ["*", "a*", "*b", "a*b", "**", "**/a", "a/**/b", "**/a/*", "[ab]*", "[!a]*", "*.md",
          "a/*/b", "**/*.md", "x/**", "**/x/**"]  # fmt: skip
NAMES = ["a", "b", "ab", "a/b", "a/x/b", "x/y/a", "a.md", "a/x.md", "a/x/y.md", "a/a/b", ".a"]


@pytest.mark.parametrize("pattern", SHARED)
@pytest.mark.parametrize("name", NAMES)
def test_agrees_with_wcmatch(pattern: str, name: str) -> None:
    """What both languages have in common means the same in another library."""
    assert matches((pattern,), (name,)) is other(pattern, name)


SEGMENT = st.lists(st.sampled_from(["*", "a", "b", "x."]), min_size=1, max_size=4).map("".join)
SAME_SEGMENTS = st.lists(st.one_of(st.just("**"), SEGMENT), min_size=1, max_size=4)
NAME = st.lists(st.text("abx.", min_size=1, max_size=4), min_size=1, max_size=4)


@given(SAME_SEGMENTS.filter(lambda found: found[-1] != "**"), NAME)
def test_agrees_with_wcmatch_on_anything(segments: list[str], names: list[str]) -> None:
    """Any pattern of stars, folders and letters, on any path."""
    if any(name in (".", "..") for name in names) or any("***" in one for one in segments):
        return
    pattern = "/".join("*" if set(one) == {"*"} and one != "**" else one for one in segments)
    if any("**" in one and one != "**" for one in pattern.split("/")):
        return  # within a name GitHub's crosses segments

    assert matches((pattern,), ("/".join(names),)) is other(pattern, "/".join(names))


@given(
    st.text("ab/*!.-$_@:", max_size=9)
    | st.sampled_from(["$default", "!$default", "$defaults", "@a", "!@a/b", "a://b"])
    | st.text("*/", min_size=20, max_size=40)
)
def test_a_pattern_that_is_not_parsed_has_no_fault(pattern: str) -> None:
    """What `fault` lets through at a glance, the parser takes as well."""

    def parsed() -> bool:
        try:
            parts(pattern.removeprefix("!"))
        except GlobError:
            return False
        return negation_fault(pattern) is None

    assert (fault(pattern) is None) == parsed()
