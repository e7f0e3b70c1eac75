"""Which addresses a message may be sent to (case F4 of `design/faults.md`)."""

import pytest

from relay.config import Secret
from relay.configuration.addresses import (
    API_BASE,
    DINGTALK,
    WECOM,
    AddressError,
    api_base,
    robot_address,
)
from relay.configuration.pasted import items
from relay.configuration.robots import PairingError, keyword_fault, numbered, paired, secret_fault

URL = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key="
DING = "https://oapi.dingtalk.com/robot/send?access_token="


def refusal(text: str, *allowed: str) -> AddressError:
    with pytest.raises(AddressError) as caught:
        robot_address(text, WECOM, allowed)
    return caught.value


@pytest.mark.parametrize(
    "text",
    [
        "k-1_A",
        URL + "k-1_A",
        URL.replace("com/", "com:443/") + "k-1_A",
        "HTTPS://QYAPI.weixin.qq.com/cgi-bin/webhook/send?key=k-1_A",
        URL + "k-1_A&debug=1#top",
        URL.replace("?", "?x=&") + "k-1_A",
    ],
    ids=["key", "address", "port", "case", "more", "before"],
)
def test_f4_accepted(text: str) -> None:
    """Whole address or only the key: one form comes out."""
    assert robot_address(text, WECOM, ()) == URL + "k-1_A"


REFUSED = [
    (URL.replace("https", "http") + "k", "must begin with https://", "https:// 开头"),
    (URL.replace("com/", "com:8443/") + "k", "name no port", "不写端口"),
    (URL.replace("https://", "https://user:pw@") + "k", "user name", "用户名"),
    (URL.replace("https://", "https://qyapi.weixin.qq.com@") + "k", "user name", "用户名"),
    ("https://example.com/cgi-bin/webhook/send?key=k", "not at qyapi.weixin.qq.com", "主机不是"),
    ("https://qyapi.weixin.qq.com.example.com/cgi-bin/webhook/send?key=k", "not at", "主机不是"),
    ("https://qyapi.weixin.qq.com./cgi-bin/webhook/send?key=k", "not at", "主机不是"),
    ("https://127.0.0.1/cgi-bin/webhook/send?key=k", "not at", "主机不是"),
    ("https://[::1]/cgi-bin/webhook/send?key=k", "not at", "主机不是"),
    ("https://169.254.169.254/latest/meta-data?key=k", "not at", "主机不是"),
    (URL.replace("/send", "/upload_media") + "k", "path /cgi-bin/webhook/send", "路径应该是"),
    (URL.replace("/send", "/send/") + "k", "path /cgi-bin/webhook/send", "路径应该是"),
    (URL.removesuffix("?key="), "must end in ?key=", "要以 ?key="),
    (URL, "must end in ?key=", "要以 ?key="),
    (URL + "a&key=b", "must end in ?key=", "要以 ?key="),
    (URL + "a%0Ab", "must end in ?key=", "要以 ?key="),
    (URL + "a。", "character that no address has", "里有空格"),
    (URL + "a b", "holds a space", "里有空格"),
    (URL.replace("/", "\\") + "k", "character that no address has", "里有空格"),
    ("", "begins with https://", "https:// 开头"),
    ("qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k", "begins with https://", "https:// 开头"),
    ("key=k", "nor only the key", "也不是单独的 key"),
    ("ftp://qyapi.weixin.qq.com/x?key=k", "begins with https://", "https:// 开头"),
    ("file:///etc/passwd?key=k", "begins with https://", "https:// 开头"),
    ("https://", "begins with https://", "https:// 开头"),
    ("https://[::1", "cannot be read", "读不出来"),
    ("https://qyapi.weixin.qq.com:99999/x?key=k", "cannot be read", "读不出来"),
    ("https://qyapi.weixin.qq.com:x/x?key=k", "cannot be read", "读不出来"),
    (DING + "k", "is one of a DingTalk robot", "是钉钉机器人的"),
    ("SECabcdef", "signing secret", "签名密钥"),
]


@pytest.mark.parametrize(("text", "en", "zh"), REFUSED)
def test_f4_refused(text: str, en: str, zh: str) -> None:
    """Every other address is refused in both languages, without any part of it."""
    fault = refusal(text)

    assert en in fault.phrase.en
    assert zh in fault.phrase.zh
    assert len(text) < 9 or text not in f"{fault} {fault.phrase}"


@pytest.mark.parametrize(("text", "en", "zh"), REFUSED)
def test_a_fault_names_no_variable(text: str, en: str, zh: str) -> None:
    """The words suit a file as well: the caller says where the address stands."""
    del en, zh
    phrase = refusal(text).phrase

    assert not [word for word in ("WECOM_", "DINGTALK_", "RELAY_") if word in f"{phrase}"]


def test_f4_the_caller_learns_whose_address_it_is() -> None:
    """Another platform's robot and an unknown host have remedies of their own."""
    assert refusal(DING + "k").belongs is DINGTALK
    assert refusal("https://example.com/?key=k").foreign is True
    assert refusal(URL).belongs is None
    assert refusal(URL).foreign is False


@pytest.mark.parametrize(
    ("allowed", "text"),
    [
        ("localhost:9", "http://localhost:10/?key=k"),
        ("localhost:9", "http://localhost/?key=k"),
        ("corp", "https://im.corp/?key=k"),
        ("im.corp", "https://im.corp.example.com/?key=k"),
        ("im.corp", "https://user@im.corp/?key=k"),
        ("im.corp", "https://im.corp/"),
        ("im.corp", "file://im.corp/?key=k"),
    ],
)
def test_f4_allowing_one_host_allows_no_other(allowed: str, text: str) -> None:
    """The permission is for that place only, and never without a key."""
    refusal(text, allowed)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", API_BASE),
        ("https://qyapi.weixin.qq.com", API_BASE),
        ("https://QYAPI.weixin.qq.com:443/", API_BASE),
        ("http://im.corp:9/", "http://im.corp:9"),
        ("https://im.corp/wecom/api/", "https://im.corp/wecom/api"),
        ("https://im.corp/wecom", "https://im.corp/wecom"),
    ],
)
def test_f4_the_application_api(text: str, expected: str) -> None:
    """The vendor's own place, or an allowed host with the path that stands there."""
    assert api_base(text, ("im.corp",)) == expected


@pytest.mark.parametrize(
    ("text", "zh"),
    [
        ("http://qyapi.weixin.qq.com", "https:// 开头"),
        ("https://qyapi.weixin.qq.com:8443", "不写端口"),
        ("https://qyapi.weixin.qq.com/cgi-bin", "只写到主机为止"),
        (URL + "k3y", "只写到主机为止"),
        ("https://im.corp/?key=k3y", "不要写 ?"),
        ("https://im.corp/#x", "不要写 ?"),
        ("https://im.corp?", "不要写 ?"),
        ("https://user:k3y@im.corp", "用户名"),
        ("https://example.com", "主机不是"),
        ("https://oapi.dingtalk.com", "钉钉"),
        ("ftp://im.corp", "应该以 https:// 开头"),
        ("k3y", "应该以 https:// 开头"),
        ("https://im.corp /", "里有空格"),
    ],
)
def test_f4_other_places_of_the_api_are_refused(text: str, zh: str) -> None:
    """Anything else, a robot's whole address above all, is refused without a part of it."""
    with pytest.raises(AddressError) as caught:
        api_base(text, ("im.corp",))

    assert zh in caught.value.phrase.zh
    assert "k3y" not in f"{caught.value} {caught.value.phrase}"


@pytest.mark.parametrize(
    "text", ["a,b", " a ，b ", "a\nb\r\n", ",a,,b,", '"a","b"', "“a”\n‘b’", "\ufeffa,\u200bb"]
)
def test_split_addresses(text: str) -> None:
    """Commas of either width and line breaks make a list; quotes, spaces, empty places go."""
    assert items(text) == ["a", "b"]


def secrets(*texts: str) -> list[Secret]:
    return [Secret(text, f"${{{text}}}") for text in texts]


@pytest.mark.parametrize(
    ("urls", "given", "expected"),
    [
        ([], [], []),
        (["a"], [], [("a", None)]),
        (["a", "b"], ["SECa", "SECb"], [("a", "SECa"), ("b", "SECb")]),
        (["a", "b"], ["", "SECb"], [("a", None), ("b", "SECb")]),
        (["a", "b", "a"], ["SECa", "SECb", "SECx"], [("a", "SECa"), ("b", "SECb")]),
        (["a", "a"], ["", "SECa"], [("a", "SECa")]),
        (["a", "a"], [], [("a", None)]),
    ],
)
def test_secrets_belong_by_place(
    urls: list[str], given: list[str], expected: list[tuple[str, str | None]]
) -> None:
    """Each robot once, with the secret at its place; both keep their references."""
    found = paired(secrets(*urls), secrets(*given))

    assert [(url.reveal(), secret and secret.reveal()) for url, secret in found] == expected
    assert [url.reference for url, _ in found] == [f"${{{url}}}" for url, _ in expected]


@pytest.mark.parametrize(("robots", "given"), [(2, 1), (1, 2), (0, 1)])
def test_a_wrong_count_of_secrets(robots: int, given: int) -> None:
    """One secret is never guessed to be everybody's; the error says what to do."""
    with pytest.raises(PairingError) as caught:
        paired(secrets(*"ab"[:robots]), secrets(*"xy"[:given]))

    message, hint = caught.value.args
    assert (message.zh, message.en) == (
        f"密钥有 {given} 个，机器人有 {robots} 个",
        f"secrets given: {given}, robots: {robots}",
    )
    assert "同样的顺序" in hint.zh


def test_names_of_several() -> None:
    """The first keeps the name, the others are counted."""
    assert [numbered("ops", at) for at in range(3)] == ["ops", "ops#2", "ops#3"]


@pytest.mark.parametrize(
    ("text", "is_fine"),
    [("", True), ("SECa1", True), ("abc", False), ("SEC a", False), ("SEC密", False)],
)
def test_dingtalk_secrets(text: str, is_fine: bool) -> None:
    """A secret begins with SEC; an empty place is no secret."""
    assert (secret_fault(text) is None) is is_fine


@pytest.mark.parametrize(
    ("keyword", "is_fine"), [("研发", True), ("s3cret", False), ("SECabc", False)]
)
def test_keywords_are_shown(keyword: str, is_fine: bool) -> None:
    """A keyword stands in every message: none of the secrets may be one."""
    assert (keyword_fault(keyword, ["s3cret"]) is None) is is_fine
