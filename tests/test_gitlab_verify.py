"""Is a request GitLab's (cases B1, B4, B5, B6 of `design/faults.md`)?"""

import base64

import pytest

import adapters
from adapters.gitlab import delivery_key, verify
from relay.config import Secret, Source
from relay.errors import Unauthorized
from relay.signing import standard_webhook_signature

TOKEN = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
OTHER = "whsec_" + base64.b64encode(b"another key of thirty-two bytes.").decode()
BODY = '{"object_kind":"push","ref":"refs/heads/主干"}'.encode()
ID = "f5e5f430-f57b-4e6e-9fac-d9128cd7232f"
SIGNED_AT = 1744578123
SIGNATURE = "v1,ygoy4qU+URhqlwI1s65m3glbsvM//jMNpqdtKK2wTdg="
SIGNED = {
    "webhook-id": ID,
    "webhook-timestamp": str(SIGNED_AT),
    "webhook-signature": SIGNATURE,
}


def source(
    *, secrets: tuple[str, ...] = (), tokens: tuple[str, ...] = (), signature: str = ""
) -> Source:
    return Source(
        "gitlab",
        "gitlab",
        secrets=tuple(map(Secret, secrets)),
        signing_tokens=tuple(map(Secret, tokens)),
        signature=signature,
    )


def refusal(headers: dict[str, str], given: Source, *, body: bytes = BODY, late_s: int = 0) -> str:
    """Return what the operator is told about the refusal."""
    with pytest.raises(Unauthorized) as caught:
        adapters.verify(headers, body, given, SIGNED_AT + late_s)
    assert str(caught.value) == "the secret or signature does not match"
    return caught.value.log


def test_signed_request_where_no_signing_token_is_known() -> None:
    """Whoever set the token in one place and forgot the other is told."""
    told = "X-Gitlab-Token is missing; it is signed, but no signing token is configured"

    assert told == refusal(SIGNED, source(secrets=("s3cret",)))
    assert "X-Gitlab-Token does not match" == refusal(
        {**SIGNED, "x-gitlab-token": "other"}, source(secrets=("s3cret",))
    )


@pytest.mark.parametrize(
    "given", [source(secrets=("s3cret",)), source(tokens=(TOKEN,))], ids=["token", "signed"]
)
def test_webhook_of_gitee_is_told_in_the_log(given: Source) -> None:
    """Who gave Gitee the address of a GitLab source learns it, even with the right secret."""
    gitee = {"x-gitee-event": "Push Hook", "x-gitee-token": "s3cret"}

    assert refusal(gitee, given).endswith(
        "; the headers are Gitee's, and this address takes GitLab"
    )
    assert "Gitee" not in refusal({"x-gitlab-event": "Push Hook"}, given)
    assert "Gitee" not in refusal({**gitee, "x-gitlab-event": "Push Hook"}, given)


@pytest.mark.parametrize("secret", ["s3cret-token", "密码 with spaces", "\u00e9t\u00e9"])
def test_the_secret_token_is_accepted(secret: str) -> None:
    """A token of any characters is accepted when it is the configured one."""
    verify({"x-gitlab-token": secret}, BODY, source(secrets=(secret,)), 0)


@pytest.mark.parametrize(
    "given",
    [
        pytest.param("", id="B1-empty"),
        pytest.param("x3cret-token", id="B1-first-byte"),
        pytest.param("s3cret-tokex", id="B1-last-byte"),
        pytest.param("s3cret-toke", id="B1-shorter"),
        pytest.param("s3cret-token1", id="B1-longer"),
        pytest.param("s3cret", id="B1-prefix"),
        pytest.param("密码", id="B1-non-ascii"),
        pytest.param("\ud800", id="B1-lone-surrogate"),
        pytest.param("s3cret-token, s3cret-token", id="B1-sent-twice"),
        pytest.param("x" * 1_000_000, id="B1-huge"),
    ],
)
def test_b1_another_token_is_refused(given: str) -> None:
    """Any other token is refused in the one wording, whatever it is made of."""
    log = refusal({"x-gitlab-token": given}, source(secrets=("s3cret-token",)))

    assert "s3cret" not in log


def test_b1_a_missing_token_is_refused() -> None:
    """A request without a token is refused, and the log says that it is missing."""
    assert "missing" in refusal({}, source(secrets=("s3cret-token",)))


@pytest.mark.parametrize("headers", [{}, {"x-gitlab-token": ""}, {"x-gitlab-token": "any"}])
@pytest.mark.parametrize("given", [source(), source(secrets=("",)), source(tokens=("whsec_",))])
def test_nothing_configured_matches_nothing(headers: dict[str, str], given: Source) -> None:
    """Without a secret, or with an empty one, every request is refused."""
    refusal(headers, given)


def test_b9_every_secret_is_tried() -> None:
    """During a rotation the old and the new token are both accepted."""
    given = source(secrets=("old-secret", "new-secret"))

    for secret in ("old-secret", "new-secret"):
        verify({"x-gitlab-token": secret}, BODY, given, 0)


@pytest.mark.parametrize(
    "tokens",
    [
        pytest.param((TOKEN,), id="B4-with-prefix"),
        pytest.param((TOKEN.removeprefix("whsec_"),), id="B4-without-prefix"),
        pytest.param((TOKEN.rstrip("="),), id="B4-unpadded"),
        pytest.param((OTHER, TOKEN), id="B4-second-token"),
        pytest.param(("not base64!", TOKEN), id="B4-beside-a-broken-token"),
        pytest.param(("密钥", TOKEN), id="B4-beside-a-token-beyond-ascii"),
    ],
)
def test_b4_the_printed_vector_verifies(tokens: tuple[str, ...]) -> None:
    """The vector of `reference/gitlab.md` section 2.2 verifies, however the token is written."""
    verify(SIGNED, BODY, source(tokens=tokens), SIGNED_AT)


@pytest.mark.parametrize(
    "signature",
    [
        pytest.param(f"v1,bad {SIGNATURE}", id="B4-bad-then-good"),
        pytest.param(f"{SIGNATURE} v1,bad", id="B4-good-then-bad"),
        pytest.param(f"v2,abc {SIGNATURE}", id="B4-unknown-version-beside"),
    ],
)
def test_b4_one_good_entry_is_enough(signature: str) -> None:
    """Of several signatures one has to match."""
    verify(SIGNED | {"webhook-signature": signature}, BODY, source(tokens=(TOKEN,)), SIGNED_AT)


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"webhook-signature": ""}, id="B4-empty"),
        pytest.param({"webhook-signature": "v1,"}, id="B4-version-only"),
        pytest.param({"webhook-signature": SIGNATURE.removeprefix("v1,")}, id="B4-no-version"),
        pytest.param({"webhook-signature": SIGNATURE.replace("v1", "v2")}, id="B4-version-2"),
        pytest.param({"webhook-signature": SIGNATURE.rstrip("=")}, id="B4-unpadded-signature"),
        pytest.param({"webhook-signature": "v1,签名"}, id="B4-non-ascii"),
        pytest.param({"webhook-id": "another"}, id="B4-another-id"),
        pytest.param({"webhook-id": ""}, id="B4-empty-id"),
        pytest.param({"webhook-id": "\ud800"}, id="B4-id-is-no-text"),
        pytest.param({"webhook-timestamp": str(SIGNED_AT + 1)}, id="B4-another-time"),
    ],
)
def test_b4_a_changed_header_is_refused(changed: dict[str, str]) -> None:
    """Whatever is signed must be what was sent; a right secret token does not help."""
    given = source(secrets=("s3cret-token",), tokens=(TOKEN,), signature="optional")

    refusal(SIGNED | {"x-gitlab-token": "s3cret-token"} | changed, given)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(BODY[:-1] + b"|", id="B4-one-bit"),
        pytest.param(BODY.replace(b":", b": "), id="B4-re-serialised"),
        pytest.param(b"", id="B4-empty"),
    ],
)
def test_b4_another_body_is_refused(body: bytes) -> None:
    """The signature covers the bytes of the body as they came."""
    refusal(SIGNED, source(tokens=(TOKEN,)), body=body)


@pytest.mark.parametrize("token", ["whsec_", "whsec_=", "", "===", " ", "not base64!"])
def test_a_token_that_is_no_key_verifies_nothing(token: str) -> None:
    """A request signed with the empty key is refused when the configured token is no key."""
    signature = "v1," + standard_webhook_signature("whsec_", ID, str(SIGNED_AT), BODY)

    refusal(SIGNED | {"webhook-signature": signature}, source(tokens=(token,)))


def signed_at(moment: str) -> dict[str, str]:
    signature = standard_webhook_signature(TOKEN, ID, moment, BODY)
    return {
        "webhook-id": ID,
        "webhook-timestamp": moment,
        "webhook-signature": f"v1,{signature}",
    }


@pytest.mark.parametrize("age_s", [0, 299, 300, -299, -300], ids=lambda age_s: f"B5-{age_s}")
def test_b5_a_signature_inside_the_window_is_accepted(age_s: int) -> None:
    """Five minutes either way are allowed."""
    verify(signed_at(str(SIGNED_AT - age_s)), BODY, source(tokens=(TOKEN,)), SIGNED_AT)


@pytest.mark.parametrize(
    ("age_s", "expected"),
    [
        pytest.param(301, "301 s behind", id="B5-301-old"),
        pytest.param(-301, "301 s ahead of", id="B5-301-ahead"),
        pytest.param(600, "600 s behind", id="B8-ten-minutes"),
    ],
)
def test_b5_a_signature_outside_the_window_is_refused(age_s: int, expected: str) -> None:
    """Beyond five minutes it is refused, and the log tells by how much the clocks differ."""
    assert expected in refusal(signed_at(str(SIGNED_AT - age_s)), source(tokens=(TOKEN,)))


@pytest.mark.parametrize("moment", ["soon", "-5", "1744578123.5", "１７４４", "1" * 40, "1e9", " "])
def test_b5_a_time_that_is_no_number_is_refused(moment: str) -> None:
    """A well signed request whose time is no number of seconds is refused."""
    assert "not a number" in refusal(signed_at(moment), source(tokens=(TOKEN,)))


@pytest.mark.parametrize("header", ["webhook-id", "webhook-timestamp"])
def test_b5_a_missing_part_is_refused(header: str) -> None:
    """A signature without its id or its time is refused."""
    headers = {key: value for key, value in SIGNED.items() if key != header}

    assert "missing" in refusal(headers, source(tokens=(TOKEN,)))


@pytest.mark.parametrize("signature", ["", "required"])
def test_an_unsigned_request_cannot_skip_the_signature(signature: str) -> None:
    """With a signing token, a right secret token alone is not enough unless that is configured."""
    given = source(secrets=("s3cret-token",), tokens=(TOKEN,), signature=signature)

    assert "not signed" in refusal({"x-gitlab-token": "s3cret-token"}, given)


def test_an_unsigned_request_may_show_the_token_when_signatures_are_optional() -> None:
    """signature: optional lets instances before 19.0 in by their secret token, and only by it."""
    given = source(secrets=("s3cret-token",), tokens=(TOKEN,), signature="optional")

    verify({"x-gitlab-token": "s3cret-token"}, BODY, given, SIGNED_AT)
    refusal({"x-gitlab-token": "another"}, given)
    refusal({}, given)


def test_optional_without_a_secret_lets_nothing_in() -> None:
    """Without a secret token to fall back to, an unsigned request is refused."""
    refusal({"x-gitlab-token": ""}, source(tokens=(TOKEN,), signature="optional"))


def test_a_signature_nobody_can_check_does_not_replace_the_token() -> None:
    """Without a signing token the secret token decides, whether the request is signed or not."""
    given = source(secrets=("s3cret-token",))

    verify(SIGNED | {"x-gitlab-token": "s3cret-token"}, BODY, given, SIGNED_AT)
    refusal(SIGNED, given)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"webhook-id": "one", "idempotency-key": "two"}, b"one"),
        ({"idempotency-key": "two"}, b"two"),
        ({"x-gitlab-event-uuid": "shared", "x-gitlab-webhook-uuid": "fresh"}, b""),
        ({}, b""),
    ],
)
def test_the_delivery_key_is_fixed_across_repeats(headers: dict[str, str], expected: bytes) -> None:
    """Only the ids that a resend keeps serve as the key."""
    assert expected == delivery_key(headers, BODY)
