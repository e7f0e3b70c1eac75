"""Links of a payload."""

import pytest

from adapters.links import quoted, web_url


@pytest.mark.parametrize(
    "address",
    [
        "https://git.example.com/platform/api",
        "http://10.0.0.5:8080/x?y=1&z=2#note_7",
        "HTTPS://git.example.com/",
        "https://git.example.com",
        "https://git.example.com/@zhangsan",
        "https://例子.example.com/分支",
        "https://git.example.com/" + "x" * 1000,
    ],
)
def test_an_address_is_kept_as_it_is(address: str) -> None:
    """http and https addresses come back unchanged."""
    assert address == web_url(address)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://",
        "https:///path",
        "git.example.com/platform",
        "javascript:alert(1)",
        "ftp://git.example.com/",
        "dingtalk://dingtalkclient/page",
        " https://git.example.com/",
        "https://git.example.com/a b",
        "https://git.example.com/a\nb",
        "https://git.example.com/a\u3000b",
        "https://git.example.com/\u202egnp",
        "https://git.example.com/\u200b",
        "https://git.example.com/\x00",
        "https://git.example.com/\ud800",
        'https://git.example.com/"',
        "https://git.example.com/'",
        "https://git.example.com/<b>",
        "https://git.example.com/`",
        "https:\\\\git.example.com/",
        "https://git.example.com\\@evil.example.com/",
        "https://zhangsan:pass@git.example.com/",
        "https://git.example.com@evil.example.com/",
        "https://git.example.com/" + "x" * 1001,
        "https://git.example.com/" + "分" * 334,
    ],
)
def test_anything_else_is_no_link(text: str) -> None:
    """Other schemes, credentials, characters that break markup and long texts give no link."""
    assert web_url(text) == ""


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("release/2.8", "release/2.8"),
        ("feat/#12 a%b?c", "feat/%2312%20a%25b%3Fc"),
        ("主干", "%E4%B8%BB%E5%B9%B2"),
        ("a\ud800b", "a%3Fb"),
        ("../..//x", "../..//x"),
    ],
)
def test_a_part_of_a_path_is_encoded(part: str, expected: str) -> None:
    """All but letters, digits, ``-._~`` and ``/`` is percent-encoded; nothing raises."""
    assert expected == quoted(part)
