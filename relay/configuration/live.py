"""The configuration of a running process: read once, kept fresh, the last good one kept."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from relay import log
from relay.config import Config
from relay.configuration.origins import (
    ENVIRONMENT,
    SECRETS,
    Loaded,
    Origin,
    from_variables,
    lang_of,
    origin,
)
from relay.errors import ConfigError, Problem

if TYPE_CHECKING:
    from relay.configuration.secret_variables import SecretVariables
    from relay.configuration.secrets import Store

    Read: TypeAlias = Callable[[Origin, Mapping[str, str], Store], Loaded]

_LOOK_S = 1.0  # between two looks at the file
_PATIENCE_S = 0.3  # that an event waits for old secrets to be fetched again
_STORES = ("E206", "E207")


class _Refresh:
    """One refresh of *stores*, in a thread of its own."""

    def __init__(self, stores: Sequence[Store]) -> None:
        self._found: bool | None = None
        self._thread = threading.Thread(target=self._run, args=(stores,), daemon=True)
        self._thread.start()

    def _run(self, stores: Sequence[Store]) -> None:
        changed = [store.refresh() for store in stores]
        self._found = any(changed)

    def changed(self, patience_s: float) -> bool | None:
        """Say whether a value is another now; None while that is not known."""
        self._thread.join(patience_s)
        if self._thread.is_alive():
            return None
        return bool(self._found)


class Live:
    """Gives the configuration of now; safe to use from several threads.

    *clock* gives monotonic seconds. *store* is where a file's secrets come from; by default one for
    *environ*, made when there is a file. *kept* are the variables that are kept elsewhere; by
    default where `RELAY_SECRETS` says. *read* reads a file in another way than `loading` does, for
    local trials.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        clock: Callable[[], float] = time.monotonic,
        store: Store | None = None,
        read: Read | None = None,
        kept: SecretVariables | None = None,
    ) -> None:
        if kept is None and environ.get(SECRETS, "").strip():
            from relay.configuration.secret_variables import SecretVariables

            kept = SecretVariables(environ, clock)
        self._environ = environ if kept is None else kept
        self._kept = kept
        self._clock = clock
        self._lock = threading.Lock()
        self._store = store
        self._read = read
        self._origin: Origin | None = None  # of the configuration that is used
        self._path: Path | None = None
        self._seen: tuple[int, ...] = ()
        self._inline = ""
        self._config: Config | None = None
        self._error: ConfigError | None = None
        self._next_look = -1.0
        self._told: set[str] = set()
        self._refresh: _Refresh | None = None
        self.lang = lang_of(environ)

    def current(self) -> Config:
        """Return the configuration; raises ConfigError while there is none that can be used.

        A file that changed is read again, secrets that are old are fetched again. What then turns
        out to be wrong is logged, and the last good configuration stays.
        """
        if self._config is not None and self._clock() < self._next_look:
            return self._config
        with self._lock:
            return self._renewed()

    def _renewed(self) -> Config:
        now = self._clock()
        due = now >= self._next_look or (self._config is None and self._is_rewritten())
        if due and (self._config is None or self._has_changed()):
            self._adopt(self._loaded(), now)
        if self._config is None:
            raise self._error or ConfigError(())
        self._next_look = max(self._next_look, now + _LOOK_S)
        return self._config

    def _is_rewritten(self) -> bool:
        """Tell whether what could not be used is another text by now; variables always may be."""
        if self._path is not None:
            return _signature(self._path) != self._seen
        return self._inline != self._environ.get("CONFIG_YAML", "") or not self._inline

    def _has_changed(self) -> bool:
        """Tell whether the file, or the value of a secret, is another than before."""
        if self._path is not None and _signature(self._path) != self._seen:
            return True
        stores = self._stores()
        if not (self._refresh or any(store.is_stale() for store in stores)):
            return False
        return self._refreshed(stores)

    def _stores(self) -> list[Store]:
        return [store for store in (self._kept and self._kept.store, self._store) if store]

    def _refreshed(self, stores: Sequence[Store]) -> bool:
        """Fetch old secrets again, without letting a slow parameter store hold up an event.

        What comes after the waiting is found by the next look.
        """
        if self._refresh is None:
            self._refresh = _Refresh(stores)
        changed = self._refresh.changed(_PATIENCE_S)
        if changed is not None:
            self._refresh = None
        return bool(changed)

    def _adopt(self, loaded: Loaded, now: float) -> None:
        """Take over what was loaded if it can be used, and tell what is wrong with it."""
        self._tell(loaded.problems)
        if loaded.config is None:
            self._error = ConfigError(loaded.problems)
            from relay.configuration.secrets import FIRST_RETRY_S

            fetched = any(problem.code in _STORES for problem in loaded.problems)
            self._next_look = now + (FIRST_RETRY_S if fetched else _LOOK_S)
            if self._config is None:
                self.lang = loaded.lang
                for store in self._stores():
                    store.hurry()  # a value may be what is wrong
            else:
                log.error("config.kept", origin=loaded.file, digest=self._config.digest)
            return
        self._config, self._error = loaded.config, None
        self.lang = loaded.config.lang
        log.info(
            "config.loaded",
            origin=loaded.config.origin,
            digest=loaded.config.digest,
            receivers=len(loaded.config.receivers),
            routes=len(loaded.config.routes),
        )

    def _loaded(self) -> Loaded:
        """Read all that there is: first the variables that are kept elsewhere."""
        if self._config is None:  # otherwise a thread does it
            for store in self._stores():
                store.refresh()
        told = self._kept.read() if self._kept else ()
        if any(problem.is_error for problem in told):
            return Loaded(None, told, lang=self.lang)
        loaded = self._read_origin()
        return loaded._replace(problems=(*told, *loaded.problems)) if told else loaded

    def _read_origin(self) -> Loaded:
        """Read what is to be read: once it could be used the same file, even if it is gone."""
        found = self._origin or origin(self._environ)
        self._path = found.path
        self._seen = _signature(found.path) if found.path else ()
        self._inline = self._environ.get("CONFIG_YAML", "")
        if found.name == ENVIRONMENT:
            return from_variables(self._environ)
        from relay.configuration.loading import load_from
        from relay.configuration.secrets import Store

        if self._store is None:
            self._store = Store(self._environ, clock=self._clock)
        loaded = (self._read or load_from)(found, self._environ, self._store)
        if loaded.config is not None and found.path is not None:
            self._origin = found
        return loaded

    def _tell(self, problems: tuple[Problem, ...]) -> None:
        """Log every problem, each once."""
        for problem in problems:
            told = problem.told("en")
            if told not in self._told:
                self._told.add(told)
                level = log.error if problem.is_error else log.warning
                level("config.problem", code=problem.code, detail=told, hint=problem.hint.en)


def _signature(path: Path) -> tuple[int, ...]:
    """Return what changes with the file; empty when it is gone."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return (found.st_mtime_ns, found.st_size, found.st_ino)
