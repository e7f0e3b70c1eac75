"""What ``init`` asks and reads: robots' addresses and secrets, checked before anything is written.

No text of a fault holds what was given.
"""

import sys
from collections.abc import Callable, Mapping

import click

from relay.configuration.addresses import AddressError, Service, robot_address
from relay.configuration.pasted import items, trimmed
from relay.configuration.robots import secret_fault
from relay.words import Phrase

HOSTS = "RELAY_ALLOW_HOSTS"
_ADDRESS = Phrase("地址{zh}", "the address {en}")
_WRONG = Phrase("错误：{why}", "Error: {why}")
_LEAST = 10  # characters of a DingTalk robot's secret
_LEAST_KEY = 8
_SHORT = Phrase("不完整，请整段复制", "is not whole: copy all of it")
_SHORT_SECRET = Phrase("密钥不完整，请整段复制", "the secret is not whole: copy all of it")
_UNSEEN = Phrase("密钥里有看不见的字符", "the secret holds characters that cannot be seen")


class Form:
    """What is asked and said, in *lang*; it asks only when standard input is a terminal.

    A *silent* one never asks.
    """

    def __init__(self, lang: str, environ: Mapping[str, str], *, silent: bool = False) -> None:
        self.lang = lang
        self.hosts = items(environ.get(HOSTS, "").lower())
        self.asks = sys.stdin.isatty() and not silent

    def say(self, phrase: Phrase, **values: object) -> str:
        return phrase.filled(**values).of(self.lang)

    def given(self, option: str, value: str, read: Callable[[str], str]) -> str:
        """Return what *read* makes of an option; a fault in it is a usage error."""
        try:
            return read(value)
        except click.UsageError as error:
            raise click.UsageError(f"{option}: {error.message}") from None

    def answer(self, question: Phrase, read: Callable[[str], str], *, hidden: bool = False) -> str:
        """Return what *read* makes of the answer, asking again until it is right; ``""``: none."""
        while True:
            answer = click.prompt(
                self.say(question), default="", show_default=False, hide_input=hidden
            )
            try:
                return read(answer) if answer.strip() else ""
            except click.UsageError as error:
                click.echo(self.say(_WRONG, why=error.message))

    def address(self, service: Service) -> Callable[[str], str]:
        """Return what reads one robot's address of *service*; it raises UsageError."""

        def read(text: str) -> str:
            try:
                found = robot_address(trimmed(text), service, self.hosts)
                if len(found.rpartition("=")[2]) < _LEAST_KEY:
                    raise AddressError(_SHORT)
            except AddressError as error:
                fault = error.phrase
                raise click.UsageError(self.say(_ADDRESS, zh=fault.zh, en=fault.en)) from None
            return found

        return read

    def signing(self, text: str) -> str:
        """Read a DingTalk robot's secret; raises UsageError."""
        found = trimmed(text)
        if fault := secret_fault(found):
            raise click.UsageError(": ".join(self.say(one) for one in fault))
        if len(found) < _LEAST:
            raise click.UsageError(self.say(_SHORT_SECRET))
        return found

    def secret(self, text: str) -> str:
        """Read a secret of the user's own choice; raises UsageError."""
        found = trimmed(text)
        if not found.isprintable():
            raise click.UsageError(self.say(_UNSEEN))
        return found
