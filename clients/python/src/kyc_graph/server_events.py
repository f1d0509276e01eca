"""GraphQL over server-sent events (distinct connections mode)."""

import codecs
import json
import re
import time
from contextlib import closing
from typing import Any, Callable, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence, Tuple

import httpx

from .attempts import TEMPORARY, build_request, limit_body, result_of
from .errors import GraphError, KycGraphError
from .retry import extensions_of, may_repeat, server_delay

_MAX_SILENCE_SECONDS = 45.0
"""The server sends something at least this often; a connection that is silent for longer is dead."""
_LINE_END = re.compile("\r\n|\n|\r")


class Waits:
    """How long the server asks to wait before another connection takes the place of this one."""

    def __init__(self) -> None:
        self._retry: Optional[float] = None
        self._ends_at = 0.0

    def stream_asks(self, seconds: float) -> None:
        """The stream's own word, for as long as it lasts."""
        self._retry = max(seconds, self._retry or 0.0)

    def failure_asks(self, errors: Sequence[GraphError], headers: Mapping[str, str]) -> None:
        """The word of a failure, from now on. Of several in a row the longest wait counts."""
        told = server_delay(errors, headers, time.time())
        if told is not None:
            self._ends_at = max(time.monotonic() + told, self._ends_at)

    def forget_failure(self) -> None:
        """A good result came."""
        self._ends_at = 0.0

    @property
    def told(self) -> Optional[float]:
        """The wait from now on: what is left after the failure, and no less than the stream's own; None without a word."""
        left = self._ends_at - time.monotonic()
        return max(left, self._retry or 0.0) if left > 0 else self._retry


def states(
    http: httpx.Client,
    url: str,
    body: Mapping[str, Any],
    headers: Mapping[str, str],
    on_head: Callable[[Mapping[str, str]], None],
    waits: Waits,
    ends_at: float,
) -> Iterator[Any]:
    """Yields each state that the server sends until it completes the subscription; one None where the answer is none of it.

    A failure that may pass does not end the stream; where it was the last word, and for any other, `KycGraphError` is
    raised. Raises one of `LOST` where the connection ends or a proxy answers. `on_head` gets the headers of the answer,
    and `waits` what the server says of a reconnection. The stream is left at `ends_at` (`time.monotonic()`).
    """
    timeout = max(0.001, min(_MAX_SILENCE_SECONDS, ends_at - time.monotonic()))
    request = build_request(http, url, body, {**headers, "accept": "text/event-stream"}, timeout)
    with closing(http.send(request, stream=True)) as response:
        on_head(response.headers)
        limit_body(response, ends_at)
        if not response.is_success or not response.headers.get("content-type", "").startswith("text/event-stream"):
            yield from _refusal(response, waits)
            return
        failed: Optional[KycGraphError] = None
        for event, data in _events(_lines(response.iter_bytes())):
            if event == "retry":
                waits.stream_asks(float(data) / 1000)
            elif event == "complete":
                if failed is not None:
                    raise failed
                return
            elif event == "next":
                try:
                    state, failed = _state(_parsed(data)), None
                except KycGraphError as failure:
                    if not failure.retryable and failure.code != "UNAUTHENTICATED":
                        raise
                    failed = failure
                    waits.failure_asks(failure.errors, {})
                else:
                    waits.forget_failure()
                    yield state
        raise httpx.RemoteProtocolError("The stream ended before the subscription was complete.")


def _parsed(data: str) -> Dict[str, Any]:
    try:
        result = json.loads(data)
    except ValueError as error:
        raise httpx.RemoteProtocolError("An event of the stream is not JSON.") from error
    if not isinstance(result, dict):
        raise httpx.RemoteProtocolError("An event of the stream is not a result of GraphQL.")
    return result


def _lines(parts: Iterable[bytes]) -> Iterator[str]:
    """The lines of a stream: they end with CR LF, LF or CR, and at no other character that Python takes for an end."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    rest = ""
    is_after_cr = False
    for part in parts:
        text = decoder.decode(part)
        if text == "":
            continue
        begin = text.removeprefix("\n") if is_after_cr else text
        is_after_cr = text.endswith("\r")
        *lines, rest = _LINE_END.split(rest + begin)
        yield from lines


def _refusal(response: httpx.Response, waits: Waits) -> Iterator[Any]:
    response.read()
    result = result_of(response)
    errors = (result or {}).get("errors") or []
    waits.failure_asks(errors, response.headers)
    if result is None and response.status_code in TEMPORARY:
        raise httpx.RemoteProtocolError(f"A proxy answers in the server's place (HTTP {response.status_code}).")
    if response.status_code == 401 or errors:
        _state({"errors": errors or [{"extensions": {"code": "UNAUTHENTICATED"}}]})
    yield None


def holds_for_all(failure: KycGraphError) -> bool:
    """Whether the server refuses a text as a subscription, and not this record, input or caller of it."""
    return failure.code not in ("UNAUTHENTICATED", "FORBIDDEN") and all(
        error.get("path") is None and extensions_of(error).get("fields") is None for error in failure.errors
    )


def _state(result: Dict[str, Any]) -> Any:
    errors = result.get("errors") or []
    if not errors:
        return result.get("data")
    extensions = extensions_of(errors[0])
    message = str(errors[0].get("message", ""))
    code = str(extensions.get("code", "INTERNAL_SERVER_ERROR"))
    raise KycGraphError(code, message, errors=errors, retryable=may_repeat(errors))


def _events(lines: Iterator[str]) -> Iterator[Tuple[str, str]]:
    """The events of a stream by their name and data, and its word on reconnections as `retry`."""
    name: Optional[str] = None
    data: List[str] = []
    for line in lines:
        if line == "":
            if name is not None or data:
                yield name or "message", "\n".join(data)
            name, data = None, []
        elif line.startswith("event:"):
            name = line[6:].removeprefix(" ")
        elif line.startswith("retry:") and line[6:].strip().isdecimal():
            yield "retry", line[6:].strip()
        elif line.startswith("data:"):
            data.append(line[5:].removeprefix(" "))
