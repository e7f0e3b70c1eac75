"""The configuration from environment variables: lenient in reading, strict in meaning."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from relay.config import Config, Policy, Receiver, Route, Secret, Source
from relay.configuration.digest import digest
from relay.configuration.environment import configuration
from relay.configuration.variables import NAMES
from relay.errors import ConfigError, Problem

WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key="
DINGTALK = "https://oapi.dingtalk.com/robot/send?access_token="
LEAST = {"WECOM_WEBHOOK_URL": "wecom-key", "WEBHOOK_SECRET": "s3cret-token"}
EVERYTHING_WRONG = {
    "WECOM_WEBHOOK_URL": "http://example.com/hook",
    "DINGTALK_SECRET": "x",
    "DINGTALK_KEYWORDS": "<b>,SECabc",
    "GITLAB_SIGNING_TOKEN": "%%",
    "NOTIFY_EVENTS": "pusch",
    "NOTIFY_LANG": "fr",
    "NOTIFY_TIMEZONE": "Mars",
    "DELIVERY_TIMEOUT": "soon",
    "WECOM_MESSAGE": "html",
    "RELAY_ALLOW_HOSTS": "http://x",
    "RELAY_QUEUE": "somewhere",
    "RELAY_STATE": "somewhere",
}
TOKEN = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


def read(**variables: str) -> Config:
    """Read the least configuration with *variables* added."""
    return configuration({**LEAST, **variables})


def problems(environ: dict[str, str]) -> tuple[Problem, ...]:
    with pytest.raises(ConfigError) as raised:
        configuration(environ)
    return raised.value.problems


def problem(**variables: str) -> Problem:
    """Return the only problem of the least configuration with *variables* added."""
    [found] = problems({**LEAST, **variables})
    return found


def urls(config: Config) -> list[str]:
    return [receiver.url.reveal() for receiver in config.receivers]


class TestLeast:
    def test_two_variables_are_enough(self) -> None:
        """A robot's key and a secret make a whole configuration, with both forges."""
        secret = (Secret("s3cret-token"),)

        assert configuration(LEAST) == Config(
            sources=(
                Source("gitlab", "gitlab", secret),
                Source("gitee", "gitee", secret, signature="any"),
            ),
            receivers=(Receiver("wecom", "wecom_robot", Secret(WECOM + "wecom-key")),),
            routes=(Route("all", ("wecom",)),),
            lang="zh-CN",
            timezone="Asia/Shanghai",
            delivery=Policy(timeout_s=4.0, max_commits=5),
            origin="environment",
            digest=digest(configuration(LEAST)),
        )

    def test_empty_variables_are_like_missing_ones(self) -> None:
        """A deployment may set every variable it knows, most of them empty."""
        assert configuration({**dict.fromkeys(NAMES, " "), **LEAST}) == configuration(LEAST)

    def test_everything(self) -> None:
        """Every variable has its effect."""
        config = configuration(
            {
                "WECOM_WEBHOOK_URL": "a,b",
                "WECOM_MESSAGE": "markdown_v2",
                "DINGTALK_WEBHOOK_URL": "c,d",
                "DINGTALK_SECRET": ",SECd",
                "DINGTALK_KEYWORDS": "研发，CI",
                "DINGTALK_MESSAGE": "action_card",
                "DINGTALK_OPEN_LINKS": "browser",
                "WEBHOOK_SECRET": "new",
                "WEBHOOK_SECRET_OLD": "old",
                "GITLAB_SIGNING_TOKEN": TOKEN,
                "GITLAB_SIGNATURE": "optional",
                "GITEE_SIGNATURE": "hmac",
                "ALLOW_UNSIGNED": "yes",
                "NOTIFY_EVENTS": "push, pipeline.failed",
                "NOTIFY_LANG": "en",
                "NOTIFY_TIMEZONE": "UTC",
                "DELIVERY_TIMEOUT": "2.5s",
                "RELAY_ALLOW_HOSTS": "im.corp, LocalHost:9",
                "RELAY_QUEUE": "sqs://notify.fifo",
                "RELAY_STATE": " dynamodb://notify ",
            }
        )

        secrets = (Secret("new"), Secret("old"))
        ding = {"keywords": ("研发", "CI"), "message": "action_card", "open_links": "browser"}
        assert config.sources == (
            Source("gitlab", "gitlab", secrets, (Secret(TOKEN),), "optional", True),
            Source("gitee", "gitee", secrets, (), "hmac", True),
        )
        assert config.receivers == (
            Receiver("wecom", "wecom_robot", Secret(WECOM + "a"), message="markdown_v2"),
            Receiver("wecom#2", "wecom_robot", Secret(WECOM + "b"), message="markdown_v2"),
            Receiver("dingtalk", "dingtalk_robot", Secret(DINGTALK + "c"), **ding),  # type: ignore[arg-type]
            Receiver(
                "dingtalk#2",
                "dingtalk_robot",
                Secret(DINGTALK + "d"),
                secret=Secret("SECd"),
                **ding,  # type: ignore[arg-type]
            ),
        )
        names = ("wecom", "dingtalk")  # each means all of that name
        assert config.routes == (Route("all", names, ("push", "pipeline.failed")),)
        assert (config.lang, config.timezone, config.delivery.timeout_s) == ("en", "UTC", 2.5)
        assert config.allow_hosts == ("im.corp", "localhost:9")
        assert (config.queue, config.state) == ("sqs://notify.fifo", "dynamodb://notify")

    def test_g1_the_configuration_shows_no_secret(self) -> None:
        """Neither keys nor secrets are in its text form."""
        config = read(GITLAB_SIGNING_TOKEN=TOKEN, DINGTALK_WEBHOOK_URL="d", DINGTALK_SECRET="SECx")

        shown = f"{config!r} {config}"
        for secret in ("wecom-key", "s3cret-token", TOKEN[6:], "SECx", "access_token"):
            assert secret not in shown

    def test_secrets_remember_their_variable(self) -> None:
        """What a variable holds is referred to by its name, so that it can be shown as YAML."""
        config = read(
            WECOM_WEBHOOK_URL="a,b",
            DINGTALK_WEBHOOK_URL="c",
            DINGTALK_SECRET="SECc",
            WEBHOOK_SECRET_OLD="old",
            GITLAB_SIGNING_TOKEN=TOKEN,
        )

        gitlab, gitee = config.sources
        wecom, second, dingtalk = config.receivers
        assert (wecom.url.reference, second.url.reference) == ("${WECOM_WEBHOOK_URL}",) * 2
        assert dingtalk.url.reference == "${DINGTALK_WEBHOOK_URL}"
        assert dingtalk.secret is not None
        assert dingtalk.secret.reference == "${DINGTALK_SECRET}"
        names = ["${WEBHOOK_SECRET}", "${WEBHOOK_SECRET_OLD}"]
        assert [one.reference for one in gitlab.secrets] == names
        assert [one.reference for one in gitee.secrets] == names
        assert [one.reference for one in gitlab.signing_tokens] == ["${GITLAB_SIGNING_TOKEN}"]

    @pytest.mark.parametrize("name", ["CONFIG_YAML", "CONFIG_FILE"])
    def test_the_file_is_read_elsewhere(self, name: str) -> None:
        """A name of the file's variables is known, and changes nothing here."""
        assert read(**{name: "version: 1"}) == read()

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("RELAY_QUEUE", "notify"),
            ("RELAY_QUEUE", "sqs://"),
            ("RELAY_STATE", "redis://x"),
            ("RELAY_STATE", "Memory"),
        ],
    )
    def test_queue_and_state_are_checked(self, name: str, text: str) -> None:
        """A queue or store that cannot be is told with what can."""
        found = problem(**{name: text})

        assert (found.code, found.where) == ("E106", name)
        assert found.hint.en.startswith("write ")


class TestMissing:
    def test_b3_no_variables_at_all(self) -> None:
        """Nothing set: a robot and a secret are missing, both named in one go."""
        robot, secret = problems({})

        assert (robot.code, robot.where) == ("E201", "WECOM_WEBHOOK_URL")
        assert "WECOM_WEBHOOK_URL is not set" in robot.message.en
        assert "DINGTALK_WEBHOOK_URL is not set" in robot.message.en
        assert (secret.code, secret.where) == ("E202", "WEBHOOK_SECRET")
        assert "WEBHOOK_SECRET is not set" in secret.message.en

    @pytest.mark.parametrize("value", ["", " ", "\n", '""', "“”", "\u3000\ufeff"])
    def test_b3_f3_an_empty_secret_is_none(self, value: str) -> None:
        """Empty or only spaces counts as missing, and is called empty."""
        found = problem(WEBHOOK_SECRET=value)

        assert found.code == "E202"
        assert "WEBHOOK_SECRET is empty" in found.message.en

    @pytest.mark.parametrize("value", ["", " ", ",", "，\n ,"])
    def test_f3_an_empty_address_is_none(self, value: str) -> None:
        """So is a robot's address."""
        found = problem(WECOM_WEBHOOK_URL=value)

        assert found.code == "E201"
        assert "WECOM_WEBHOOK_URL is empty and DINGTALK_WEBHOOK_URL is not set" in found.message.en

    @pytest.mark.parametrize("word", ["true", "TRUE", " yes", "on", "1", '"1"'])
    def test_b3_unsigned_calls_need_a_switch(self, word: str) -> None:
        """Without a secret, only the explicit switch opens the sources."""
        config = configuration({"WECOM_WEBHOOK_URL": "a", "ALLOW_UNSIGNED": word})

        assert [source.allow_unsigned for source in config.sources] == [True, True]
        assert [source.secrets for source in config.sources] == [(), ()]

    @pytest.mark.parametrize("word", ["", "false", "No", "off", "0"])
    def test_b3_a_word_for_no_keeps_them_shut(self, word: str) -> None:
        """The switch set to no is as if it were not set."""
        [found] = problems({"WECOM_WEBHOOK_URL": "a", "ALLOW_UNSIGNED": word})

        assert found.code == "E202"

    def test_b3_a_doubtful_switch_is_an_error(self) -> None:
        """A word that is neither yes nor no opens nothing."""
        found = problem(ALLOW_UNSIGNED="ture")

        assert (found.code, found.where) == ("E103", "ALLOW_UNSIGNED")
        assert "did you mean true?" in found.hint.en

    def test_b3_a_signing_token_alone_leaves_gitee_without(self) -> None:
        """Gitee knows no signing token: its source stays, without a secret."""
        gitlab, gitee = configuration(
            {"WECOM_WEBHOOK_URL": "a", "GITLAB_SIGNING_TOKEN": TOKEN}
        ).sources

        assert (gitlab.secrets, gitlab.signing_tokens) == ((), (Secret(TOKEN),))
        assert (gitee.secrets, gitee.signing_tokens, gitee.allow_unsigned) == ((), (), False)

    @pytest.mark.parametrize(
        ("written", "meant"),
        [
            ("WECOM_WEBHOK_URL", "WECOM_WEBHOOK_URL"),
            ("wecom_webhook_url", "WECOM_WEBHOOK_URL"),
            ("DINGTALK_WEBHOOK", "DINGTALK_WEBHOOK_URL"),
            ("DINGTALK_WEBHOOKS_URL", "DINGTALK_WEBHOOK_URL"),
        ],
    )
    def test_a_misspelt_robot_variable(self, written: str, meant: str) -> None:
        """A variable that looks like the missing one is named, without its value."""
        [found] = problems({written: "k3y", "WEBHOOK_SECRET": "x"})

        assert f"{written} is set: did you mean {meant}?" in found.hint.en

    def test_a_misspelt_secret_variable(self) -> None:
        """The same for the secret."""
        [found] = problems({"WECOM_WEBHOOK_URL": "a", "WEBHOOK_SECRETS": "x", "PATH": "/bin"})

        assert found.hint.en == "WEBHOOK_SECRETS is set: did you mean WEBHOOK_SECRET?"

    def test_all_problems_at_once(self) -> None:
        """One run tells everything there is to mend."""
        assert {(one.code, one.where) for one in problems(EVERYTHING_WRONG)} == {
            ("E106", "RELAY_ALLOW_HOSTS"),
            ("E106", "RELAY_QUEUE"),
            ("E106", "RELAY_STATE"),
            ("E106", "DINGTALK_KEYWORDS"),
            ("E204", "DINGTALK_KEYWORDS"),
            ("E103", "WECOM_MESSAGE"),
            ("E203", "WECOM_WEBHOOK_URL"),
            ("E204", "DINGTALK_SECRET"),
            ("E201", "DINGTALK_WEBHOOK_URL"),
            ("E204", "GITLAB_SIGNING_TOKEN"),
            ("E110", "NOTIFY_EVENTS"),
            ("E103", "NOTIFY_LANG"),
            ("E103", "NOTIFY_TIMEZONE"),
            ("E106", "DELIVERY_TIMEOUT"),
        }

    @pytest.mark.parametrize(
        ("written", "meant"),
        [
            ("NOTIFY_EVENT", "NOTIFY_EVENTS"),
            ("WECOM_WEBHOOK_URL_2", "WECOM_WEBHOOK_URL"),
            ("RELAY_STATES", "RELAY_STATE"),
        ],
    )
    def test_a_variable_nobody_reads(self, written: str, meant: str) -> None:
        """A variable that is almost one of ours is told even when nothing else is wrong."""
        found = problem(**{written: "x"})

        assert (found.code, found.where) == ("E101", written)
        assert (found.hint.zh, found.hint.en) == (
            f"你是不是想写 {meant}？",
            f"did you mean {meant}?",
        )

    def test_both_languages(self) -> None:
        """Every text of a problem is Chinese in Chinese and says the same names in English."""
        found = problems(EVERYTHING_WRONG) + problems({}) + problems({"NOTIFY_EVENT": "x", **LEAST})

        for phrase in [text for one in found for text in (one.message, one.hint) if text.zh]:
            assert any("\u4e00" <= letter <= "\u9fff" for letter in phrase.zh)
            assert re.findall("[A-Z]+_[A-Z_]+", phrase.zh) == re.findall(
                "[A-Z]+_[A-Z_]+", phrase.en
            )
            assert not re.search("[\u4e00-\u9fff]", re.sub("加签|自定义关键词", "", phrase.en))
            assert not re.search(
                "[\u4e00-\u9fff][A-Za-z0-9$]|[A-Za-z0-9][\u4e00-\u9fff]", phrase.zh
            )

    @pytest.mark.parametrize("name", [name for name in NAMES if name != "LOG_LEVEL"])
    def test_g1_no_problem_holds_a_value(self, name: str) -> None:
        """Whatever is pasted into the wrong variable, no message repeats it."""
        mark = "s3cr3tm4rk"
        values = (
            f"https://{mark}.example/{mark}?key={mark}&access_token={mark}",
            f"{mark} {mark}",
            f"SEC {mark}",
            f"{WECOM}{mark}",
            f"{DINGTALK}{mark}",
            f"a@{mark}:99999",
        )
        for value in values:
            try:
                configuration({**LEAST, "DINGTALK_WEBHOOK_URL": "x", name: value})
            except ConfigError as error:
                assert mark not in f"{error} {error.problems}"


class TestLeniency:
    @pytest.mark.parametrize(
        "text",
        [
            "a,b",
            " a , b ",
            "a，b",
            "a\nb",
            "a\r\nb\r\n",
            "\na,\nb,\n",
            ",a,,b,",
            '"a","b"',
            '"a,b"',
            "“a”，“b”",
            "'a'\n'b'",
            "\ufeffa,\u200bb\u00a0",
            f"{WECOM}a,{WECOM}b",
            f"{WECOM}a\n“{WECOM}b”",
        ],
    )
    def test_lists(self, text: str) -> None:
        """Commas of either width, line breaks, spaces and quotes make the same list."""
        assert urls(read(WECOM_WEBHOOK_URL=text)) == [WECOM + "a", WECOM + "b"]

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("abc\n", "abc"),
            ("abc\r\n", "abc"),
            ("ab\nc", "abc"),
            ("  abc  ", "abc"),
            ('"abc"', "abc"),
            ("“abc”", "abc"),
            ('abc"', 'abc"'),
            ("a,b，c", "a,b，c"),
            ("密钥 x", "密钥 x"),
        ],
    )
    def test_f3_secrets(self, text: str, expected: str) -> None:
        """Line breaks go as GitLab drops them, one pair of quotes goes, the rest stays."""
        assert read(WEBHOOK_SECRET=text).sources[0].secrets == (Secret(expected),)

    def test_b9_two_secrets_while_rotating(self) -> None:
        """The old secret stands beside the new one, once if they are the same."""
        both = read(WEBHOOK_SECRET_OLD="old").sources
        same = read(WEBHOOK_SECRET_OLD="s3cret-token").sources

        assert [source.secrets for source in both] == [(Secret("s3cret-token"), Secret("old"))] * 2
        assert [source.secrets for source in same] == [(Secret("s3cret-token"),)] * 2

    def test_b9_two_signing_tokens_while_rotating(self) -> None:
        """Signing tokens are a list."""
        other = TOKEN[6:].rstrip("=")
        gitlab = read(GITLAB_SIGNING_TOKEN=f"{TOKEN}, {other}").sources[0]

        assert gitlab.signing_tokens == (Secret(TOKEN), Secret(other))
        assert gitlab.signature == "required"

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("zh", "zh-CN"),
            ("zh_CN", "zh-CN"),
            ("ZH-cn", "zh-CN"),
            ("zh_CN.UTF-8", "zh-CN"),
            ("en", "en"),
            ("en-US", "en"),
            (" EN_gb ", "en"),
        ],
    )
    def test_languages(self, text: str, expected: str) -> None:
        """Languages as systems spell them."""
        assert read(NOTIFY_LANG=text).lang == expected

    @pytest.mark.parametrize(
        ("text", "expected"),
        [("4", 4.0), ("4s", 4.0), ("4 S", 4.0), ("0.5", 0.5), ("60", 60.0), (".5", 0.5)],
    )
    def test_timeouts(self, text: str, expected: float) -> None:
        """Seconds, with or without the unit."""
        assert read(DELIVERY_TIMEOUT=text).delivery.timeout_s == expected

    @pytest.mark.parametrize(
        "text",
        ["0.4", "61", "-1", "4m", "1e1", "nan", "inf", "s", ".", "1_0", "٤", "4.0.0", "9" * 99],
    )
    def test_bad_timeouts(self, text: str) -> None:
        """Anything else says which times are possible."""
        found = problem(DELIVERY_TIMEOUT=text)

        assert (found.code, found.where) == ("E106", "DELIVERY_TIMEOUT")
        assert "0.5 to 60" in found.hint.en

    @pytest.mark.parametrize(
        ("name", "text", "hint"),
        [
            ("WECOM_MESSAGE", "markdwon", "did you mean markdown?"),
            ("DINGTALK_MESSAGE", "actionCard", "did you mean action_card?"),
            ("DINGTALK_OPEN_LINKS", "pc", "sidebar, browser"),
            ("GITLAB_SIGNATURE", "none", "required, optional"),
            ("GITEE_SIGNATURE", "passwort", "did you mean password?"),
            ("NOTIFY_LANG", "zh-TW", "did you mean zh-CN?"),
        ],
    )
    def test_unknown_choices(self, name: str, text: str, hint: str) -> None:
        """An unknown word is answered with the nearest, or with all there are."""
        found = problem(**{name: text})

        assert (found.code, found.where) == ("E103", name)
        assert hint in found.hint.en

    @pytest.mark.parametrize("text", ["Markdown_V2", "markdown-v2"])
    def test_choices_in_any_spelling(self, text: str) -> None:
        """Case and dashes do not matter."""
        assert read(WECOM_MESSAGE=text).receivers[0].message == "markdown_v2"


class TestAddresses:
    def test_f4_a_refused_address_is_named_by_its_place(self) -> None:
        """Of several addresses the number is told, and never what it is."""
        found = problem(WECOM_WEBHOOK_URL="good,https://example.com/send?key=k3y")

        assert (found.code, found.where) == ("E203", "WECOM_WEBHOOK_URL")
        assert found.message.en.startswith("entry 2: the address is not at qyapi.weixin.qq.com")
        assert found.message.zh.startswith("第 2 个：地址的主机不是 qyapi.weixin.qq.com")
        assert "RELAY_ALLOW_HOSTS" in found.hint.en
        assert "example" not in f"{found}"

    def test_f4_the_only_address_has_no_number(self) -> None:
        """Where there is one, everybody knows which is meant."""
        found = problem(WECOM_WEBHOOK_URL="https://example.com/send?key=k3y")

        assert found.message.en.startswith("the address is not at")

    def test_f4_a_wecom_address_in_dingtalks_variable(self) -> None:
        """The mix-up is told as such in this direction as well."""
        found = problem(DINGTALK_WEBHOOK_URL=WECOM + "k")

        assert found.message.en == "the address is one of a WeCom robot"
        assert found.hint.en == "it belongs in WECOM_WEBHOOK_URL"

    @pytest.mark.parametrize(
        ("hosts", "text", "expected"),
        [
            ("localhost", "http://localhost:9/send?key=k", "http://localhost:9/send?key=k"),
            ("localhost:9", "http://localhost:9/x/y?key=k&z=1", "http://localhost:9/x/y?key=k"),
            ("LocalHost:80", "http://LOCALHOST/x?key=k", "http://localhost/x?key=k"),
            ("10.0.0.1，im.corp", "https://im.corp/x?key=k", "https://im.corp/x?key=k"),
            ("im.corp:443", "https://im.corp:443?key=k", "https://im.corp?key=k"),
        ],
    )
    def test_f4_allowed_hosts(self, hosts: str, text: str, expected: str) -> None:
        """A host that the operator names may use http, any path and, without a port, any port."""
        assert urls(read(RELAY_ALLOW_HOSTS=hosts, WECOM_WEBHOOK_URL=text)) == [expected]

    @pytest.mark.parametrize(
        "text",
        [
            "http://x",
            "x/y",
            "*",
            "x:",
            ":9",
            "x:0",
            "x:65536",
            "x:9:9",
            "a b",
            "x:٩",
            "u@x",
            "x:99999999",
        ],
    )
    def test_f4_bad_hosts(self, text: str) -> None:
        """What is not plainly a host is refused: it would allow nothing or too much."""
        found = problem(RELAY_ALLOW_HOSTS=f"ok,{text}")

        assert (found.code, found.where) == ("E106", "RELAY_ALLOW_HOSTS")
        assert found.message.en == "entry 2: it is not written as it should be"

    def test_c18_the_same_robot_counts_once(self) -> None:
        """A key and its address are the same robot; numbers have no gap."""
        config = read(WECOM_WEBHOOK_URL=f"a,{WECOM}a,b")

        assert [one.name for one in config.receivers] == ["wecom", "wecom#2"]
        assert urls(config) == [WECOM + "a", WECOM + "b"]
        assert config.routes[0].receivers == ("wecom",)


class TestDingTalkSecrets:
    @pytest.mark.parametrize(
        ("robots", "text", "expected"),
        [
            ("a", "", [None]),
            ("a", "SECa", ["SECa"]),
            ("a", "SECa,", ["SECa"]),
            ("a,b", "SECa,SECb", ["SECa", "SECb"]),
            ("a,b", "SECa\nSECb\n", ["SECa", "SECb"]),
            ("a,b", "“SECa”，“SECb”", ["SECa", "SECb"]),
            ("a,b", ",SECb", [None, "SECb"]),
            ("a,b,c", "SECa,,SECc", ["SECa", None, "SECc"]),
            ("a,a", ",SECa", ["SECa"]),
        ],
    )
    def test_by_position(self, robots: str, text: str, expected: list[str | None]) -> None:
        """Each secret goes to the robot at its place; a place may stay empty."""
        config = read(DINGTALK_WEBHOOK_URL=robots, DINGTALK_SECRET=text)

        actual = [one.secret.reveal() if one.secret else None for one in config.receivers[1:]]
        assert actual == expected

    @pytest.mark.parametrize(
        ("robots", "text", "message"),
        [
            ("a,b", "SECa", "secrets given: 1, robots: 2"),
            ("a,b", "SECa,", "secrets given: 1, robots: 2"),
            ("a", "SECa,SECb", "secrets given: 2, robots: 1"),
            ("a,b", "SECa,SECb,SECc", "secrets given: 3, robots: 2"),
        ],
    )
    def test_a_wrong_count(self, robots: str, text: str, message: str) -> None:
        """One secret is never guessed to be everybody's."""
        found = problem(DINGTALK_WEBHOOK_URL=robots, DINGTALK_SECRET=text)

        assert (found.code, found.where) == ("E205", "DINGTALK_SECRET")
        assert message in found.message.en
        assert "same order" in found.hint.en

    @pytest.mark.parametrize("text", ["abcdef", "secabc", "SEC abc", "SEC密", DINGTALK + "x"])
    def test_what_is_no_secret(self, text: str) -> None:
        """A value without SEC in front was copied from elsewhere; the hint says where to look."""
        found = problem(DINGTALK_WEBHOOK_URL="a", DINGTALK_SECRET=text)

        assert (found.code, found.where) == ("E204", "DINGTALK_SECRET")
        assert "加签" in found.hint.en

    def test_a_secret_without_a_robot(self) -> None:
        """A secret alone means that the address is missing."""
        found = problem(DINGTALK_SECRET="SECa", DINGTALK_WEBHOK_URL="x")

        assert (found.code, found.where) == ("E201", "DINGTALK_WEBHOOK_URL")
        assert "DINGTALK_SECRET is set and DINGTALK_WEBHOOK_URL is not set" in found.message.en
        assert "did you mean DINGTALK_WEBHOOK_URL?" in found.hint.en


class TestSigningTokens:
    @pytest.mark.parametrize("text", [TOKEN, TOKEN[6:], TOKEN.rstrip("=")])
    def test_b4_accepted(self, text: str) -> None:
        """Base64 with or without prefix and padding, kept as given."""
        assert read(GITLAB_SIGNING_TOKEN=text).sources[0].signing_tokens == (Secret(text),)

    @pytest.mark.parametrize(
        "text", ["whsec_", "whsec_=", "not base64!", "a", "密钥", "a-b_", "====", "AAAA", "YWJjZA"]
    )
    def test_b4_refused(self, text: str) -> None:
        """Anything else, a short or empty key above all, is an error and never a key."""
        found = problem(GITLAB_SIGNING_TOKEN=f"{TOKEN},{text}")

        assert (found.code, found.where) == ("E204", "GITLAB_SIGNING_TOKEN")
        assert found.message.en == "entry 2: this is no signing token of GitLab: base64 of 32 bytes"

    def test_required_without_a_token(self) -> None:
        """Signatures cannot be required when there is nothing to check them with."""
        found = problem(GITLAB_SIGNATURE="required")

        assert (found.code, found.where) == ("E201", "GITLAB_SIGNATURE")
        assert "GITLAB_SIGNING_TOKEN is not set" in found.message.en


class TestEvents:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("", ()),
            ("*", ("*",)),
            ("push,tag", ("push", "tag")),
            ("Push， pipeline.failed", ("push", "pipeline.failed")),
            ("pipeline.*,!job", ("pipeline.*", "!job")),
            ("pull_request.opened", ("merge_request.opened",)),
            ("!pull_request", ("!merge_request",)),
            ("pull_request,merge_request", ("merge_request",)),
            ("! job.* ", ("!job.*",)),
        ],
    )
    def test_patterns(self, text: str, expected: tuple[str, ...]) -> None:
        """Patterns in any case, with the alias replaced."""
        assert read(NOTIFY_EVENTS=text).routes[0].events == expected

    @pytest.mark.parametrize(
        ("text", "hint"),
        [
            ("merge_requst", "did you mean merge_request?"),
            ("merge-request", "did you mean merge_request?"),
            ("merge_requst.opened", "did you mean merge_request.opened?"),
            ("pipeline.fail", "did you mean pipeline.failed?"),
            ("!pipline.*", "did you mean pipeline.*?"),
            ("note", "did you mean comment?"),
            ("build.failed", "did you mean job?"),
            ("zzzzzzzz", "known are *, push"),
            ("!", "known are"),
            ("push.", "did you mean push.*?"),
            ("*.failed", "did you mean"),
            ("**", "did you mean *?"),
        ],
    )
    def test_unknown(self, text: str, hint: str) -> None:
        """An unknown event is E110 with the nearest name."""
        found = problem(NOTIFY_EVENTS=f"push,{text}")

        assert (found.code, found.where) == ("E110", "NOTIFY_EVENTS")
        assert found.message.en.startswith(("entry 2: no such event", "entry 2: no event “"))
        assert hint in found.hint.en

    @pytest.mark.parametrize(
        "text, shown",
        [
            ("pussh", True),
            ("pipline.failed", True),
            ("！merge_requst.*", True),
            ("push.hunter2", False),
            ("deployment-key", False),
            (f"push{'x' * 90}", False),
            ("planted", False),
        ],
    )
    def test_what_was_typed_is_named_where_it_is_no_secret(self, text: str, shown: bool) -> None:
        """Only what is almost an event's name: a key or a password is like none."""
        found = problem(NOTIFY_EVENTS=f"push,{text}")

        assert (text in found.message.zh, text in found.message.en) == (shown, shown)


class TestTimeZones:
    def test_f6_known(self) -> None:
        """Any IANA name."""
        assert read(NOTIFY_TIMEZONE="Europe/Berlin").timezone == "Europe/Berlin"

    @pytest.mark.parametrize(
        ("text", "hint"),
        [
            ("Asia/Shanghia", "did you mean Asia/Shanghai?"),
            ("asia/shanghai", "did you mean Asia/Shanghai?"),
            ("Asia/Beijing", "did you mean Asia/Shanghai?"),
            ("UTC+8", "did you mean Asia/Shanghai?"),
            ("Europe/Berlln", "did you mean Europe/Berlin?"),
            ("/etc/localtime", ""),
            ("../../etc/passwd", ""),
            ("Asia", ""),
            ("\ud800", "such as Asia/Shanghai"),
            ("x" * 5000, "such as Asia/Shanghai"),
        ],
    )
    def test_f6_unknown(self, text: str, hint: str) -> None:
        """An unknown one is told, with the nearest where there is one."""
        found = problem(NOTIFY_TIMEZONE=text)

        assert (found.code, found.where) == ("E103", "NOTIFY_TIMEZONE")
        assert hint in found.hint.en


class TestCost:
    def test_imports_stay_cheap(self) -> None:
        """What only errors and rare settings need is not imported at a cold start."""
        code = (
            "import sys, requests\n"
            "before = set(sys.modules)\n"
            "from relay import clouds, log\n"
            "from relay.configuration import environment\n"
            f"environment.configuration({LEAST!r})\n"
            "print(*sorted(m for m in set(sys.modules) - before if not m.startswith('relay')))"
        )
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-c", code],
            cwd=Path(__file__).parent.parent,
            capture_output=True,
            check=True,
            timeout=20,
            text=True,
        )

        assert done.stdout.split() == []


@pytest.mark.parametrize(
    ("keyword", "code"),
    [
        pytest.param("SECthisIsTheSigningSecret", "E204", id="signing-secret"),
        pytest.param("hook-secret", "E204", id="webhook-secret"),
        pytest.param("</font>", "E106", id="markup"),
        pytest.param("长" * 41, "E106", id="too-long"),
        pytest.param("a\udcffb", "E106", id="not-utf-8"),
    ],
)
def test_keyword_that_must_not_be_shown_is_refused(keyword: str, code: str) -> None:
    """A keyword stands in every message: a secret or markup in its place is named as a problem."""
    with pytest.raises(ConfigError) as caught:
        configuration(
            {
                "DINGTALK_WEBHOOK_URL": "abcdef",
                "WEBHOOK_SECRET": "hook-secret",
                "DINGTALK_KEYWORDS": f"研发,{keyword}",
            }
        )

    assert [(found.code, found.where) for found in caught.value.problems] == [
        (code, "DINGTALK_KEYWORDS")
    ]
    assert keyword not in str(caught.value)


@pytest.mark.parametrize("variable", ["WECOM_WEBHOOK_URL", "DINGTALK_WEBHOOK_URL"])
@pytest.mark.parametrize("pasted", ["SECabcdef0123", "whsec_AAAA", "glpat-abc"])
def test_secret_in_place_of_a_key_is_refused(variable: str, pasted: str) -> None:
    """A secret pasted where a robot's key belongs is never sent to the vendor."""
    with pytest.raises(ConfigError) as caught:
        configuration({variable: pasted, "WEBHOOK_SECRET": "s"})

    assert caught.value.problems[0].code == "E203"
    assert "signing secret" in caught.value.problems[0].message.en
