"""GitLab's signing tokens (`reference/gitlab.md` section 2.2)."""

from relay.words import Phrase

_KEY_BYTES = 32
_NO_TOKEN = Phrase(
    f"这不是 GitLab 的签名令牌：应该是 {_KEY_BYTES} 字节的 base64",
    f"this is no signing token of GitLab: base64 of {_KEY_BYTES} bytes",
)
COPY_TOKEN = Phrase(
    "照 GitLab 显示的完整复制，从 whsec_ 开始",
    "copy the signing token whole, from whsec_ on, as GitLab showed it",
)


def signing_token_fault(text: str) -> tuple[Phrase, Phrase] | None:
    """Return what is wrong with a signing token and what to do; holds no part of it."""
    from relay.signing import signing_key

    try:
        is_token = len(signing_key(text)) == _KEY_BYTES
    except ValueError:
        is_token = False
    return None if is_token else (_NO_TOKEN, COPY_TOKEN)
