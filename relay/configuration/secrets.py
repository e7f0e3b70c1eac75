"""Secrets from wherever the configuration says: variables, parameter stores, files.

Every text of a secret field goes through `Store.secret`, every ordinary one that may hold
``${…}`` through `Store.substituted`. No value stands in any error, log line or `repr` from here.
"""

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from relay import log
from relay.config import Secret
from relay.configuration.json_fields import field_of
from relay.configuration.pasted import trimmed
from relay.configuration.references import Part, is_remote, location, parts, shown
from relay.configuration.secret_errors import SecretError, fault

__all__ = [
    "FIRST_RETRY_S",
    "KEPT_S",
    "RETRY_S",
    "Fetch",
    "SecretError",
    "Store",
    "default_fetchers",
]

KEPT_S = 300.0  # what is kept elsewhere is asked for again after this
RETRY_S = 30.0  # and after this when asking failed
FIRST_RETRY_S = 5.0  # as long as there is no value at all: nothing can be sent without it

_NEVER = float("inf")
_ALIKE = 0.7

# Gets locations (``ssm:///path/name``), returns the value or the error of each; never raises.
Fetch = Callable[[Sequence[str]], Mapping[str, "str | SecretError"]]


class _Kept(NamedTuple):
    """What one location gave: *value* ``None`` until it was read once; *error* of the last time."""

    value: str | None
    error: SecretError | None
    due: float = -_NEVER


_NOTHING = _Kept(None, None)


class Store:
    """The secrets of one process.

    *environ* is read at each call: the clouds renew their own credentials there. *clock* is in
    monotonic seconds. *fetchers* maps ``ssm`` and ``file`` to what reads them; the default asks the
    cloud that the function runs on. Threads may share a store; one at a time fetches.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        *,
        clock: Callable[[], float] = time.monotonic,
        fetchers: Mapping[str, Fetch] | None = None,
    ) -> None:
        self._environ = environ
        self._clock = clock
        self._fetchers = default_fetchers(environ) if fetchers is None else fetchers
        self._kept: dict[str, _Kept] = {}
        self._due = _NEVER
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"<Store of {len(self._kept)}>"

    def secret(self, text: str, *, several: bool = False) -> Secret:
        """Return what *text* of the configuration stands for, on one line, never empty.

        *several*: it may be a list, whose line breaks stay. The secret's reference is *text* as
        `references.shown` has it; empty for a plain value. Raises SecretError.
        """
        text = trimmed(text)
        value = self._remote(self.substituted(text)) if is_remote(text) else self._filled(text)
        value = trimmed(value)
        if not several:
            value = "".join(value.splitlines())  # line breaks never count, as in GitLab
        if not value:
            raise fault("empty_text")
        return Secret(value, shown(text))

    def substituted(self, text: str) -> str:
        """Return *text* with each ``${…}`` filled in, for values that are no secrets.

        ``$${`` gives a literal ``${``. Raises SecretError (E201, E209).
        """
        return "".join(self._variable(part) if part.name else part.text for part in parts(text))

    def fetch(self, texts: Iterable[str]) -> None:
        """Read ahead whatever *texts* refer to, with few calls; never raises.

        To be called with all secrets of a configuration before the first `secret`.
        """
        self._need(
            dict.fromkeys(place for text in texts for place in self._locations(trimmed(text)))
        )

    def is_stale(self) -> bool:
        """Tell whether `refresh` has something to do; costs one comparison."""
        return self._clock() >= self._due

    def refresh(self) -> bool:
        """Read again what is due; return whether any value is another than before.

        What cannot be read keeps its value, which is logged once, and is tried again after
        `RETRY_S`. Returns False at once while another thread reads.
        """
        if not self._lock.acquire(blocking=False):
            return False
        try:
            now = self._clock()
            before = {place: kept.value for place, kept in self._kept.items() if kept.due <= now}
            self._read(list(before))
            return any(self._kept[place].value != value for place, value in before.items())
        finally:
            self._lock.release()

    def hurry(self) -> None:
        """Let `refresh` ask for everything within `FIRST_RETRY_S`: what there is is of no use."""
        with self._lock:
            soon = self._clock() + FIRST_RETRY_S
            for place, kept in self._kept.items():
                self._kept[place] = kept._replace(due=min(kept.due, soon))
            self._note_due()

    def _filled(self, text: str) -> str:
        """Return *text* with its variables, and what these refer to, filled in."""
        values = []
        for part in parts(text):
            value = self._variable(part) if part.name else part.text
            values.append(self._remote(value) if part.name and is_remote(value) else value)
        return "".join(values)

    def _variable(self, part: Part) -> str:
        value = trimmed(self._environ.get(part.name, ""))
        if value:
            return value
        if part.default is not None:
            return part.default
        if part.name in self._environ:
            raise fault("empty_variable", name=part.name)
        raise self._not_set(part.name)

    def _not_set(self, name: str) -> SecretError:
        from relay.configuration.suggest import nearest

        known = [other for other, value in self._environ.items() if trimmed(value)]
        near = nearest(name, known, likeness=_ALIKE)
        return fault("not_set_near", name=name, near=near) if near else fault("not_set", name=name)

    def _locations(self, text: str) -> list[str]:
        """Return where *text* leads, as far as its variables are set."""
        try:
            if is_remote(text):
                return [location(self.substituted(text))[0]]
            values = [self._variable(part) for part in parts(text) if part.name]
        except SecretError:
            return []  # `secret` will say it
        return [location(value)[0] for value in values if is_remote(value)]

    def _remote(self, reference: str) -> str:
        """Return the value that a remote *reference* points to; raises SecretError."""
        place, key = location(reference)
        self._need([place])
        kept = self._kept[place]
        if kept.value is None:
            raise (kept.error or fault("empty_value", reference=place)).again()
        return field_of(kept.value, key, place) if key else kept.value

    def _need(self, places: Iterable[str]) -> None:
        """Read those of *places* that have no value, unless they were asked for just now."""
        wanted = [place for place in places if self._kept.get(place, _NOTHING).value is None]
        if not wanted:
            return
        with self._lock:
            now = self._clock()
            self._read([place for place in wanted if self._kept.get(place, _NOTHING).due <= now])

    def _read(self, places: Sequence[str]) -> None:
        """Ask for *places*, those of one scheme together; the lock is held."""
        for scheme, fetch in self._fetchers.items():
            if wanted := [place for place in places if place.partition(":")[0] == scheme]:
                found = fetch(wanted)
                for place in wanted:
                    self._keep(place, found[place])
        self._note_due()

    def _note_due(self) -> None:
        self._due = min((kept.due for kept in self._kept.values()), default=_NEVER)

    def _keep(self, place: str, found: "str | SecretError") -> None:
        value = trimmed(found) if isinstance(found, str) else ""
        if value:
            self._kept[place] = _Kept(value, None, self._clock() + KEPT_S)
            return
        error = fault("empty_value", reference=place) if isinstance(found, str) else found
        old = self._kept.get(place, _Kept(None, error))
        if old.error is None:
            log.warning("secret.kept", reference=place, code=error.code, detail=error.message.en)
        wait_s = FIRST_RETRY_S if old.value is None else RETRY_S
        self._kept[place] = _Kept(old.value, error, self._clock() + wait_s)


def default_fetchers(environ: Mapping[str, str]) -> dict[str, Fetch]:
    """Return what reads files, and the parameter store of the cloud that *environ* tells of."""
    chosen: list[Fetch] = []

    def ask(locations: Sequence[str]) -> Mapping[str, "str | SecretError"]:
        from relay.configuration.parameter_store import parameter_store

        if not chosen:
            chosen.append(parameter_store(environ))
        return chosen[0](locations)

    def read(locations: Sequence[str]) -> Mapping[str, "str | SecretError"]:
        from relay.configuration.secret_files import read_files

        return read_files(locations)

    return {"ssm": ask, "file": read}
