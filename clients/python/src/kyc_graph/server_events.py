"""GraphQL over server-sent events (distinct connections mode)."""

import json
from typing import Any, Dict, Iterator, List, Mapping, Optional, Tuple

import httpx

from .errors import KycGraphError
from .retry import extensions_of, may_repeat

_MAX_SILENCE_SECONDS = 45.0
"""The server sends something at least this often; a connection that is silent for longer is dead."""


def states(http: httpx.Client, url: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> Iterator[Any]:
    """Yields each state that the server sends until it completes the subscription; one None where it has no stream.

    Raises `httpx.TransportError` where the connection ends before that, and `KycGraphError` for a result with errors.
    """
    timeout = httpx.Timeout(_MAX_SILENCE_SECONDS)
    accepting = {**headers, "accept": "text/event-stream"}
    with http.stream("POST", url, json=body, headers=accepting, timeout=timeout) as response:
        if not response.is_success or not response.headers.get("content-type", "").startswith("text/event-stream"):
            yield from _refusal(response)
            return
        for event, data in _events(response.iter_lines()):
            if event == "complete":
                return
            if event == "next":
                yield _state(json.loads(data))
        raise httpx.RemoteProtocolError("The stream ended before the subscription was complete.")


def _refusal(response: httpx.Response) -> Iterator[Any]:
    response.read()
    try:
        errors = response.json().get("errors") or []
    except (AttributeError, ValueError):
        errors = []
    if response.status_code == 401 or may_repeat(errors):
        _state({"errors": errors or [{"extensions": {"code": "UNAUTHENTICATED"}}]})
    yield None


def _state(result: Dict[str, Any]) -> Any:
    errors = result.get("errors") or []
    if not errors:
        return result.get("data")
    extensions = extensions_of(errors[0])
    message = str(errors[0].get("message", ""))
    raise KycGraphError(str(extensions.get("code", "INTERNAL_SERVER_ERROR")), message, errors=errors)


def _events(lines: Iterator[str]) -> Iterator[Tuple[str, str]]:
    """The events of a stream by their name and data; comments and other fields say nothing here."""
    name: Optional[str] = None
    data: List[str] = []
    for line in lines:
        if line == "":
            if name is not None or data:
                yield name or "message", "\n".join(data)
            name, data = None, []
        elif line.startswith("event:"):
            name = line[6:].removeprefix(" ")
        elif line.startswith("data:"):
            data.append(line[5:].removeprefix(" "))
