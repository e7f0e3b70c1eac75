"""Stand-in robots for the receivers of a configuration, so that its routes can be tried here."""

from collections.abc import Callable, Iterator, Mapping

from relay.config import (
    DINGTALK_ROBOT,
    EVERYONE,
    ROLES,
    WECOM_APP,
    WECOM_ROBOT,
    Config,
    Receiver,
    Secret,
    Source,
)
from relay.configuration.loading import load_from
from relay.configuration.origins import Loaded, Origin
from relay.configuration.secrets import Store
from workbench.configured import unseen
from workbench.robot_terms import DINGTALK, WECOM
from workbench.robot_terms import WECOM_APP as APPLICATION
from workbench.robots import RobotServer

DEV_SECRET = "dev-secret"
_FIRST_SPARE_ID = 9_000_000  # agent ids for applications of two corporations with the same one


class StandIns:
    """Reads configurations whose receivers are robots of *robots*, with the same names.

    *faults*: vendor → faults of its robots. *told* is called with everything that was read.
    """

    def __init__(
        self,
        robots: RobotServer,
        faults: Mapping[str, str],
        told: Callable[[Loaded], None] = lambda loaded: None,
    ) -> None:
        self._robots = robots
        self._faults = faults
        self._told = told
        self._added: dict[object, str] = {}  # what is really there → the address here
        self._agents: dict[object, str] = {}
        self._users: dict[object, frozenset[str]] = {}

    def read(self, found: Origin, environ: Mapping[str, str], store: Store) -> Loaded:
        """Read the file that *found* names; never raises.

        Secrets that cannot be had here do not matter: a source without its secret takes
        `DEV_SECRET`.
        """
        loaded = load_from(found, environ, store, lenient=True)
        self._told(loaded)
        if loaded.config is None:
            return loaded
        return loaded._replace(config=self._local(loaded.config, loaded))

    def _local(self, config: Config, loaded: Loaded) -> Config:
        sources = [
            _opened(one) if unseen(loaded.problems, f"sources.{one.name}") else one
            for one in config.sources
        ]
        receivers = [self._receiver(one, config) for one in config.receivers]
        return config._replace(sources=tuple(sources), receivers=tuple(receivers))

    def _receiver(self, receiver: Receiver, config: Config) -> Receiver:
        """Return *receiver* with the address of its stand-in; equal addresses stay equal."""
        if receiver.type == WECOM_APP:
            return self._application(receiver, config)
        key = (receiver.type, receiver.url, receiver.secret, receiver.keywords)
        if key not in self._added:
            self._added[key] = _ADD[receiver.type](self._robots, receiver, self._faults)
        return receiver._replace(url=Secret(self._added[key]))

    def _application(self, receiver: Receiver, config: Config) -> Receiver:
        """Add the application, or widen its visible range by the users who are new to it."""
        key = (receiver.url, receiver.corp_id, receiver.agent_id, receiver.secret)
        taken = receiver.agent_id in self._agents.values()
        spare = str(_FIRST_SPARE_ID + len(self._agents))
        agent_id = self._agents.setdefault(key, spare if taken else receiver.agent_id)
        known = self._users.get(key)
        users = frozenset(_users(receiver, config)).union(known or ())
        if users != known:
            self._users[key] = users
            self._added[key] = self._robots.add_wecom_app(
                receiver.corp_id,
                agent_id,
                secret=receiver.secret.reveal() if receiver.secret else "",
                users=tuple(sorted(users)),
                faults=self._faults.get(APPLICATION, ""),
            )
        return receiver._replace(url=Secret(self._added[key]), agent_id=agent_id)


def _opened(source: Source) -> Source:
    """Return *source* with the one secret that everybody knows."""
    known = (Secret(DEV_SECRET),)
    return source._replace(secrets=known, signing_tokens=(), signature="")


def _users(receiver: Receiver, config: Config) -> Iterator[str]:
    """Yield the user ids that a message of *receiver* may go to."""
    usernames = {person.username for person in config.people}
    yield from (person.wecom for person in config.people if person.wecom)
    yield from (name for name in receiver.to if name not in {*ROLES, EVERYONE, *usernames})


def _add_wecom(robots: RobotServer, receiver: Receiver, faults: Mapping[str, str]) -> str:
    return robots.add_wecom(receiver.name, faults=faults.get(WECOM, ""))


def _add_dingtalk(robots: RobotServer, receiver: Receiver, faults: Mapping[str, str]) -> str:
    secret = receiver.secret.reveal() if receiver.secret else ""
    return robots.add_dingtalk(
        receiver.name,
        secret=secret,
        keywords=receiver.keywords,
        faults=faults.get(DINGTALK, ""),
    )


_ADD = {WECOM_ROBOT: _add_wecom, DINGTALK_ROBOT: _add_dingtalk}
