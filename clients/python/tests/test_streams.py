import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Dict, Iterator, List, Mapping, Union

import httpx
import pytest

from kyc_graph import KycGraph, KycGraphError, RetryPolicy
from kyc_graph.calls import _Wait


def next_event(state: str) -> str:
    result = {"data": {"verificationResult": {"state": state, "nextPollAt": None, "account": None}}}
    return f"event: next\ndata: {json.dumps(result)}\n\n"


COMPLETE = "event: complete\ndata:\n\n"
REFUSED = {"errors": [{"message": "No.", "extensions": {"code": "FORBIDDEN", "retryable": False}}]}


LATER = {"errors": [{"message": "Later.", "extensions": {"code": "PROVIDER_TIMEOUT", "retryable": True}}]}


@dataclass(frozen=True)
class Refusal:
    """An answer of 503 in place of a stream."""

    headers: Dict[str, str] = field(default_factory=dict)
    body: Any = ""


class Streams(ThreadingHTTPServer):
    """Answers each subscription with the next of its streams, and each query with a final state."""

    def __init__(self, streams: List[Union[str, Refusal]]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.streams = streams
        self.times: List[float] = []
        self.opened = 0
        self.polls = 0


class Handler(BaseHTTPRequestHandler):
    server: Streams

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.server.times.append(time.monotonic())
        if self.headers["accept"] != "text/event-stream":
            self.server.polls += 1
            data = {"verificationResult": {"state": "COMPLETED", "nextPollAt": None, "account": None}}
            self._send(200, "application/json", json.dumps({"data": data}))
            return
        self.server.opened += 1
        answer = self.server.streams.pop(0) if self.server.streams else None
        if isinstance(answer, str):
            self._send(200, "text/event-stream; charset=utf-8", answer)
        elif answer is not None:
            self._send(503, "application/json", json.dumps(answer.body), answer.headers)
        else:
            self._send(400, "application/json", json.dumps(REFUSED))

    def _send(self, status: int, content_type: str, body: str, headers: Mapping[str, str] = {}) -> None:
        self.send_response(status)
        for name, value in {"content-type": content_type, **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def streams() -> Iterator[Streams]:
    with Streams([]) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.mark.parametrize(
    ("sent", "opened", "polls"),
    [
        pytest.param(
            [next_event("PENDING") + next_event("COMPLETED") + COMPLETE], 1, 0, id="the stream has the outcome"
        ),
        pytest.param([next_event("PENDING"), ": ping\n\n" + next_event("COMPLETED")], 2, 0, id="the stream is cut"),
        pytest.param(
            [f"event: next\ndata: {json.dumps(LATER)}\n\n" + next_event("COMPLETED")], 1, 0, id="a failure that passes"
        ),
        pytest.param(
            [f"event: next\ndata: {json.dumps(LATER)}\n\n" + COMPLETE, next_event("COMPLETED")],
            2,
            0,
            id="a failure that ends it",
        ),
        pytest.param([next_event("PENDING") + COMPLETE], 1, 1, id="the stream completes before the outcome"),
        pytest.param([], 1, 1, id="the server has no stream"),
    ],
)
def test_wait_for_takes_the_outcome_from_a_stream_and_else_polls(
    streams: Streams, sent: List[str], opened: int, polls: int
) -> None:
    streams.streams = sent
    url = f"http://127.0.0.1:{streams.server_port}/graphql"
    with KycGraph(url, "token", retry=RetryPolicy(3, 0.001, 0.001)) as kyc:
        ended = kyc.wait_for(kyc.payee_check, id="1")
    assert ended.verification_result.state == "COMPLETED"
    assert (streams.opened, streams.polls) == (opened, polls)


def named_event(name: str) -> str:
    account = {"status": "OPEN", "nameCheckStatus": "FULL_MATCH", "respondedName": name}
    result = {"data": {"verificationResult": {"state": "COMPLETED", "nextPollAt": None, "account": account}}}
    return f"event: next\ndata: {json.dumps(result, ensure_ascii=False)}\n\n"


@pytest.mark.parametrize(
    "name",
    ["a\u2028b", "a\u2029b", "a\u0085b", "a\u2028retry: 999999999\u2028b", "a\u2028data: {}\u2029b"],
    ids=ascii,
)
def test_a_character_that_ends_no_line_of_a_stream_is_data(streams: Streams, name: str) -> None:
    streams.streams = [named_event(name) + COMPLETE]
    url = f"http://127.0.0.1:{streams.server_port}/graphql"
    with KycGraph(url, "token", retry=RetryPolicy(3, 0.001, 0.001)) as kyc:
        answer = kyc.execute("query Read { verificationResult(id: 1) { state } }", "Read", timeout=3, _wait=_Wait(None))
    assert answer["verificationResult"]["account"]["respondedName"] == name
    assert (streams.opened, streams.polls) == (1, 0)


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"], ids=ascii)
@pytest.mark.parametrize("size", [1, 2, 3, 7, 10_000])
def test_a_line_of_a_stream_ends_in_one_way_wherever_its_parts_end(end: str, size: int) -> None:
    opened: List[httpx.Request] = []
    sent = (named_event("Zo\u00eb \u2028 \U0001f600") + COMPLETE).replace("\n", end).encode()

    class Body(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            yield from (sent[at : at + size] for at in range(0, len(sent), size))

    def answer(request: httpx.Request) -> httpx.Response:
        opened.append(request)
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=Body())

    http = httpx.Client(transport=httpx.MockTransport(answer))
    with KycGraph("http://localhost/", "token", retry=RetryPolicy(1), http_client=http) as kyc:
        outcome = kyc.wait_for(kyc.payee_check, id="1", timeout=5).verification_result
    assert outcome.account is not None and outcome.account.responded_name == "Zo\u00eb \u2028 \U0001f600"
    assert len(opened) == 1


OVERLOADED = {"code": "OVERLOADED", "retryable": True, "retryAfterSeconds": 1}
FULL = {"errors": [{"message": "Wait.", "extensions": OVERLOADED}]}


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(Refusal({"retry-after": "1"}), id="Retry-After of a proxy"),
        pytest.param(Refusal({"retry-after": "1"}, LATER), id="Retry-After of the server"),
        pytest.param(Refusal(body=FULL), id="an error of the whole request"),
        pytest.param(f"event: next\ndata: {json.dumps(FULL)}\n\n" + COMPLETE, id="an error of the stream"),
        pytest.param(
            f"retry: 1000\n\nevent: next\ndata: {json.dumps(LATER)}\n\n" + COMPLETE, id="retry before an error"
        ),
    ],
)
@pytest.mark.parametrize(("attempts", "polls"), [(3, 0), (1, 1)], ids=["connects anew", "polls"])
def test_wait_for_goes_on_no_sooner_than_the_stream_was_told(
    streams: Streams, first: Union[str, Refusal], attempts: int, polls: int
) -> None:
    streams.streams = [first, next_event("COMPLETED")]
    url = f"http://127.0.0.1:{streams.server_port}/graphql"
    with KycGraph(url, "token", retry=RetryPolicy(attempts, 0.001, 0.001)) as kyc:
        assert kyc.wait_for(kyc.payee_check, id="1").verification_result.state == "COMPLETED"
    assert (len(streams.times), streams.polls) == (2, polls)
    assert streams.times[1] - streams.times[0] >= 1


def test_wait_for_does_not_poll_when_its_time_is_over_before_the_stream_may_be_opened_again(streams: Streams) -> None:
    streams.streams = [Refusal({"retry-after": "60"})]
    with KycGraph(f"http://127.0.0.1:{streams.server_port}/graphql", "token") as kyc:
        with pytest.raises(KycGraphError) as failure:
            kyc.wait_for(kyc.payee_check, id="1", timeout=0.2)
    assert (failure.value.code, streams.opened, streams.polls) == ("TIMEOUT", 1, 0)


def asks_for(seconds: int) -> str:
    extensions = {"code": "OVERLOADED", "retryable": True, "retryAfterSeconds": seconds}
    return f"event: next\ndata: {json.dumps({'errors': [{'message': 'Wait.', 'extensions': extensions}]})}\n\n"


def connect_twice(streams: Streams, first: str) -> float:
    """The seconds between the first connection and the second one."""
    streams.streams = [first, next_event("COMPLETED") + COMPLETE]
    url = f"http://127.0.0.1:{streams.server_port}/graphql"
    with KycGraph(url, "token", retry=RetryPolicy(3, 0.001, 0.001)) as kyc:
        assert kyc.wait_for(kyc.payee_check, id="1", timeout=20).verification_result.state == "COMPLETED"
    assert (streams.opened, streams.polls) == (2, 0)
    return streams.times[1] - streams.times[0]


def test_the_wait_of_a_failure_is_over_with_the_next_good_result(streams: Streams) -> None:
    assert connect_twice(streams, asks_for(300) + next_event("PENDING")) < 5


def test_the_wait_of_the_stream_holds_for_the_connection(streams: Streams) -> None:
    assert 1 <= connect_twice(streams, "retry: 1000\n\n" + asks_for(300) + next_event("PENDING")) < 5


def test_the_wait_of_a_failure_begins_with_it() -> None:
    class Body(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            yield asks_for(3).encode()
            time.sleep(2.5)

    opened: List[float] = []

    def answer(_: httpx.Request) -> httpx.Response:
        opened.append(time.monotonic())
        headers = {"content-type": "text/event-stream"}
        if len(opened) == 1:
            return httpx.Response(200, headers=headers, stream=Body())
        return httpx.Response(200, headers=headers, text=next_event("COMPLETED") + COMPLETE)

    http = httpx.Client(transport=httpx.MockTransport(answer))
    with KycGraph("http://localhost/", "token", retry=RetryPolicy(3, 0.001, 0.001), http_client=http) as kyc:
        assert kyc.wait_for(kyc.payee_check, id="1", timeout=20).verification_result.state == "COMPLETED"
    assert 3 <= opened[1] - opened[0] < 5


@pytest.mark.parametrize(
    "failure",
    [
        pytest.param(RuntimeError("The issuer is away."), id="an error of its own"),
        pytest.param(httpx.ConnectError("The issuer is away."), id="an error of httpx"),
        pytest.param(KycGraphError("NETWORK_ERROR", "Away.", retryable=True), id="an error that may pass"),
        pytest.param(KycGraphError("FORBIDDEN", "No."), id="a final error"),
    ],
)
@pytest.mark.parametrize(
    ("sent", "calls"),
    [
        pytest.param([], 1, id="before the stream"),
        pytest.param([next_event("PENDING")], 2, id="before it is opened again"),
        pytest.param([next_event("PENDING") + COMPLETE], 2, id="before a poll"),
    ],
)
def test_wait_for_ends_with_what_the_token_provider_raises(
    streams: Streams, sent: List[str], calls: int, failure: Exception
) -> None:
    streams.streams = [*sent, next_event("COMPLETED") + COMPLETE]
    given: List[str] = []

    def token() -> str:
        given.append("token")
        if len(given) == calls:
            raise failure
        # It has expired, so that each request asks for another one.
        return "head.eyJleHAiOjB9.signature"

    url = f"http://127.0.0.1:{streams.server_port}/graphql"
    with KycGraph(url, token, retry=RetryPolicy(3, 0.001, 0.001)) as kyc:
        with pytest.raises(type(failure)) as raised:
            kyc.wait_for(kyc.payee_check, id="1", timeout=5)
        assert raised.value is failure and failure.__cause__ is None
        assert (len(given), streams.opened, streams.polls) == (calls, len(sent), 0)
        # The failure is no refusal of the stream.
        assert kyc.wait_for(kyc.payee_check, id="1", timeout=5).verification_result.state == "COMPLETED"
    assert (streams.opened, streams.polls) == (len(sent) + 1, 0)


def test_wait_for_polls_where_the_stream_is_refused_within() -> None:
    with Streams([f"event: next\ndata: {json.dumps(REFUSED)}\n\n" + COMPLETE]) as streams:
        threading.Thread(target=streams.serve_forever, daemon=True).start()
        with KycGraph(f"http://127.0.0.1:{streams.server_port}/", "token") as kyc:
            assert kyc.wait_for(kyc.payee_check, id="1").verification_result.state == "COMPLETED"
        assert (streams.opened, streams.polls) == (1, 1)
        streams.shutdown()


def refused(code: str, **parts: Any) -> Dict[str, Any]:
    """A refusal for good; `fields` is one of its extensions."""
    extensions = {"code": code, "retryable": False, **({"fields": parts.pop("fields")} if "fields" in parts else {})}
    return {"errors": [{"message": "No.", "extensions": extensions, **parts}]}


PATH = ["verificationResult"]


@pytest.mark.parametrize(
    ("status", "result", "waits"),
    [
        pytest.param(200, refused("PROVIDER_MALFORMED", path=PATH), 2, id="of a record"),
        pytest.param(200, refused("BAD_USER_INPUT", fields={"id": ["uuid"]}), 2, id="of an input"),
        pytest.param(200, refused("FORBIDDEN"), 2, id="of a caller"),
        pytest.param(403, refused("FORBIDDEN"), 2, id="of a caller, in place of the stream"),
        pytest.param(401, refused("UNAUTHENTICATED"), 2, id="of a token, in place of the stream"),
        pytest.param(200, refused("BAD_USER_INPUT"), 1, id="of a text"),
        pytest.param(400, refused("PERSISTED_QUERY_NOT_ALLOWED"), 1, id="of a text, in place of the stream"),
        pytest.param(406, None, 1, id="of a text, by another server"),
    ],
)
def test_wait_for_asks_for_a_stream_again_unless_the_refusal_holds_for_all(
    status: int, result: Any, waits: int
) -> None:
    opening: Dict[str, int] = {}
    polled: List[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        id = json.loads(request.content)["variables"]["id"]
        if request.headers["accept"] != "text/event-stream":
            polled.append(id)
            data = {"verificationResult": {"state": "COMPLETED", "nextPollAt": None, "account": None}}
            return httpx.Response(200, json={"data": data})
        opening[id] = opening.get(id, 0) + 1
        if status != 200:
            return httpx.Response(status, json=result)
        text = f"event: next\ndata: {json.dumps(result)}\n\n" + COMPLETE
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, text=text)

    http = httpx.Client(transport=httpx.MockTransport(answer))
    with KycGraph("http://localhost/", lambda: "token", retry=RetryPolicy(3, 0.001, 0.001), http_client=http) as kyc:
        for id in ["1", "2"]:
            assert kyc.wait_for(kyc.payee_check, id=id, timeout=5).verification_result.state == "COMPLETED"
    assert (len(opening), polled) == (waits, ["1", "2"])


def test_wait_for_polls_at_once_where_one_of_several_errors_may_not_be_repeated() -> None:
    sent: List[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.headers["accept"])
        if len(sent) == 1:
            return httpx.Response(400, json={"errors": LATER["errors"] + REFUSED["errors"]})
        data = {"verificationResult": {"state": "COMPLETED", "nextPollAt": None, "account": None}}
        return httpx.Response(200, json={"data": data})

    http = httpx.Client(transport=httpx.MockTransport(answer))
    with KycGraph("http://localhost/", "token", retry=RetryPolicy(3, 0.001, 0.001), http_client=http) as kyc:
        kyc.wait_for(kyc.payee_check, id="1", timeout=5)
    assert sent == ["text/event-stream", "application/json"]


def test_an_error_says_its_code() -> None:
    assert str(KycGraphError("NOT_FOUND", "No such record.")) == "NOT_FOUND: No such record."
