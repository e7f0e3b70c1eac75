"""What nobody may read: on the preview page, in a copied command, on the screen, in a fixture."""

import io
import json
import re
import shlex
from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from pages import HOST, Served, served
from verbs import CLEAN, CONFIG, CORP_SECRET, MOBILE, PLANTED, VALUES, WEBHOOK_SECRET

from workbench import configured, samples, terminal
from workbench.hiding import Hiding
from workbench.preview_page import saving
from workbench.screen import Screen
from workbench.serving import Options, prepared

ABROAD = "+85261230000"
PROOF = "somebodysProof8"
HEADERS = {"X-Gitlab-Event": "Push Hook", "X-Gitlab-Token": WEBHOOK_SECRET}
PUSH = samples.load("gitlab/push.pushed").body
GITEE = samples.load("gitee/push.pushed")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in CLEAN:
        monkeypatch.delenv(name, raising=False)
    text = CONFIG.replace("\nroutes:", f'\n  lisi: {{ name: 李四, mobile: "{ABROAD}" }}\nroutes:')
    (tmp_path / "config.yml").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def page(folder: Path) -> Iterator[Served]:
    with served(str(folder / "config.yml"), VALUES) as found:
        yield found


def post(page: Served, body: object, headers: Mapping[str, str] = HEADERS) -> None:
    data = body if isinstance(body, str | bytes) else json.dumps(body)
    client = page.local.app.test_client()
    client.post("/hook/gitlab", base_url=HOST, data=data, headers=dict(headers))


def payload(page: Served) -> str:
    """Return what the payload tab shows of the first request."""
    html = page.get("/?received=1&lang=en").text
    return unescape(html.partition('<textarea id="payload"')[2].partition("</textarea>")[0])


def whole(page: Served) -> str:
    """Return all that the page tells of the first request, a command to copy with it."""
    told = page.get("/?received=1&lang=en"), page.ask("curl", received="1", lang="en")
    return unescape(told[0].text + json.dumps(told[1].get_json(), ensure_ascii=False))


# The page.


UNREADABLE: dict[str, tuple[str, dict[str, str]]] = {
    "broken": (f'{{"password": "{PROOF}", "sign": "{PROOF}", "n": "{CORP_SECRET}', HEADERS),
    "broken, no string": (f'{{"Password": {PROOF}, "n": "139', HEADERS),
    "form": (f"password={PROOF}&sign={PROOF}&n={CORP_SECRET}", HEADERS),
    "form with JSON": (f"payload=%7B%22Sign%22%3A%22{PROOF}%22%7D&n=1", HEADERS),
    "form in parts": (f'--x\r\nname="password"\r\n\r\n{PROOF}\r\n--x--', HEADERS),
    "no event": (json.dumps({"hook": {"Sign": PROOF}, "n": [CORP_SECRET]}), {}),
    "phones": (f"138 0000 1111, 138.0000-1111 and {MOBILE}", HEADERS),
}


@pytest.mark.parametrize("body, headers", UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_shown_without_secrets(
    page: Served, body: str, headers: dict[str, str]
) -> None:
    """A body that is no request of a forge is shown as it came, but for what is hidden."""
    post(page, body, headers)
    shown = payload(page)

    assert "***" in shown
    assert [bad for bad in (PROOF, *PLANTED, "0000") if bad in shown] == []


def test_what_cannot_be_read_obeys_nobody(page: Served) -> None:
    """Controls and bidirectional marks of a body that is no JSON are shown as what they are."""
    post(page, "not json \x1b[2J \u202eb".encode())

    assert "not json \ufffd[2J \ufffdb" in payload(page)


@pytest.mark.parametrize("name", ["password", "Password", "SIGN"])
@pytest.mark.parametrize("place", ["top", "hook", "list"])
def test_proofs_are_hidden_wherever_they_stand(page: Served, place: str, name: str) -> None:
    """Also a stranger's, which is no secret of this configuration."""
    proof = {name: PROOF}
    inner = {"top": proof, "hook": {"hook": proof}, "list": {"a": [[proof]]}}[place]
    post(page, {**GITEE.body, **inner}, GITEE.headers)
    shown = json.loads(payload(page).partition(">")[2])

    assert '"***"' in json.dumps(shown)
    assert PROOF not in whole(page)


def test_configured_secrets_are_hidden_wherever_they_stand(page: Served) -> None:
    """In any text of the payload, in a message, in the tree, in a header that is kept."""
    secrets = " ".join(PLANTED)
    body = {**PUSH, "note": {"deep": [secrets]}, "ref": f"refs/heads/{CORP_SECRET}"}
    body["commits"] = [{**PUSH["commits"][0], "title": secrets, "message": secrets}]
    post(page, body, {**HEADERS, "X-Gitlab-Instance": f"https://{CORP_SECRET}.example.com"})
    shown = whole(page)

    assert [bad for bad in PLANTED if bad in shown] == []
    assert "https://***.example.com" in shown


SPELLINGS = [
    "138-0000-1111", "+86 138 0000 1111", "138.0000.1111", "138\u00a00000\u20131111",
    "(138)0000/1111", "138 00 00 11 11", "1-3-8-0-0-0-0-1-1-1-1", "１３８００００１１１１",
    "138_0000_1111", "852 6123 0000", "00852-6123-0000",
]  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_phones_are_hidden_however_they_are_written(page: Served, spelling: str) -> None:
    """In the payload, the messages, the requests, the tree and the command."""
    body = {**PUSH, "ref": f"refs/heads/{spelling}", "note": f"call {spelling}!"}
    body["commits"] = [{**PUSH["commits"][0], "title": spelling, "message": spelling}]
    post(page, body)

    assert re.search(r"138\*{4}1111|852\*{4}0000", payload(page))
    assert spelling not in whole(page)


def test_a_phone_in_the_decision_is_hidden(page: Served) -> None:
    """A branch is told there, whatever its name."""
    shown = page.ask(
        "show",
        event="gitlab/push.pushed",
        lang="en",
        payload=json.dumps({**PUSH, "ref": f"refs/heads/{MOBILE}"}),
    ).get_json()["derived"]
    tree = shown.partition('<pre class="tree">')[2]

    assert "138****1111" in tree
    assert MOBILE not in tree


def test_numbers_that_are_phones_leave_json(page: Served) -> None:
    """What is hidden is a text then; other numbers stay what they are."""
    post(page, {**PUSH, "contact": int(MOBILE), "other": 13900001111})
    shown = json.loads(payload(page).partition(">")[2])

    assert (shown["contact"], shown["other"]) == ("138****1111", 13900001111)


def test_ordinary_words_stay(page: Served) -> None:
    """Nothing else in a payload is changed."""
    body = {**PUSH, "note": 'reset password page; "sign": how; design=1', "password": "", "n": 1.5}
    post(page, body)

    assert json.loads(payload(page).partition(">")[2])["note"].startswith("reset password page; ")
    assert json.loads(payload(page).partition(">")[2])["password"] == ""


def test_secrets_of_before_stay_hidden(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that came with the old secret is still in the list when there is a new one."""
    monkeypatch.setattr("relay.configuration.live._LOOK_S", 0.0)
    file = folder / "config.yml"
    with served(str(file), VALUES) as page:
        post(page, {**PUSH, "note": f"{WEBHOOK_SECRET} and another-one"})
        before = payload(page)
        text = CONFIG.replace("${GITLAB_WEBHOOK_SECRET}", "another-one")
        file.write_text(text, encoding="utf-8")
        after = payload(page)

    assert '"*** and another-one"' in before
    assert '"*** and ***"' in after


# Copies.


def test_a_command_keeps_headers_whole_and_hides(page: Served) -> None:
    """The shell reads each header as it came, without phones; the body stays JSON."""
    hostile = "it's \"x\" $HOME `id` \\' 138-0000-1111 end"
    post(
        page, {**PUSH, "note": hostile, "n": int(MOBILE)}, {**HEADERS, "X-Gitlab-Instance": hostile}
    )
    text = page.ask("curl", received="1").get_json()["text"]
    words = shlex.split(text.replace("\\\n", ""))
    mended = hostile.replace("138-0000-1111", "138****1111")

    assert f"x-gitlab-instance: {mended}" in words
    assert json.loads(words[-1])["note"] == mended
    assert not re.search(r"138\W*0000", text)
    assert "X-Gitlab-Token: $WEBHOOK_SECRET" in words


# The terminal.


def test_the_screen_of_serve_hides_mobiles(folder: Path) -> None:
    """Of who is mentioned; the page of the same server knows whose they are."""
    stream = io.StringIO()
    given = configured.setting(str(folder / "config.yml"), "en", VALUES)
    with prepared(Options(0, lang="en"), given, terminal.console(stream)) as local:
        local.app.testing = True
        Served(local).ask("send", event="gitlab/pipeline.failed")

    assert "@138****1111" in stream.getvalue()
    assert MOBILE not in stream.getvalue()


def test_the_lines_of_the_screen_hide_secrets() -> None:
    """Of the answer, and of a path or a header where there is no event."""
    stream = io.StringIO()
    answer = {"statusCode": 400, "body": json.dumps({"fix": f"mend {CORP_SECRET}"})}
    screen = Screen(terminal.console(stream))
    screen.hiding = lambda: Hiding([CORP_SECRET])
    http = {"http": {"method": "POST"}}
    event = {"headers": {}, "rawPath": f"/{CORP_SECRET}", "requestContext": http}
    screen.watch(lambda event, context: answer)(event, None)

    assert "POST /***" in stream.getvalue()
    assert "mend ***" in stream.getvalue()


# Fixtures.


def test_a_fixture_holds_no_known_phone(page: Served, folder: Path) -> None:
    """Of another country, too, and as a number: those of `people` are known."""
    post(page, {**PUSH, "note": "call 852 6123 0000", "n": 85261230000, "id": 85261230001})
    path = page.local.page.save("1", folder / "kept")
    body = json.loads(path.read_text(encoding="utf-8"))["body"]

    assert body["note"] == "call 13800000000"
    assert (body["n"], body["id"]) == ("13800000000", 85261230001)


def test_a_fixture_s_name_leads_nowhere_else(folder: Path) -> None:
    """Whatever the event is called, the file is in its folder, with a plain name."""
    sample = samples.load("gitlab/push.pushed")._replace(source="../Git Lab")
    path = saving.save(sample, "push/../é\n", folder / "kept", Hiding())

    assert path.parent == folder / "kept"
    assert re.fullmatch(r"[a-z0-9][a-z0-9.-]*\.json", path.name)


SECRET = "Hunter2zq"
SECRETS = [
    text.replace("~", SECRET)
    for text in (
        "Authorization: Bearer ~", "Authorization: Basic ~", "Authorization: token ~",
        'Authorization: Digest username="b", response="~"', '{"Authorization":"Bearer ~"}',
        "db_password: ~", "access_token: ~", "api_key: ~", "AppSecret: ~", "secretKey: ~",
        "aws_secret_access_key = ~", 'password = "~"', "export API_KEY='~'", "password1: ~",
        "API_TOKEN_PROD=~", "MYSQL_PASS=~", "PGPASSWORD=~ psql", "my.password.prod=~",
        '{"private_token":"~"}', '{\\"private_token\\":\\"~\\"}', '"password" : "a\\"~"',
        "--password ~", "--token ~", "curl -u a:~", "curl --user a:~", "_auth=~", "_authToken=~",
        "Set-Cookie: sid=~", "Cookie: a=1; b=~", 'Cookie: a=1; c="~"', '{"cookie":"~"}',
        "<password>~</password>", "密码是 ~", "密码为~", "口令： ~", '"auth": "~"',
        "password: p@ss,~", "password=a&~", "https://x.example.com/?access_token=a&~", "token=>~",
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,X\n\n~\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\nabc\n~", "sk_live_~", "dckr_pat_~", "pypi-~", "ya29.~",
        "SG.~.~", "https://api.telegram.org/bot123456:~/sendMessage",
        "https://discord.com/api/webhooks/123/~",
        "https://x.webhook.office.com/webhookb2/a@b/IncomingWebhook/~/1",
    )
]  # fmt: skip


@pytest.mark.parametrize("text", SECRETS)
def test_no_secret_in_a_text_gets_into_a_fixture(text: str) -> None:
    """However people and programs write a name with its value, and what vendors give out."""
    assert SECRET not in saving.scrubbed({"text": f"see {text}"})["text"]


@pytest.mark.parametrize("name", ["auth", "MYSQL_PASS", "x-sign", "Set-Cookie", "db.password"])
def test_no_value_of_a_secret_s_name_gets_into_a_fixture(name: str) -> None:
    assert saving.scrubbed({name: SECRET})[name] == "***"


@pytest.mark.parametrize(
    "phone",
    [
        "138.1234.5678", "138-123-45678", "008613812345678", "a.13812345678", "1.13812345678",
        "138\u00a01234\u00a05678", "138\u20131234\u20135678", "１３８１２３４５６７８",
        "+86 (138) 1234 5678", "138 12 34 56 78", "86-138-1234-5678",
    ],
)  # fmt: skip
def test_no_spelling_of_a_phone_gets_into_a_fixture(phone: str) -> None:
    found = saving.scrubbed({"text": f"see {phone} there"})["text"]

    assert found in ("see 13800000000 there", "see a.13800000000 there", "see 1.13800000000 there")


@pytest.mark.parametrize("digits", ["ab12" * 8, "AB12" * 8, "ab12" * 16])
def test_a_token_of_bare_digits_gets_into_no_fixture(digits: str) -> None:
    assert saving.scrubbed({"text": f"see {digits}"})["text"] == "see ***"


@pytest.mark.parametrize(
    "text",
    [
        "reset password page", "token: how to", "Fix the token of a signed key", "a1b2" * 10,
        "2026-11-20 18:30:00 UTC", "build 150 2026-11-20", "139.123.234.12", "1795170600123",
        "design: new page", "monkey: banana", "secretary: Bob", "tests pass: yes", "compass: north",
        "basic authentication", "https://git.example.com/p/-/jobs/13912345678", "tokens: 5",
        "cookie: banner broken", "auth: handle expiry", "author: Bob", "key: value", "assign: me",
        "docs/webhooks/events.md", "app/services/pay.py", "密码为空", "登录密码重置页面",
        "git push -u origin main", "v1.13.9", "0.139123456789012", "password is required",
        "secret: rotate", "token: expired", "password: null",
    ],
)  # fmt: skip
def test_ordinary_texts_stay_in_a_fixture(text: str) -> None:
    """Titles, commits, times, ids, addresses of pages and of machines."""
    assert saving.scrubbed({"text": text}) == {"text": text}


@pytest.mark.parametrize(
    "text",
    [
        "-", "--", "--pass", "?", "?a", "?" + "a" * 40, "&", "&token=a", "://", "token", 'token"',
        "token>", "token=\\\"", "password='", 'password="', "secret_", "cookie: a", "cookie:a=\"",
        "authorization:", "/hook/", "/webhooks/1", "bot1", "1" * 12 + ":", "138 ", "1-", "1", "%20",
        "-u a", "basic a.", "<password>", "密码是", "-----BEGIN A-----\n", "\\\"", "中",
    ],
)  # fmt: skip
def test_hostile_texts_end(text: str) -> None:
    """A long one takes the time of its size: a rule that looked back and forth would not end."""
    hiding = Hiding(PLANTED, [MOBILE, ABROAD])
    given: dict[str, Any] = {"text": text * (200_000 // len(text))}

    assert saving.scrubbed(given, hiding)
