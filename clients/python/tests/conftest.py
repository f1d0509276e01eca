"""The server that the tests call, with its emulators and a proxy that makes faults."""

import json
import subprocess
from pathlib import Path
from typing import Any, Dict, Iterator, List

import httpx
import pytest

from kyc_graph import KycGraph, RetryPolicy

ROOT = Path(__file__).parents[3]


class Server:
    """The server, and what the tests may do to it."""

    def __init__(self, addresses: Dict[str, Any]) -> None:
        self.url: str = addresses["url"]
        self._control: str = addresses["controlUrl"]
        self._emulators: Dict[str, str] = addresses["emulators"]
        self._http = httpx.Client(timeout=30)

    def _send(self, method: str, url: str, body: Any = None) -> Any:
        response = self._http.request(method, url, json=body)
        response.raise_for_status()
        return None if response.status_code == 204 else response.json()

    def token(self, **options: Any) -> str:
        """A token of the tests' issuer, by default with every scope."""
        return self._send("POST", f"{self._control}/tokens", options)["token"]

    def break_connection(self, **fault: Any) -> None:
        """A fault between the client and the server."""
        self._send("POST", f"{self._control}/faults", fault)

    def restart(self, away_ms: int) -> None:
        self._send("POST", f"{self._control}/restarts", {"awayMs": away_ms})

    def requests(self, operation_name: str) -> List[Dict[str, Any]]:
        """The requests that the clients sent, with the faults that they met."""
        requests = self._send("GET", f"{self._control}/requests")
        return [request for request in requests if request.get("operationName") == operation_name]

    def break_provider(self, provider: str, **fault: Any) -> None:
        """A fault of a provider, as docs/test-data.md lists them."""
        self._send("POST", f"{self._emulators[provider]}/__emulator/faults", fault)

    def clear(self) -> None:
        """Forgets faults, requests and calls; what was written stays."""
        self._send("DELETE", f"{self._control}/requests")
        for url in self._emulators.values():
            self._send("DELETE", f"{url}/__emulator/calls")


@pytest.fixture(scope="session")
def running() -> Iterator[Server]:
    command = ["node", "--import", "tsx", "clients/support/server.ts"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None and process.stdout is not None
        yield Server(json.loads(process.stdout.readline()))
        process.stdin.close()


@pytest.fixture
def server(running: Server) -> Iterator[Server]:
    yield running
    running.clear()


@pytest.fixture
def kyc(server: Server) -> Iterator[KycGraph]:
    """A client with short waits of its own; those of the server are as they are."""
    with KycGraph(server.url, server.token, retry=RetryPolicy(20, 0.005, 0.2)) as client:
        yield client
