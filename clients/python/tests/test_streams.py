import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Iterator, List

import pytest

from kyc_graph import KycGraph, KycGraphError, RetryPolicy


def next_event(state: str) -> str:
    result = {"data": {"verificationResult": {"state": state, "nextPollAt": None, "account": None}}}
    return f"event: next\ndata: {json.dumps(result)}\n\n"


COMPLETE = "event: complete\ndata:\n\n"
REFUSED = {"errors": [{"message": "No.", "extensions": {"code": "FORBIDDEN", "retryable": False}}]}


LATER = {"errors": [{"message": "Later.", "extensions": {"code": "PROVIDER_TIMEOUT", "retryable": True}}]}


class Streams(ThreadingHTTPServer):
    """Answers each subscription with the next of its streams, and each query with a final state."""

    def __init__(self, streams: List[str]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.streams = streams
        self.opened = 0
        self.polls = 0


class Handler(BaseHTTPRequestHandler):
    server: Streams

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        if self.headers["accept"] != "text/event-stream":
            self.server.polls += 1
            data = {"verificationResult": {"state": "COMPLETED", "nextPollAt": None, "account": None}}
            self._send(200, "application/json", json.dumps({"data": data}))
            return
        self.server.opened += 1
        if self.server.streams:
            self._send(200, "text/event-stream; charset=utf-8", self.server.streams.pop(0))
        else:
            self._send(400, "application/json", json.dumps(REFUSED))

    def _send(self, status: int, content_type: str, body: str) -> None:
        self.send_response(status)
        self.send_header("content-type", content_type)
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


def test_wait_for_polls_where_the_stream_is_refused_within() -> None:
    with Streams([f"event: next\ndata: {json.dumps(REFUSED)}\n\n" + COMPLETE]) as streams:
        threading.Thread(target=streams.serve_forever, daemon=True).start()
        with KycGraph(f"http://127.0.0.1:{streams.server_port}/", "token") as kyc:
            assert kyc.wait_for(kyc.payee_check, id="1").verification_result.state == "COMPLETED"
        assert (streams.opened, streams.polls) == (1, 1)
        streams.shutdown()


def test_an_error_says_its_code() -> None:
    assert str(KycGraphError("NOT_FOUND", "No such record.")) == "NOT_FOUND: No such record."
