"""Who may call in Gitee's name (`reference/gitee.md` section 2)."""

from urllib.parse import quote

import pytest

import adapters
from adapters import gitee
from relay.config import Secret, Source
from relay.errors import Unauthorized

NOW_S = 1_700_000_000.0
STAMP = "1700000000000"
KEY = "SECtestkey"
SIGNATURE = "wcjB2e+hyXEl5kMp/8AMQhtzkAC+m+F8CBJEbfFs3PU="


def source(*secrets: str, signature: str = "") -> Source:
    return Source(
        "forge",
        "gitee",
        tuple(Secret(secret) for secret in secrets or (KEY,)),
        signature=signature,
    )


def refusal(headers: dict[str, str], caller: Source, now_s: float = NOW_S) -> Unauthorized:
    with pytest.raises(Unauthorized) as caught:
        adapters.verify(headers, b"{}", caller, now_s)
    return caught.value


def headers(token: str, stamp: str | None = STAMP) -> dict[str, str]:
    return {"x-gitee-token": token} | ({} if stamp is None else {"x-gitee-timestamp": stamp})


@pytest.mark.parametrize(
    ("secret", "stamp", "signature"),
    [
        ("this is secret", "1576754827988", "2D978FIy4DMMTbiN80zQkNH1Eq/kMBt3gL6OnWfGzzY="),
        (KEY, STAMP, SIGNATURE),
        ("密钥-ключ", STAMP, "he1Vt7Z2fjfZf6fQ9GSpkkEw7X6lePpldpSaIUp/SMY="),
    ],
)
def test_b6_the_published_signatures_are_accepted(secret: str, stamp: str, signature: str) -> None:
    """Every vector of the reference proves its secret at its time."""
    gitee.verify(
        headers(signature, stamp), b"", source(secret, signature="hmac"), int(stamp) / 1000
    )


@pytest.mark.parametrize("mode", ["", "any", "hmac"])
def test_b6_a_signature_is_accepted_unless_the_password_is_insisted_on(mode: str) -> None:
    """Every setting but `password` takes a signature."""
    gitee.verify(headers(SIGNATURE), b"", source(signature=mode), NOW_S)


@pytest.mark.parametrize("mode", ["", "any", "password"])
@pytest.mark.parametrize("stamp", [STAMP, None, "soon"])
def test_b6_a_password_is_accepted_unless_a_signature_is_insisted_on(
    mode: str, stamp: str | None
) -> None:
    """The plain password needs no time stamp, and every setting but `hmac` takes it."""
    gitee.verify(headers(KEY, stamp), b"", source(signature=mode), NOW_S)


@pytest.mark.parametrize(
    ("mode", "token"),
    [("hmac", KEY), ("password", SIGNATURE), ("hamc", KEY), ("hamc", SIGNATURE)],
)
def test_a_setting_is_insisted_on(mode: str, token: str) -> None:
    """The other proof is refused, and under an unknown setting both are."""
    refusal(headers(token), source(signature=mode))


def test_b6_a_percent_encoded_signature_is_accepted() -> None:
    """Encoded or not, it is the same signature."""
    gitee.verify(headers(quote(SIGNATURE, safe="")), b"", source(), NOW_S)


def test_b6_a_form_encoded_signature_is_refused() -> None:
    """A plus sign stays one: decoding it to a space would be another value."""
    refusal(headers(SIGNATURE.replace("+", " ")), source())


@pytest.mark.parametrize("late_s", [-3600.0, 0.0, 3600.0])
def test_b6_a_signature_is_good_for_an_hour_both_ways(late_s: float) -> None:
    """The border belongs to the window."""
    gitee.verify(headers(SIGNATURE), b"", source(), NOW_S + late_s)


@pytest.mark.parametrize(
    ("late_s", "words"),
    [(3601.0, "3601 s behind"), (-3601.0, "3601 s ahead of"), (864000.0, "864000 s behind")],
)
@pytest.mark.parametrize("mode", ["", "any", "hmac"])
def test_b8_a_stale_signature_is_refused_and_the_log_says_by_how_much(
    late_s: float, words: str, mode: str
) -> None:
    """Who reads the log learns how far the two clocks are apart."""
    error = refusal(headers(SIGNATURE), source(signature=mode), NOW_S + late_s)

    assert words in error.log


def test_b8_a_wrong_signature_is_not_taken_for_a_clock() -> None:
    """Only a right signature says something about the clocks."""
    error = refusal(headers("A" + SIGNATURE[1:]), source(), NOW_S + 9999)

    assert "clock" not in error.log


@pytest.mark.parametrize(
    "stamp",
    [None, "", "soon", "-1700000000000", "1700000000000.0", "1" * 400, "1 700", "１７００", "NaN"],
)
def test_b6_a_signature_without_a_readable_time_is_refused(stamp: str | None) -> None:
    """The time is part of what is signed, and the body's is not looked at."""
    refusal(headers(SIGNATURE, stamp), source(signature="hmac"))


def test_b6_a_signature_only_in_the_body_is_refused() -> None:
    """Nothing is read from the body before the caller is known."""
    body = f'{{"sign": "{SIGNATURE}", "timestamp": "{STAMP}", "password": "{KEY}"}}'.encode()
    with pytest.raises(Unauthorized):
        gitee.verify({"x-gitee-timestamp": STAMP}, body, source(), NOW_S)


@pytest.mark.parametrize(
    "token",
    [
        pytest.param("", id="B1-empty"),
        pytest.param("XECtestkey", id="B1-first-byte"),
        pytest.param("SECtestkeX", id="B1-last-byte"),
        pytest.param("SECtestke", id="B1-shorter"),
        pytest.param("SECtestkey1", id="B1-longer"),
        pytest.param("SECtestkey, SECtestkey", id="A11-sent-twice"),
        pytest.param("密钥", id="B1-non-ascii"),
        pytest.param("\ud800", id="B1-lone-surrogate"),
        pytest.param("%ff%zz%", id="B1-bad-percent-encoding"),
        pytest.param("%" * 100_000, id="B1-huge"),
        pytest.param("sectestkey", id="B1-other-case"),
    ],
)
def test_b1_a_wrong_token_is_refused_in_one_wording(token: str) -> None:
    """The caller learns nothing, whatever was wrong; no secret reaches the log."""
    error = refusal(headers(token), source())

    assert str(Unauthorized()) == str(error)
    assert error.log
    assert KEY not in error.log


def test_b1_a_missing_token_is_refused() -> None:
    """No header, no entry."""
    refusal({"x-gitee-timestamp": STAMP}, source())


def test_webhook_of_gitlab_is_told_in_the_log() -> None:
    """Who gave GitLab the address of a Gitee source learns it, even with the right secret."""
    gitlab = {"x-gitlab-event": "Push Hook", "x-gitlab-token": KEY}
    told = (
        "X-Gitee-Token is missing or empty; the headers are GitLab's, and this address takes Gitee"
    )

    assert told == refusal(gitlab, source()).log
    assert "GitLab" not in refusal({"x-gitee-event": "Push Hook"}, source()).log
    assert "GitLab" not in refusal({**gitlab, "x-gitee-event": "Push Hook"}, source()).log


@pytest.mark.parametrize("secrets", [(), ("",)])
@pytest.mark.parametrize("mode", ["", "hmac", "password"])
def test_b3_an_empty_secret_never_matches(secrets: tuple[str, ...], mode: str) -> None:
    """Neither the empty token nor the empty key's signature opens a source without a secret."""
    signed_with_nothing = "wQEehkxzIwBWYeCJy+ICeNfgZqNPmpFiMFDT6Qxm81Y="
    caller = Source("forge", "gitee", tuple(map(Secret, secrets)), signature=mode)
    for token in ("", " ", signed_with_nothing):
        refusal(headers(token), caller)


@pytest.mark.parametrize("token", ["old-secret", "new-secret"])
def test_b9_each_of_two_secrets_is_accepted(token: str) -> None:
    """Rotation: both work while both are configured."""
    gitee.verify(headers(token), b"", source("old-secret", "new-secret"), NOW_S)


def test_b9_a_signature_of_the_second_secret_is_accepted() -> None:
    """Rotation works for signing keys as well."""
    gitee.verify(headers(SIGNATURE), b"", source("old-secret", KEY, signature="hmac"), NOW_S)
