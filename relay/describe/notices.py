"""Test messages, and one line for what has no design of its own."""

from relay.describe.draft import Draft, Head, View, action, facts, subject, value
from relay.describe.phrases import VIEW
from relay.events import Event, Notice, Ping
from relay.words import Phrase, Words

_CONNECTED = Phrase("测试消息", "Test message")
_TEST_FOR = Phrase("{forge} 的 Webhook 已接通", "the {forge} webhook is connected")
_REACHED = Phrase("机器人已接通", "the robot is connected")
_TEST_OF = Phrase("测试的事件", "Event tested")
_SEEN = Phrase(
    "看到这条消息说明网址和密钥都正确", "If you can read this, the URL and the secret are right"
)
_NOTICE = Phrase("{what}", "{what}")
_FORGES = {"gitlab": "GitLab", "gitee": "Gitee"}


def ping(event: Event, found: Ping, view: View) -> Draft:
    """Describe a test of the way from a forge, or, where *source* is none, of the robot alone."""
    words = view.words
    forge = _FORGES.get(event.source)
    connected = words.say(_TEST_FOR, forge=forge) if forge else words.say(_REACHED)
    head = Head("🔔", words.say(_CONNECTED), ref=connected, who="")
    return Draft(
        head,
        (
            facts(words.labelled(_TEST_OF, value(found.hook, 40)), value(found.host, 60)),
            facts(words.say(_SEEN) if forge else ""),
        ),
        (action(words, VIEW, event.url),),
    )


def notice(event: Event, found: Notice, view: View) -> Draft:
    words: Words = view.words
    return Draft(
        Head("🔔", words.say(_NOTICE, what=value(found.what, 48))),
        (subject(found.title, event.url),),
        (action(words, VIEW, event.url),),
    )
