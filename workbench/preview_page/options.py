"""What a person chose on the preview page: all of it stands in the address."""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from relay.config import DINGTALK_ROBOT, LANGUAGES, WECOM_APP, WECOM_ROBOT
from relay.configuration.fields import MESSAGES

WIDTHS = ("320", "375", "414", "")
FORMS = ("", "full", "quiet")
THEMES = ("", "light", "dark")
VIEWS = ("", "both")
_TYPES = {"wecom": (WECOM_ROBOT, WECOM_APP), "dingtalk": (DINGTALK_ROBOT,)}


class Options(NamedTuple):
    """Empty means: as configured, as the system has it.

    *event* is a sample's name, *received* the number of a request that arrived and comes first.
    *view* ``both`` shows one WeCom and one DingTalk robot instead of the configured receivers.
    *messages* is the messages' language, *lang* the page's.
    """

    event: str = ""
    received: str = ""
    lang: str = "en"
    theme: str = ""
    width: str = ""
    view: str = ""
    messages: str = ""
    form: str = ""
    wecom: str = ""
    dingtalk: str = ""

    @property
    def quiet(self) -> bool | None:
        return {"full": False, "quiet": True}.get(self.form)

    def message(self, kind: str) -> str:
        """Return the message type that was chosen for receivers of type *kind*, if it has it."""
        chosen = next(getattr(self, name) for name, kinds in _TYPES.items() if kind in kinds)
        return chosen if chosen in MESSAGES[kind] else ""

    def address(self, **changes: str) -> str:
        """Return the page's address with *changes* to these options."""
        found = {name: value for name, value in {**self._asdict(), **changes}.items() if value}
        return f"/?{urlencode(found)}"


ALLOWED: Mapping[str, tuple[str, ...]] = {
    "lang": LANGUAGES,
    "theme": THEMES,
    "width": WIDTHS,
    "view": VIEWS,
    "messages": LANGUAGES,
    "form": FORMS,
    "wecom": MESSAGES[WECOM_ROBOT],
    "dingtalk": MESSAGES[DINGTALK_ROBOT],
}


def read(given: Mapping[str, object], lang: str) -> Options:
    """Return the options in *given*, an address's query; what is not known counts as not given.

    *lang* is the page's language where none is named.
    """
    found = {name: str(given.get(name, "")) for name in Options._fields}
    for name, allowed in ALLOWED.items():
        if found[name] not in allowed:
            found[name] = ""
    return Options(**{**found, "lang": found["lang"] or lang})
