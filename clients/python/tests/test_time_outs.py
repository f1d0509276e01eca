import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Callable, Iterator

import pytest

from kyc_graph import KycGraph, KycGraphError, RetryPolicy

QUERY = "query Check($id: ID!) { verificationResult(id: $id) { state } }"
MUTATION = "mutation Write($input: WriteInput!) { write(input: $input) { id } }"


PAUSES = {"/drops": [0.2] * 50, "/silence": [3.5, 10]}


class Slow(BaseHTTPRequestHandler):
    """Answers with a body that comes in drops with these pauses; `/late` answers late, and its body stops at its first byte."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        if self.path == "/late":
            time.sleep(1.5)
        self.send_response(200)
        self.send_header("content-type", self.headers["accept"])
        self.send_header("content-length", "1000")
        self.end_headers()
        try:
            for pause in PAUSES.get(self.path, [10]):
                self.wfile.write(b" ")
                time.sleep(pause)
        except OSError:
            pass

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), getattr(request, "param", Slow))
    server.daemon_threads = True
    server.block_on_close = False
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


class Alive(BaseHTTPRequestHandler):
    """Answers after a pause, and keeps its connections."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        time.sleep(0.2)
        body = json.dumps({"data": {"port": self.client_address[1]}}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def query(kyc: KycGraph) -> object:
    return kyc.execute(QUERY, "Check", {"id": "1"})


def mutate(kyc: KycGraph) -> object:
    return kyc.execute(MUTATION, "Write", {"input": {}})


def wait_for(kyc: KycGraph) -> object:
    return kyc.wait_for(kyc.payee_check, id="1", timeout=1)


@pytest.mark.parametrize(
    ("path", "call", "code"),
    [
        ("drops", query, "TIMEOUT"),
        ("drops", mutate, "OUTCOME_UNKNOWN"),
        ("drops", wait_for, "TIMEOUT"),
        ("late", query, "TIMEOUT"),
        ("late", mutate, "OUTCOME_UNKNOWN"),
    ],
)
def test_a_call_ends_when_its_time_is_over_however_its_answer_comes(
    url: str, path: str, call: Callable[[KycGraph], object], code: str
) -> None:
    begun = time.monotonic()
    with KycGraph(f"{url}/{path}", "token", timeout=1) as kyc:
        with pytest.raises(KycGraphError) as failure:
            call(kyc)
    assert failure.value.code == code
    # The server is given a second more to answer in time.
    assert time.monotonic() - begun < 3


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (query, "TIMEOUT"),
        (mutate, "OUTCOME_UNKNOWN"),
        (lambda kyc: kyc.wait_for(kyc.payee_check, id="1", timeout=4), "TIMEOUT"),
    ],
    ids=["query", "mutate", "wait_for"],
)
def test_a_body_that_stops_at_a_late_drop_ends_when_the_time_is_over(
    url: str, call: Callable[[KycGraph], object], code: str
) -> None:
    begun = time.monotonic()
    with KycGraph(f"{url}/silence", "token", timeout=3) as kyc:
        with pytest.raises(KycGraphError) as failure:
            call(kyc)
    assert failure.value.code == code
    # The time is over after 4 seconds. The drop comes after 3.5 seconds, and no 4 seconds more begin with it.
    assert time.monotonic() - begun < 6.5


@pytest.mark.parametrize("url", [Alive], indirect=True)
def test_each_answer_of_a_connection_has_its_own_time(url: str) -> None:
    with KycGraph(url, "token", timeout=0.5, retry=RetryPolicy(1)) as kyc:
        first = query(kyc)
        # The time of the first answer is over.
        time.sleep(1.6)
        assert query(kyc) == first
