"""The TLS context of this process, made on a thread while the other modules are imported.

OpenSSL takes some 15 ms to read the CA bundle, and does not need the interpreter's lock for it.
`relay.starting` imports this module before all others.
"""

import os
import ssl
import threading
from contextlib import suppress

import certifi


class _Early:
    def __init__(self) -> None:
        self._context: ssl.SSLContext | None = None
        self._lock = threading.Lock()
        with suppress(RuntimeError):  # no thread to be had: then whoever needs it reads it
            threading.Thread(target=self.read).start()

    def read(self) -> None:
        """Read the bundle if nobody has, and return when it is read."""
        with suppress(OSError):  # it is raised to whoever needs the context
            self.context()

    def context(self) -> ssl.SSLContext:
        with self._lock:
            if self._context is None:
                found = ssl.create_default_context(cafile=certifi.where())
                # Debian's own Python leaves this to the system's configuration of OpenSSL.
                found.minimum_version = ssl.TLSVersion.TLSv1_2
                self._context = found
            return self._context


_EARLY = _Early()
if hasattr(os, "register_at_fork"):  # a child would wait for ever for locks of that thread
    os.register_at_fork(before=_EARLY.read)


def context() -> ssl.SSLContext:
    """Return the one context: the bundle of `certifi`, host names and certificates checked.

    Raises OSError when the bundle cannot be read.
    """
    return _EARLY.context()
