"""Values that load and are still doubtful: a secret that can be guessed, a key that is not whole.

Only `check`, `doctor` and `init` look: the function takes what it is given.
"""

import re
from collections.abc import Iterator

from relay.config import Config, Secret
from relay.errors import Problem
from relay.words import Phrase

CODE = "W209"
LEAST = 8  # characters of a webhook's secret
SHORT = Phrase(
    f"Webhook 密钥不到 {LEAST} 个字符，容易被猜中",
    f"the webhook secret has fewer than {LEAST} characters: easy to guess",
)
LONGER = Phrase(
    "换成随机的，例如 openssl rand -hex 24 打印的；代码平台那边也要改",
    "take a random one, such as openssl rand -hex 24 prints; change it at the forge as well",
)
DOUBTFUL_KEY = Phrase(
    "企业微信机器人的 key 形式不对：通常是 8-4-4-4-12 位十六进制，和群里机器人的地址核对一下",
    "the WeCom robot's key has an unusual form: it is mostly 8-4-4-4-12 hex digits; compare it "
    "with the robot's address in the group",
)
_KEY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_VARIABLE = re.compile(r"\$\{(\w+)\}", re.ASCII)


def short_secrets(config: Config, file: str) -> Iterator[Problem]:
    """Yield a warning for each short secret of a source, once where several share a variable."""
    told = set()
    for source in config.sources:
        for secret in source.secrets:
            where = _place(secret) or f"sources.{source.name}.secret"
            if is_short(secret.reveal()) and where not in told:
                told.add(where)
                yield Problem(CODE, where, SHORT, LONGER, file=file)


def is_short(secret: str) -> bool:
    return len(secret) < LEAST


def is_doubtful_key(url: str) -> bool:
    """Tell whether the key at the end of a WeCom robot's *url* is none as WeCom makes them."""
    return not _KEY.fullmatch(url.rpartition("=")[2])


def _place(secret: Secret) -> str:
    """Return the variable that holds *secret*, ``""`` if it is kept elsewhere."""
    found = _VARIABLE.fullmatch(secret.reference)
    return found[1] if found else ""
