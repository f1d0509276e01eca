import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Callable, Iterator

import pytest

from kyc_graph import KycGraph, KycGraphError

QUERY = "query Check($id: ID!) { verificationResult(id: $id) { state } }"
MUTATION = "mutation Write($input: WriteInput!) { write(input: $input) { id } }"


class Slow(BaseHTTPRequestHandler):
    """Answers `/drops` with a body that comes in drops, and anything else late with one that stops at its first byte."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        is_in_drops = self.path == "/drops"
        if not is_in_drops:
            time.sleep(1.5)
        self.send_response(200)
        self.send_header("content-type", self.headers["accept"])
        self.send_header("content-length", "1000")
        self.end_headers()
        try:
            for _ in range(50):
                self.wfile.write(b" ")
                time.sleep(0.2 if is_in_drops else 10)
        except OSError:
            pass

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    server.daemon_threads = True
    server.block_on_close = False
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


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
