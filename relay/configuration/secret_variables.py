"""Variables that are kept elsewhere, so that no secret stands in the function's environment.

`RELAY_SECRETS` says where: ``ssm:///path/`` is every parameter right below that path on AWS;
``ssm:///name`` on both clouds, and ``file:///path``, one text that is a JSON object of variables.
Imported only where it is set.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from relay.configuration.fault_kinds import TENCENT
from relay.configuration.json_fields import fields_of, text_of
from relay.configuration.origins import SECRETS
from relay.configuration.parameter_store import cloud_of
from relay.configuration.pasted import trimmed
from relay.configuration.references import is_remote, location
from relay.configuration.secret_errors import SecretError, fault
from relay.configuration.secrets import Fetch, Store, default_fetchers
from relay.errors import Problem
from relay.text import cut_cells
from relay.words import Phrase

_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,127}")
# What belongs to the deployment or the platform counts only where these set it.
_NOT_OURS = re.compile(
    r"RELAY_(SECRETS|QUEUE|STATE)|LOG_LEVEL|(AWS|LAMBDA|LD|QCLOUD|SCF|TENCENTCLOUD)_.*"
    r"|PYTHON.*|PATH|HOME|LANG|TZ"
)
_SHOWABLE = re.compile(r"[a-z][\w.-]{0,39}", re.ASCII | re.IGNORECASE)
_MOST_CELLS = 160
_IGNORED = Phrase(
    "{reference} 里的这些名字不当作变量：{names}",
    "names in {reference} that are not taken as variables: {names}",
)
_SET_ELSEWHERE = Phrase(
    "变量名用大写字母、数字和 _；RELAY_QUEUE、RELAY_STATE、LOG_LEVEL "
    "和平台自己的变量直接设在函数的环境变量里",
    "variables have capital letters, digits and _; RELAY_QUEUE, RELAY_STATE, LOG_LEVEL and the "
    "platform's own are set in the function's environment itself",
)


class SecretVariables(Mapping[str, str]):
    """The variables of *environ*, and those that its `RELAY_SECRETS` leads to.

    A variable that *environ* has, and that is not empty, counts more. The others are as the last
    `read` found them: whoever reads several has all from the same time. Their `store` can be
    refreshed meanwhile. *clock* and *fetchers* as for a `Store`.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        clock: Callable[[], float] = time.monotonic,
        fetchers: Mapping[str, Fetch] | None = None,
    ) -> None:
        self._environ = environ
        self._found: Mapping[str, str] = {}
        self.store = Store(environ, clock=clock, fetchers=fetchers or _fetchers(environ))

    def __repr__(self) -> str:
        return f"<SecretVariables, {len(self._found)} of them>"

    def __getitem__(self, name: str) -> str:
        own = self._environ.get(name, "")
        if name in self._found and not trimmed(own):
            return self._found[name]
        return self._environ[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._environ, **self._found})

    def __len__(self) -> int:
        return len({**self._environ, **self._found})

    def read(self) -> tuple[Problem, ...]:
        """Take over what the store holds by now; return what is wrong with it.

        With an error among that (E201, E206 to E209) the variables stay as they were; names that
        are left out are a warning (W206). Nothing of it holds a value.
        """
        try:
            place = self._place()
            fields = fields_of(self.store.secret(self._environ[SECRETS], several=True).reveal())
            if fields is None:
                raise fault("no_variables", reference=place)
            names = [name for name in fields if _is_variable(name)]
            self._found = {name: text_of(fields, name, place) for name in names}
        except SecretError as error:
            return (Problem(error.code, SECRETS, error.message, error.hint),)
        others = [name for name in fields if not _is_variable(name)]
        return (_ignored(others, place),) if others else ()

    def _place(self) -> str:
        """Return where the variables are, as it may be shown; raises SecretError."""
        reference = self.store.substituted(trimmed(self._environ[SECRETS]))
        if not is_remote(reference):
            raise fault("no_place")
        return location(reference)[0]


def _is_variable(name: str) -> bool:
    return bool(_NAME.fullmatch(name)) and not _NOT_OURS.fullmatch(name)


def _ignored(names: Sequence[str], place: str) -> Problem:
    """Return the warning about *names*; one that does not look like any may be a secret."""
    shown = sorted({name if _SHOWABLE.fullmatch(name) else "…" for name in names})
    told = _IGNORED.filled(reference=place, names=cut_cells(", ".join(shown), _MOST_CELLS))
    return Problem("W206", SECRETS, told, _SET_ELSEWHERE)


def _fetchers(environ: Mapping[str, str]) -> dict[str, Fetch]:
    """Return the usual ones, but with paths of AWS, and faults that speak of variables."""
    usual = default_fetchers(environ)
    paths: list[Fetch] = []

    def ask(places: Sequence[str]) -> Mapping[str, str | SecretError]:
        cloud = cloud_of(environ)
        if not cloud:
            return {one: fault("no_cloud_for_variables", reference=one) for one in places}
        names = [one for one in places if not one.endswith("/")]
        found = dict(usual["ssm"](names)) if names else {}
        below = [one for one in places if one.endswith("/")]
        if cloud == TENCENT:
            return found | {one: _no_path(one) for one in below}
        if below and not paths:
            from relay.configuration.aws_paths import aws_path_fetcher

            paths.append(aws_path_fetcher(environ))
        return {**found, **paths[0](below)} if below else found

    return {**usual, "ssm": ask}


def _no_path(place: str) -> SecretError:
    return fault(f"{TENCENT}.path", reference=place, name=place.rstrip("/"))
