"""The verb ``explain``: the routing decision as a person reads it, and as programs do."""

import json
from pathlib import Path
from typing import Any

import pytest
from relays import now, request
from verbs import CONFIG, MOBILE, PLANTED, VALUES, project, run, widest, written_out

import handler
from relay.reasons import SENTENCES
from workbench import samples
from workbench.robots import RobotServer

SOON = ("--at", "2026-11-20T12:00")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    project(tmp_path)
    return tmp_path


def told(*arguments: str, lang: str = "en") -> dict[str, Any]:
    result = run("explain", *arguments, *SOON, "--lang", lang, "--format", "json")
    found: dict[str, Any] = json.loads(result.output)
    return found


TREE_ZH = """\
事件   pipeline.failed · platform/api · main · 张三        来源 gitlab（密钥 ✓）
├─ backend   ✗ 分支 main 不在 [develop, release/**]                config.yml:26
├─ frontend  ✗ 项目 platform/api 不在 [web/**]                     config.yml:30
├─ ops       ✓ → ops-group（钉钉）  @张三（author）                config.yml:33
└─ personal  ✓ → to-person（企业微信应用）  @张三（author）        config.yml:38
结果：发送 2 条，跳过 2 条
"""
TREE_EN = """\
Event  pipeline.failed · platform/api · main · zhangsan
       source gitlab (secret ✓)
├─ backend   ✗ branch main not in [develop, release/**]            config.yml:26
├─ frontend  ✗ project platform/api not in [web/**]                config.yml:30
├─ ops       ✓ → ops-group (DingTalk)  @张三 (author)              config.yml:33
└─ personal  ✓ → to-person (WeCom app)  @张三 (author)             config.yml:38
Result: 2 sent, 2 skipped
"""


@pytest.mark.parametrize("lang, tree", [("zh-CN", TREE_ZH), ("en", TREE_EN)])
def test_the_decision_is_a_tree(lang: str, tree: str) -> None:
    """One line says what happened, one each route, the last how many were sent."""
    result = run("explain", "pipeline.failed", *SOON, "--lang", lang)

    assert (result.exit_code, result.output) == (0, tree)
    assert widest(result) <= 80


def test_the_decision_as_json() -> None:
    """Routes with their reasons and places, receivers with form and people, source, digest."""
    found = told("pipeline.failed")

    assert [found[key] for key in ("event", "project", "ref", "source", "origin")] == [
        "pipeline.failed", "platform/api", "main", "gitlab", "config.yml",
    ]  # fmt: skip
    assert found["routes"][0] == {
        "route": "backend",
        "place": "config.yml:26",
        "matched": False,
        "sent": [],
        "reasons": [{"reason": "R22", "detail": "branch main not in [develop, release/**]"}],
    }
    assert found["sent"][0] == {
        "receiver": "ops-group",
        "type": "dingtalk_robot",
        "route": "ops",
        "lang": "en",
        "quiet": False,
        "mentions": ["张三"],
        "unresolved": [],
    }


@pytest.mark.parametrize("name", ["gitlab/pipeline.failed", "gitlab/merge_request.opened"])
def test_the_answer_to_the_webhook_says_the_same(
    folder: Path, robots: RobotServer, name: str
) -> None:
    """Reasons, receivers and digest are those of the function's answer for the same event."""
    text = f'{CONFIG}allow_hosts: ["{robots.host}"]\n'
    values = {
        **VALUES,
        "WECOM_DEV_URL": robots.add_wecom(),
        "DINGTALK_OPS_URL": robots.add_dingtalk(secret=VALUES["DINGTALK_OPS_SECRET"]),
    }
    api = robots.add_wecom_app(secret=VALUES["WECOM_APP_SECRET"])
    text = text.replace("agent_id:", f"api_base: {api}\n    agent_id:")
    project(folder, text, values)
    sample = samples.load(name)
    handle = handler.build({**values, "CONFIG_YAML": text}, clock=now)
    answer = handle(
        request(sample.body, {**sample.headers, "X-Gitlab-Token": VALUES["GITLAB_WEBHOOK_SECRET"]}),
        None,
    )
    report = json.loads(answer["body"])
    found = told(name, lang="zh-CN")

    def reasons(*, sent: bool) -> list[dict[str, str]]:
        return [
            {"route": step["route"], **reason}
            for step in found["routes"]
            for reason in step["reasons"]
            if bool(step["sent"]) == sent
        ]

    assert report["skipped"] == reasons(sent=False)
    assert report.get("notes", []) == reasons(sent=True)
    assert {one["receiver"] for one in report["sent"]} == {one["receiver"] for one in found["sent"]}
    assert report["config"] == found["config"]


# What routes say.

ROUTES: dict[str, tuple[str, str, str]] = {  # a route, the event, the reason
    "R11": ("events: [tag]", "push.pushed", "event push.pushed not in [tag]"),
    "R11-default": ("receivers: [dev-group]", "job.success", "event job.success is off by default"),
    "R20": ("sources: [gitee]", "push.pushed", "source gitlab not in [gitee]"),
    "R21": ("projects: [web/*]", "push.pushed", "project platform/api not in [web/*]"),
    "R22": ("branches: [dev]", "push.pushed", "branch main not in [dev]"),
    "R22-tag": ("tags: [v1.*]", "tag.created", "tag v2.8.0 not in [v1.*]"),
    "R23": ("authors: [wangwu]", "push.pushed", "author zhangsan not in [wangwu]"),
    "R24": ("labels: [ui]", "issue.opened", "not in [ui]"),
    "R25": ("paths: [docs/**]", "push.pushed", "no changed file in [docs/**]"),
    "R26": ("active_time_intervals: [night]", "push.pushed", "outside the sending hours [night]"),
    "R27": ("quiet: [push]", "push.pushed", "push.pushed is in quiet: sent as one grey line"),
    "R30": ("receivers: [to-person]", "push.pushed", "李四 is not in people"),
    "R33": ("events: ['*']", "issue.opened-confidential", "confidential items stay out of chats"),
    "R34": ("environments: [x]", "deployment.success", "not in [x]"),
    "R35": ("drafts: false", "merge_request.opened-draft", "drafts stay out"),
    "R36": ("name: twice", "push.pushed", "dev-group already got it from route first"),
}
INTERVALS = """\
time_intervals:
  night: { times: [{ start_time: "22:00", end_time: "06:00" }] }
"""


def routes(*written: str) -> str:
    """Return `CONFIG` with other routes; each is sent to the group unless it says otherwise."""
    head = CONFIG.partition("routes:")[0]
    items = []
    for one in written:
        receivers = "" if "receivers:" in one else "receivers: [dev-group], "
        items.append(f"  - {{ {receivers}{one} }}\n")
    return f"{head}routes:\n{''.join(items)}{INTERVALS}"


@pytest.mark.parametrize("rule, event, reason", ROUTES.values(), ids=ROUTES)
@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_each_reason_is_shown(folder: Path, rule: str, event: str, reason: str, lang: str) -> None:
    """A route says why it does not send, or sends less, in the language asked for."""
    first = ("name: first",) if "twice" in rule else ()
    project(folder, routes(*first, rule))
    result = run("explain", event, *SOON, "--lang", lang)
    english = reason in " ".join(result.output.split())

    assert result.exit_code == 0
    assert english == (lang == "en"), result.output
    assert widest(result) <= 80


def test_the_table_has_every_reason_of_a_route() -> None:
    """Only reasons that no route gives are missing from it: forge, queue, vendor."""
    codes = {name.partition(" ")[0] for name in SENTENCES}

    assert codes - {name.partition("-")[0] for name in ROUTES} == {
        "R10", "R28", "R29", "R31", "R32",
    }  # fmt: skip


@pytest.mark.parametrize(
    "left, line",
    [
        (2, "continue: false: 2 more routes are not asked"),
        (1, "continue: false: one more route is not asked"),
        (0, ""),
    ],
)
def test_the_end_of_the_way_is_told(folder: Path, left: int, line: str) -> None:
    """``continue: false`` of a route that sends says how many were not asked."""
    project(folder, routes("continue: false", *(f"name: n{n}" for n in range(left))))
    result = run("explain", "push.pushed", *SOON)

    assert (line or "Result") in result.output
    assert ("not asked" in result.output) == bool(left)


def test_a_test_message_asks_every_route(folder: Path) -> None:
    """It goes on after ``continue: false``, so nothing is said about an end."""
    project(folder, routes("continue: false", "name: next"))
    result = run("explain", "test.ping", "--source", "gitee", *SOON)

    assert (result.exit_code, "not asked" in result.output) == (0, False)
    assert "next" in result.output


def test_what_no_route_takes_is_told(folder: Path) -> None:
    """The receiver of ``unmatched`` has a branch of its own, without a place."""
    project(folder, routes("projects: [x]") + "unmatched: ops-group\n")
    result = run("explain", "push.pushed", *SOON)

    assert "└─ unmatched  ✓ → ops-group (DingTalk)\n" in result.output
    assert "Result: 1 sent, 1 skipped" in result.output


@pytest.mark.parametrize(
    "event, events, receivers",
    [
        ("pipeline.failed", "[pipeline.status_changed]", ["dev-group"]),
        ("pipeline.success", "[pipeline.status_changed]", []),
        ("pipeline.failed-merge_request", "[pipeline.status_changed]", []),
        ("pipeline.failed", "[pipeline.fixed]", []),
    ],
)
def test_a_failed_pipeline_counts_as_the_first(
    folder: Path, event: str, events: str, receivers: list[str]
) -> None:
    """As in a function that has just started: nothing is known of the branch."""
    project(folder, routes(f"events: {events}"))
    sent = [one["receiver"] for one in told(event)["sent"]]

    assert sent == receivers


def test_notes_stand_under_what_is_sent(folder: Path) -> None:
    """A lesser form is marked as a note, somebody left out as a failure, both below the arrow."""
    text = routes("quiet: [push]", "mention: { push: [author] }, receivers: [ops-group]")
    project(folder, text)
    lines = run("explain", "push.pushed", *SOON).output.splitlines()
    told = [line[12:].partition("config.yml")[0].strip() for line in lines if line[0] in "├│└ "]

    assert told[1:] == [
        "✓ → dev-group (WeCom, one grey line)",
        "· push.pushed is in quiet: sent as one grey line",
        "✓ → ops-group (DingTalk)",
        "✗ the committer 李四 is not in people: add the commit",
        "e-mail to somebody's aliases",
    ]


def test_every_receiver_has_its_line(folder: Path) -> None:
    """A route that sends to several shows one below another, with its place once."""
    project(folder, routes("name: all, receivers: [dev-group, ops-group]"))
    lines = run("explain", "push.pushed", *SOON).output.splitlines()

    assert [line.split("→")[-1].split()[0] for line in lines if "→" in line] == [
        "dev-group", "ops-group",
    ]  # fmt: skip
    assert sum("config.yml:" in line for line in lines) == 1


def test_long_names_and_reasons_are_folded(folder: Path) -> None:
    """Whatever users call things, a line has at most 80 cells and the tree keeps its shape."""
    long = (
        f"name: {'很长的路由名' * 8}, projects: [{', '.join(f'group-{n}/sub/*' for n in range(9))}]"
    )
    (folder / "a-very-long-folder-name-for-a-configuration").mkdir()
    path = project(
        folder / "a-very-long-folder-name-for-a-configuration", routes(long, long[:-1] + ", x]")
    )
    for lang in ("zh-CN", "en"):
        result = run("explain", "push.pushed", "--config", str(path.relative_to(folder)), *SOON,
                     "--lang", lang)  # fmt: skip

        assert widest(result) <= 80
        assert all(line.startswith(("├─ ", "│  ", "└─ ", "   ")) for line in
                   result.output.splitlines() if line[0] in "├│└ ")  # fmt: skip


# What never gets to the routes.


@pytest.mark.parametrize(
    "lang, line",
    [
        ("zh-CN", "结果：不发送，R32 "),
        ("en", "Result: not sent, R32 "),
    ],
)
def test_an_ignored_event_says_so(lang: str, line: str) -> None:
    """What the adapter leaves out has its reason and no routes; it is no error."""
    result = run("explain", "gitlab/issue.updated-noise", "--lang", lang)
    found = told("gitlab/issue.updated-noise", lang=lang)

    assert (result.exit_code, line in result.output) == (0, True)
    assert (found["event"], found["routes"], found["ignored"]["reason"]) == (None, [], "R32")


def test_a_project_that_is_not_allowed_says_so() -> None:
    """The allow-list of the source refuses it with E401, before any route."""
    change = ("--set", "project.path_with_namespace=web/shop")
    result = run("explain", "pipeline.failed", *change, "--lang", "en")
    found = told("pipeline.failed", *change)

    assert "Result: refused (HTTP 403), E401 " in result.output
    assert (found["refused"]["code"], found["event"], found["sent"]) == (
        "E401", "pipeline.failed", [],
    )  # fmt: skip


def test_a_forge_without_a_source_says_so(folder: Path) -> None:
    """Nobody would verify the request: 404, E304."""
    text = "\n".join(line for line in CONFIG.splitlines() if "type: gitee" not in line)
    project(folder, text)

    assert told("gitee/push.pushed")["refused"]["code"] == "E304"


# Which source, which time.

TENANTS = """\
version: 1
sources:
  shop: { type: gitlab, secret: a-secret, projects: [shop/**] }
  platform: { type: gitlab, secret: another, projects: [platform/**] }
  oss: { type: gitee, secret: third }
  open: { type: gitee, allow_unsigned: true }
receivers: { g: { type: wecom_robot, url: "${WECOM_DEV_URL}" } }
"""


@pytest.mark.parametrize(
    "arguments, source, refused",
    [
        (("push.pushed",), "shop", "E401"),
        (("push.pushed", "--source", "platform"), "platform", None),
        (("push.pushed", "--source", "gitlab"), "shop", "E401"),
        (("push.pushed", "--source", "gitee"), "oss", None),
        (("push.pushed", "--source", "open"), "open", None),
    ],
)
def test_the_source_decides(
    folder: Path, arguments: tuple[str, ...], source: str, refused: str | None
) -> None:
    """The first of the forge, or the named one, which may be a forge or a source."""
    project(folder, TENANTS)
    found = told(*arguments)

    assert (found["source"], found.get("refused", {}).get("code")) == (source, refused)


def test_the_secret_of_the_source_is_told(folder: Path) -> None:
    """Whether there is one here, none, or none on purpose; never the secret."""
    project(folder, TENANTS)
    lines = [run("explain", "push.pushed", "--source", name).output for name in ("oss", "open")]
    project(folder, env={})
    lines.append(run("explain", "push.pushed").output)

    assert ["(secret ✓)" in lines[0], "(unsigned)" in lines[1], "(no secret here)" in lines[2]] == [
        True, True, True,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "at, sent", [("2026-11-20T22:30", 1), ("2026-11-20T12:00", 0), ("2026-11-20T14:30+00:00", 1)]
)
def test_the_time_can_be_chosen(folder: Path, at: str, sent: int) -> None:
    """``--at`` is a time of the configuration's zone, unless it names another."""
    project(folder, routes("active_time_intervals: [night]"))
    result = run("explain", "push.pushed", "--at", at)

    assert f"Result: {sent} sent" in result.output


# For scripts.

EXPECTED = {
    "right": ("ops-group,to-person", 0),
    "other-order": ("to-person，ops-group", 0),
    "too-few": ("ops-group", 1),
    "too-many": ("ops-group,to-person,dev-group", 1),
    "nobody": ("", 1),
}


@pytest.mark.parametrize("expected, code", EXPECTED.values(), ids=EXPECTED)
def test_expectations_are_checked(expected: str, code: int) -> None:
    """``--expect`` fails unless exactly these receivers get it, and shows both lists."""
    result = run("explain", "pipeline.failed", "--expect", expected, *SOON)
    as_json = run("explain", "pipeline.failed", "--expect", expected, *SOON, "--format", "json")

    assert (result.exit_code, as_json.exit_code) == (code, code)
    assert ("Expected: " in result.output) == bool(code)
    assert ("Actual: ops-group, to-person" in result.output) == bool(code)
    assert json.loads(as_json.output)["as_expected"] == (code == 0)


def test_nobody_can_be_expected() -> None:
    """An empty list is met by an event that nobody gets, ignored ones included."""
    results = [
        run("explain", name, "--expect", "")
        for name in ("job.running", "gitlab/issue.updated-noise")
    ]

    assert [result.exit_code for result in results] == [0, 0]


def test_a_name_means_all_addresses(folder: Path) -> None:
    """A receiver of several addresses is expected by its one name."""
    text = CONFIG.replace('"${WECOM_DEV_URL}"', '["${WECOM_DEV_URL}", "${OTHER}"]')
    project(folder, text, {**VALUES, "OTHER": "another-key"})
    result = run(
        "explain", "push.pushed", "--set", "ref=refs/heads/develop", "--expect", "dev-group", *SOON
    )

    assert (result.exit_code, "dev-group#2" in result.output) == (0, True)


WRONG = {
    "--source gitlub": 'no source "gitlub"; did you mean gitlab?',
    "--source x": 'no source "x"; there are gitlab, gitee',
    "--expect ops-grup": 'no receiver "ops-grup"; did you mean ops-group?',
    "--at tomorrow": '"tomorrow": write it as --at 2026-11-20T22:30',
}


@pytest.mark.parametrize("line, hint", WRONG.items(), ids=WRONG)
def test_wrong_options_are_usage_errors(line: str, hint: str) -> None:
    """Exit code 2, and what was probably meant."""
    result = run("explain", "push.pushed", *line.split())

    assert (result.exit_code, hint in " ".join(result.output.split())) == (2, True)


def test_files_and_changes_are_taken(folder: Path) -> None:
    """EVENT may be a file; ``--set`` and ``--header`` change the request first."""
    body = samples.load("gitlab/pipeline.failed").body
    (folder / "event.json").write_text(json.dumps(body), encoding="utf-8")
    found = told("event.json", "--set", "object_attributes.ref=develop")

    assert (found["ref"], [one["receiver"] for one in found["sent"]]) == (
        "develop", ["dev-group", "ops-group", "to-person"],
    )  # fmt: skip


def test_the_secret_of_the_variables_need_not_be_here(folder: Path) -> None:
    """A file without ``sources`` is explained all the same, for both forges."""
    project(
        folder, CONFIG[: CONFIG.index("sources:")] + CONFIG[CONFIG.index("receivers:") :], env={}
    )
    outputs = [run("explain", f"{forge}/push.pushed", *SOON, "--lang", "en").output
               for forge in ("gitlab", "gitee")]  # fmt: skip

    assert ["(no secret here)" in one for one in outputs] == [True, True]
    assert all("Result: " in one and "refused" not in one for one in outputs)


def test_a_broken_configuration_is_told_as_check_does(folder: Path) -> None:
    """The problems and exit code 1 instead of a decision."""
    project(folder, CONFIG.replace("branches:", "branchs:"))
    result = run("explain", "push.pushed")

    assert (result.exit_code, result.output) == (1, run("check").output)


def test_the_environment_alone_is_explained(folder: Path) -> None:
    """Without a file the one route has no place, and the receivers their names."""
    (folder / "config.yml").unlink()
    (folder / ".env").unlink()
    result = run("explain", "push.pushed", WECOM_WEBHOOK_URL="some-key", WEBHOOK_SECRET="x")

    assert "└─ all  ✓ → wecom (WeCom)\n" in result.output


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("text", [CONFIG, written_out(), written_out() + "x: ["], ids=ascii)
def test_g1_no_secret_and_no_phone_number_is_shown(folder: Path, text: str, form: str) -> None:
    """Neither in the tree nor in the JSON, nor when the configuration is broken."""
    project(folder, text.replace("wecom: ZhangSan, ", ""))
    output = run("explain", "pipeline.failed", *SOON, "--format", form).output

    assert [secret for secret in (*PLANTED, MOBILE) if secret in output] == []
    assert "ops" in output or "E0" in output
