"""Every cloud's events become one request; answers always fit."""

import base64
import json
import random
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from relay import clouds
from relay.answers import compact_json, fit
from relay.clouds import MAX_BODY_BYTES, hook_name, read_request, remaining_s, write_response
from relay.errors import BadRequest, RequestError, TooLarge

FOLDER = Path(__file__).parent / "fixtures" / "clouds"
EVENTS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.json")}
NOT_HTTP = ("sqs_batch", "scf_timer", "direct_invoke")
HTTP = sorted(set(EVENTS) - set(NOT_HTTP))
BODY = '{"object_kind":"push","user_name":"张三"}'.encode()


class LambdaContext:
    aws_request_id = "aws-1"

    def __init__(self, left_ms: object = 3000) -> None:
        self.left_ms = left_ms

    def get_remaining_time_in_millis(self) -> object:
        if isinstance(self.left_ms, Exception):
            raise self.left_ms
        return self.left_ms


def post(**fields: object) -> dict[str, Any]:
    return {"httpMethod": "POST", "path": "/", "headers": {}, **fields}


def body_of(**fields: object) -> bytes:
    return read_request(post(**fields), None).body


def headers_of(**fields: object) -> dict[str, str]:
    return read_request(post(**fields), None).headers


class TestEveryEnvelope:
    @pytest.mark.parametrize("name", HTTP)
    def test_a12_one_request_through_every_envelope(self, name: str) -> None:
        """Whichever cloud brings it, the same webhook reads the same."""
        request = read_request(EVENTS[name], None)

        assert (request.method, request.body) == ("POST", BODY)
        assert hook_name(request.path) == "gitlab"
        assert request.query == {"a": "1", "b": ""}
        assert request.headers["content-type"] == "application/json"
        assert request.headers["x-gitlab-event"] == "Push Hook"
        assert request.headers["x-gitlab-token"] == "s3cret-token"

    @pytest.mark.parametrize("name", NOT_HTTP)
    def test_a12_what_is_no_http_event_is_refused(self, name: str) -> None:
        """A queue's batch, a timer and a bare invocation are told what was expected."""
        with pytest.raises(BadRequest, match="httpMethod") as raised:
            read_request(EVENTS[name], None)

        assert raised.value.why == "not_http"

    @pytest.mark.parametrize(
        "event", [None, {}, [], "text", b"bytes", 5, True, {"httpMethod": None}, {"headers": {}}]
    )
    def test_a12_unknown_events_are_refused(self, event: object) -> None:
        """No event shape ends in anything but a refusal that says what to do."""
        with pytest.raises(BadRequest, match="function through its URL"):
            read_request(event, None)

    @pytest.mark.parametrize("name", sorted(EVENTS))
    @pytest.mark.parametrize(
        "value",
        [None, 7, 1.5, True, [], [None, 3, "x", {}], "text", "%zz&=\ud800", {}, {"a": {"b": []}}],
        ids=repr,
    )
    def test_a12_any_json_value_anywhere(self, name: str, value: object) -> None:
        """Every value of every event replaced by any other: a request or a refusal."""
        for path in paths(EVENTS[name]):
            event = replaced(EVENTS[name], path, value)
            try:
                request = read_request(event, None)
            except RequestError:
                continue
            assert isinstance(request.body, bytes)
            assert all(isinstance(text, str) for text in request.headers.values())
            assert all(isinstance(text, str) for text in request.query.values())
            assert request.method and request.path

    @pytest.mark.parametrize("name", HTTP)
    def test_a12_any_key_missing(self, name: str) -> None:
        """Every key of every event left out: a request, or a refusal for want of a method."""
        for path in paths(EVENTS[name]):
            event = deepcopy(EVENTS[name])
            parent = event
            for step in path[:-1]:
                parent = parent[step]
            del parent[path[-1]]

            try:
                assert read_request(event, None).method == "POST"
            except BadRequest as error:
                assert error.why == "not_http"

    @pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "get"])
    def test_a13_the_method_is_upper_case(self, method: str) -> None:
        """Methods other than POST pass through for the caller to judge."""
        assert read_request({"httpMethod": method}, None).method == method.upper()

    def test_a13_a_request_without_anything_else(self) -> None:
        """A GET with nothing in it is complete."""
        actual = read_request({"httpMethod": "GET"}, None)

        assert clouds.Request("GET", "/", {}, {}, b"", "") == actual

    def test_g1_a_request_shows_no_header(self) -> None:
        """The text form of a request has neither its secrets nor its body."""
        shown = repr(read_request(EVENTS["lambda_url"], None))

        assert shown == f"Request(POST, {len(BODY)} bytes)"


class TestHeaders:
    def test_a10_names_in_any_case(self) -> None:
        """Header names come out in lower case."""
        assert headers_of(headers={"X-GitLab-TOKEN": "x"}) == {"x-gitlab-token": "x"}

    def test_a10_multi_value_headers_alone(self) -> None:
        """A load balancer may send no other map."""
        actual = read_request({"httpMethod": "POST", "multiValueHeaders": {"A": ["x"]}}, None)

        assert actual.headers == {"a": "x"}

    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            (None, {}),
            ([], {}),
            ({"b": 1}, {}),
            (True, {}),
            (7, {"a": "7"}),
            (["x", None, 5], {"a": "x, 5"}),
            ("", {"a": ""}),
            (10**400, {}),
            (float("nan"), {}),
        ],
        ids=["null", "empty", "object", "true", "number", "list", "text", "huge", "nan"],
    )
    def test_a10_odd_values(self, value: object, expected: dict[str, str]) -> None:
        """Nulls go, lists are joined, numbers become text; an empty header stays a header."""
        assert headers_of(headers={"A": value}) == expected

    @pytest.mark.parametrize(
        "fields",
        [
            {"multiValueHeaders": {"X-T": ["a", "b"]}, "headers": {"X-T": "b"}},
            {"multiValueHeaders": {"x-t": ["a"], "X-T": ["b"]}, "headers": {}},
            {"headers": {"X-T": "a", "x-t": "b"}},
            {"headers": {"X-T": ["a", "b"]}},
            {"headers": {"X-T": "a, b"}},
            {"multiValueHeaders": {"X-T": ["a", "b"]}, "headers": {"X-T": "a, b"}},
            {"multiValueHeaders": {"X-T": ["a"]}, "headers": {"x-T": "b"}},
        ],
        ids=["rest", "multi-case", "case", "list", "joined", "both", "contradiction"],
    )
    def test_a11_a_header_sent_twice_is_seen_twice(self, fields: dict[str, object]) -> None:
        """Of two different values none wins, so that neither can match a secret."""
        assert headers_of(**fields) == {"x-t": "a, b"}

    def test_a11_the_same_value_in_both_maps_is_one(self) -> None:
        """REST APIs send each header in both maps."""
        assert headers_of(multiValueHeaders={"X": ["a"]}, headers={"X": "a"}) == {"x": "a"}

    def test_a11_an_empty_value_beside_another_counts(self) -> None:
        """An empty first header does not hide a second one."""
        assert headers_of(multiValueHeaders={"X": ["", "a"]}) == {"x": ", a"}


class TestQueryAndPath:
    @pytest.mark.parametrize(
        ("fields", "expected"),
        [
            ({"rawQueryString": "a=1&a=2&b=&c=%E4%BD%A0+x"}, {"a": "1", "b": "", "c": "你 x"}),
            ({"rawQueryString": "", "queryStringParameters": {"a": "1"}}, {"a": "1"}),
            ({"multiValueQueryStringParameters": {"a": [None, "1"], "b": []}}, {"a": "1"}),
            ({"queryString": "a=1"}, {"a": "1"}),
            ({"queryString": {"a": 1}}, {"a": "1"}),
            ({"queryStringParameters": {"a": "%2B+"}}, {"a": "%2B+"}),
            (
                {"queryStringParameters": {"a": "%2B+"}, "requestContext": {"elb": {}}},
                {"a": "+ "},
            ),
        ],
        ids=["raw", "empty-raw", "multi", "text", "number", "decoded", "alb"],
    )
    def test_query(self, fields: dict[str, object], expected: dict[str, str]) -> None:
        """The first value of each name, from the first map that has any, decoded once."""
        assert read_request(post(**fields), None).query == expected

    @pytest.mark.parametrize(
        ("path", "expected"),
        [
            ("/", ""),
            ("", ""),
            ("/hook", ""),
            ("/hook/", ""),
            ("/prod/hook", ""),
            ("/hook/gitlab", "gitlab"),
            ("/hook/gitlab/", "gitlab"),
            ("//hook//gitlab", "gitlab"),
            ("/prod/hook/gitlab", "gitlab"),
            ("/hook/shop%2Dapi", "shop-api"),
            ("/hook/%E5%95%86%E5%9F%8E", "商城"),
            ("/hook/%ff%zz", "\ufffd%zz"),
            ("/hook/hook", "hook"),
            ("/hook/a/b", ""),
            ("/webhook/gitlab", ""),
            ("/anything/else", ""),
        ],
    )
    def test_a13_hook_name(self, path: str, expected: str) -> None:
        """Any path is accepted; only one that ends in /hook/<name> names a source."""
        assert hook_name(path) == expected


class TestBody:
    def test_a2_base64_that_is_plain_json(self) -> None:
        """A body marked as base64 that is none is refused, not guessed."""
        with pytest.raises(BadRequest, match="not base64") as raised:
            body_of(body='{"a": 1}', isBase64Encoded=True)

        assert raised.value.why == "bad_body"

    def test_a2_base64_that_is_not_marked(self) -> None:
        """Unmarked base64 stays what it is, and is no JSON to whoever reads it."""
        assert body_of(body="e30=", isBase64Encoded=False) == b"e30="

    @pytest.mark.parametrize(
        "body",
        ["e30", "e3=0", "e30=\n", " e30=", "e3 0=", "e30=e30=", "===", "é30=", "-_==", {"a": 1}, 5],
    )
    def test_a2_broken_base64(self, body: object) -> None:
        """Padding, white space and foreign characters are not repaired."""
        with pytest.raises(BadRequest):
            body_of(body=body, isBase64Encoded=True)

    @pytest.mark.parametrize("flag", ["true", 1, None, [True]])
    def test_a2_only_true_is_true(self, flag: object) -> None:
        """The flag counts when it is the JSON value true."""
        assert body_of(body="e30=", isBase64Encoded=flag) == b"e30="

    @pytest.mark.parametrize(
        ("fields", "expected"),
        [
            ({"body": base64.b64encode(BODY).decode(), "isBase64Encoded": True}, BODY),
            ({"body": base64.b64encode(BODY), "isBase64Encoded": True}, BODY),
            ({"body": "\ufeff{}"}, b"\xef\xbb\xbf{}"),
            ({"body": BODY}, BODY),
            ({"body": bytearray(BODY)}, BODY),
            ({"body": {"名": 1}}, '{"名": 1}'.encode()),
            ({"body": [1]}, b"[1]"),
            ({"body": 5}, b"5"),
        ],
        ids=["base64", "base64-bytes", "bom", "bytes", "bytearray", "dict", "list", "number"],
    )
    def test_a3_bodies(self, fields: dict[str, object], expected: bytes) -> None:
        """Bytes stay untouched; what a console's test event holds becomes JSON."""
        assert body_of(**fields) == expected

    def test_half_a_character_stays_what_it_was(self) -> None:
        """The platform has read an escape that UTF-8 has no bytes for: it is one again."""
        assert json.loads(body_of(body={"title": "\ud800 x"})) == {"title": "\ud800 x"}

    def test_a3_a_console_body_that_is_no_json(self) -> None:
        """Objects JSON cannot hold are refused, circles included."""
        circle: list[object] = []
        circle.append(circle)
        deep: list[object] = []
        for _ in range(100_000):
            deep = [deep]

        for body in ({"a": object()}, circle, deep):
            with pytest.raises(BadRequest, match="neither text nor JSON"):
                body_of(body=body)

    @pytest.mark.parametrize(
        ("fields", "expected"),
        [
            ({}, b""),
            ({"body": None}, b""),
            ({"body": None, "isBase64Encoded": True}, b""),
            ({"body": ""}, b""),
            ({"body": "", "isBase64Encoded": True}, b""),
            ({"body": "  "}, b"  "),
        ],
        ids=["missing", "null", "null-base64", "empty", "empty-base64", "spaces"],
    )
    def test_a4_no_body(self, fields: dict[str, object], expected: bytes) -> None:
        """A missing body is an empty one; what that means is decided later."""
        assert body_of(**fields) == expected

    def test_a1_a_lone_surrogate_stays_invalid(self) -> None:
        """Text that is not Unicode is not mended: it must not become valid on the way."""
        with pytest.raises(UnicodeDecodeError):
            body_of(body="\ud800").decode("utf-8")

    @pytest.mark.parametrize(
        "fields",
        [
            {"body": "a" * MAX_BODY_BYTES},
            {"body": b"a" * MAX_BODY_BYTES},
            {"body": base64.b64encode(b"a" * MAX_BODY_BYTES).decode(), "isBase64Encoded": True},
        ],
        ids=["text", "bytes", "base64"],
    )
    def test_a8_six_mebibytes_pass(self, fields: dict[str, object]) -> None:
        """The limit itself is allowed."""
        assert len(body_of(**fields)) == MAX_BODY_BYTES

    @pytest.mark.parametrize(
        "fields",
        [
            {"body": "a" * (MAX_BODY_BYTES + 1)},
            {"body": "é" * (MAX_BODY_BYTES // 2 + 1)},
            {"body": b"a" * (MAX_BODY_BYTES + 1)},
            {"body": ["a" * MAX_BODY_BYTES]},
            {"body": base64.b64encode(b"a" * (MAX_BODY_BYTES + 1)), "isBase64Encoded": True},
            {"body": "!" * (MAX_BODY_BYTES * 2), "isBase64Encoded": True},
        ],
        ids=["text", "two-byte", "bytes", "list", "base64", "before-decoding"],
    )
    def test_a8_one_byte_more_is_refused(self, fields: dict[str, object]) -> None:
        """Above the limit the size is what is wrong, whatever else may be."""
        with pytest.raises(TooLarge, match="6 MiB"):
            body_of(**fields)


class TestContext:
    @pytest.mark.parametrize(
        ("context", "event", "expected"),
        [
            (LambdaContext(), EVENTS["lambda_url"], "aws-1"),
            ({"request_id": "scf-1"}, EVENTS["scf_gateway"], "scf-1"),
            (None, EVENTS["lambda_rest_api"], "7f3a-event"),
            ({}, EVENTS["scf_url_context"], "7f3a-event"),
            ({"request_id": 5}, EVENTS["scf_url"], ""),
            (object(), EVENTS["alb"], ""),
            ({"request_id": "x" * 500}, EVENTS["alb"], "x" * 128),
        ],
        ids=["aws", "scf", "event", "header", "number", "none", "long"],
    )
    def test_request_id(self, context: object, event: object, expected: str) -> None:
        """The platform's own id first, then the event's; bounded."""
        assert read_request(event, context).request_id == expected

    @pytest.mark.parametrize(
        ("context", "expected"),
        [
            (LambdaContext(3000), 3.0),
            (LambdaContext(0), 0.0),
            (LambdaContext(-5), 0.0),
            ({"time_limit_in_ms": 3000}, 2.5),
            ({"time_limit_in_ms": "3000"}, 2.5),
            ({"time_limit_in_ms": 100}, 0.0),
            (None, None),
            ({}, None),
            (object(), None),
            ("text", None),
            ({"time_limit_in_ms": None}, None),
            ({"time_limit_in_ms": True}, None),
            ({"time_limit_in_ms": "soon"}, None),
            ({"time_limit_in_ms": [3000]}, None),
            ({"time_limit_in_ms": float("nan")}, None),
            ({"time_limit_in_ms": 10**400}, None),
            (LambdaContext(None), None),
            (LambdaContext(RuntimeError("clock")), None),
            (LambdaContext(float("inf")), None),
        ],
    )
    def test_e10_remaining_time(self, context: object, expected: float | None) -> None:
        """AWS tells what is left, Tencent its limit; anything odd counts as not told."""
        assert remaining_s(context, 10.0, 10.5) == expected


class TestAnswers:
    def test_shape(self) -> None:
        """Every cloud gets the same four keys, with text as body."""
        actual = write_response(200, {"ok": True, "项目": "接口"}, headers={"allow": "POST"})

        assert actual == {
            "statusCode": 200,
            "headers": {
                "content-type": "application/json; charset=utf-8",
                "x-content-type-options": "nosniff",
                "cache-control": "no-store",
                "allow": "POST",
            },
            "body": '{"ok":true,"项目":"接口"}',
            "isBase64Encoded": False,
        }

    def test_extra_headers_do_not_stay(self) -> None:
        """One answer's headers are not in the next."""
        write_response(405, {}, headers={"allow": "POST"})

        assert "allow" not in write_response(200, {})["headers"]

    def test_a13_head_has_no_body(self) -> None:
        """A HEAD request is answered with headers alone."""
        assert write_response(200, {"ok": True}, method="HEAD")["body"] == ""

    def test_a_lone_surrogate_can_be_sent(self) -> None:
        """An answer is always valid UTF-8."""
        body = write_response(200, {"ref": "a\ud800"})["body"]

        assert json.loads(body.encode()) == {"ref": "a?"}

    def test_g4_an_answer_is_at_most_2048_bytes(self) -> None:
        """However many receivers there are, the answer fits."""
        entries = [{"receiver": f"组-{n}", "status": "ok", "detail": "x" * 50} for n in range(500)]

        body = write_response(200, {"ok": True, "sent": entries})["body"]

        assert 1800 < len(body.encode()) <= 2048
        shown = json.loads(body)
        assert len(shown["sent"]) + shown["more"] == 500


class TestFit:
    def test_what_fits_stays(self) -> None:
        """A body at the limit keeps everything, details too."""
        body = {"sent": [{"receiver": "a", "detail": "why"}]}

        assert fit(body, len(compact_json(body))) == body

    def test_details_go_first(self) -> None:
        """One byte too many costs the details and no entry."""
        body = {"sent": [{"receiver": "a", "detail": "why"}], "skipped": [{"detail": "x"}]}

        actual = fit(body, len(compact_json(body)) - 1)

        assert actual == {"sent": [{"receiver": "a"}], "skipped": [{}]}

    def test_then_entries_of_the_longest_list(self) -> None:
        """Whole entries go from the end, are counted, and the shorter lists keep theirs."""
        body = {"sent": [f"s{n:02}" for n in range(40)], "failed": ["f1", "f2"]}

        actual = fit(body, 100)

        kept = actual["sent"]
        assert actual["failed"] == ["f1", "f2"]
        assert kept == [f"s{n:02}" for n in range(len(kept))]
        assert actual["more"] == 40 - len(kept)
        assert len(kept) > 5

    def test_of_equally_long_lists_failures_stay(self) -> None:
        """What was skipped is the least worth knowing, what failed the most."""
        lists = {"failed": ["f" * 20] * 2, "sent": ["s" * 20] * 2, "skipped": ["x" * 20] * 2}

        actual = fit(lists, len(compact_json(lists)) - 1)

        assert (len(actual["failed"]), len(actual["sent"])) == (2, 2)

    def test_last_the_longest_values(self) -> None:
        """A body without lists loses its longest value."""
        assert fit({"ok": True, "event": "e" * 100}, 50) == {"ok": True}

    def test_the_body_is_left_alone(self) -> None:
        """The caller's lists and entries are not changed."""
        body = {"sent": [{"receiver": str(n), "detail": "x" * 30} for n in range(9)]}
        before = deepcopy(body)

        fit(body, 60)

        assert body == before

    def test_it_always_fits(self) -> None:
        """Any body fits into any room that holds an empty object."""
        for seed in range(2000):
            chance = random.Random(seed)  # noqa: S311
            body = some_body(chance)
            most = chance.randint(2, 400)

            assert len(compact_json(fit(body, most))) <= most


def some_body(chance: random.Random) -> dict[str, Any]:
    """Return a body of lists, texts and numbers under the usual keys and others."""

    def text() -> str:
        return "".join(chance.choices('a"\\\n项🎉\ud800', k=chance.randint(0, 30)))

    def entry() -> object:
        return chance.choice([text(), {"receiver": text(), "detail": text()}, None, 7])

    def value() -> object:
        return chance.choice(
            [text(), chance.random(), [entry() for _ in range(chance.randint(0, 9))]]
        )

    keys = ("ok", "sent", "failed", "skipped", "id", "more", "项目")
    return {key: value() for key in keys if chance.random() < 0.6}


def paths(value: object, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return where every value inside *value* stands, the inner ones too."""
    steps: list[Any] = []
    if isinstance(value, dict):
        steps = list(value)
    elif isinstance(value, list):
        steps = list(range(len(value)))
    found = [(*above, step) for step in steps]
    inner = [paths(value[step], (*above, step)) for step in steps]  # type: ignore[index]
    return found + [path for group in inner for path in group]


def replaced(event: object, path: tuple[Any, ...], value: object) -> object:
    copy = deepcopy(event)
    parent: Any = copy
    for step in path[:-1]:
        parent = parent[step]
    parent[path[-1]] = value
    return copy
