"""One attempt at an operation, and what it says."""

import re
import time
import uuid
from dataclasses import dataclass, field, replace
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Sequence

import httpx

from .errors import GraphError, KycGraphError, OutcomeUnknownError
from .retry import extensions_of, http_date, may_repeat

_FOREIGN_CODES = {401: "UNAUTHENTICATED", 429: "RATE_LIMITED"}
_STORED_CODES = frozenset({"BAD_USER_INPUT", "CONFLICT"})
"""Refusals that tell the outcome under the key of a write.

`NOT_FOUND` does so where it is `replayed` alone: it also comes before the server looks for the key.
"""
TEMPORARY = frozenset({408, 429, 500, 502, 503, 504})
LOST = (httpx.TransportError, httpx.DecodingError)
"""Failures that leave no whole answer: the server may have executed the operation."""
_HEADER_NAME = re.compile(rb"[-!#$%&'*+.^_`|~0-9a-zA-Z]+")
_HEADER_VALUE = re.compile(rb"(?:[^\x00\s](?:[^\x00\s]|[ \t])*(?<![ \t]))?")


@dataclass(frozen=True)
class Operation:
    """An operation with its variables; `ends_at` is by `time.monotonic()`."""

    text: str
    name: str
    variables: Mapping[str, Any]
    headers: Mapping[str, str]
    ends_at: float
    idempotency_key: Optional[str] = None

    @property
    def body(self) -> Dict[str, Any]:
        return {"query": self.text, "operationName": self.name, "variables": self.variables}

    def with_key(self, key: Optional[str], inputs: Sequence[Optional[str]]) -> "Operation":
        """The mutation under an idempotency key: that of its first input, else this one, else a new one.

        Further inputs get it with the name of their variable, because one key with two inputs is refused. Raises
        `TypeError` where an input cannot have a key: its write would be done again with each repeat.
        """
        given = {name: value for name in inputs if name and isinstance(value := self.variables.get(name), dict)}
        if not given or len(given) < len(inputs):
            raise TypeError(
                f"The mutation {self.name} needs each input as a variable (input: $input), which carries the "
                "idempotencyKey."
            )
        first = next(iter(given))
        idempotency_key = given[first].get("idempotencyKey") or key or str(uuid.uuid4())
        added = {name: idempotency_key if name == first else f"{idempotency_key}:{name}" for name in given}
        keyed = {
            name: {**value, "idempotencyKey": value.get("idempotencyKey") or added[name]}
            for name, value in given.items()
        }
        return replace(self, variables={**self.variables, **keyed}, idempotency_key=idempotency_key)


@dataclass(frozen=True)
class Attempt:
    """What came of sending an operation once; without a result the answer is none of the server's, or there is none."""

    token: str
    status: Optional[int] = None
    headers: Mapping[str, str] = field(default_factory=dict)
    result: Optional[Dict[str, Any]] = None
    cause: Optional[Exception] = None

    @property
    def errors(self) -> List[GraphError]:
        return (self.result or {}).get("errors") or []

    @property
    def may_repeat(self) -> bool:
        if self.result is not None:
            return may_repeat(self.errors)
        # A success that is JSON but no result was cut off.
        is_cut = self.status == 200 and "json" in self.headers.get("content-type", "")
        return self.status is None or self.status in TEMPORARY or is_cut

    @property
    def is_final(self) -> bool:
        """Whether the server has said what became of all of the operation, and a repeat would not end otherwise.

        A refusal that comes before the server looks for the key, such as `FORBIDDEN`, says nothing of an earlier attempt.
        """
        if self.result is None or self.status != 200:
            return False
        data = self.result.get("data")
        return all(
            extensions_of(error).get("retryable") is False and not _says_nothing(error) and _tells_outcome(error, data)
            for error in self.errors
        )

    @property
    def leaves_doubt(self) -> bool:
        """Whether a write may have been carried out although this does not say so."""
        if self.result is not None:
            return any(_says_nothing(error) for error in self.errors)
        # 503 of a proxy is no refusal: some answer it also when their connection ended after the request was sent.
        is_refusal = self.status is not None and 400 <= self.status < 500 and self.status != 408
        return not is_refusal

    @property
    def server_time(self) -> Optional[float]:
        return http_date(self.headers.get("date", ""))


class LimitedBody(httpx.SyncByteStream):
    """The body of a response until `ends_at` (`time.monotonic()`), however often something of it comes."""

    def __init__(self, body: httpx.SyncByteStream, ends_at: float, connection: Any) -> None:
        self._body = body
        self._ends_at = ends_at
        self._connection = connection

    def __iter__(self) -> Iterator[bytes]:
        # The connection takes its time-out once for the whole body: each of its reads gets what is left.
        if self._connection is not None:
            self._connection.read = self._limited(self._connection.read)
        try:
            for part in self._body:
                yield part
                if time.monotonic() >= self._ends_at:
                    raise httpx.ReadTimeout("The time of the answer is over.")
        finally:
            # The next answer on the connection has its own time.
            if self._connection is not None:
                del self._connection.read

    def _limited(self, read: Callable[..., bytes]) -> Callable[..., bytes]:
        def limited(max_bytes: int, timeout: Optional[float] = None) -> bytes:
            left = max(0.001, self._ends_at - time.monotonic())
            return read(max_bytes, left if timeout is None else min(timeout, left))

        return limited

    def close(self) -> None:
        self._body.close()


def build_request(
    http: httpx.Client, url: str, body: Mapping[str, Any], headers: Mapping[str, str], timeout: float
) -> httpx.Request:
    """Builds a request; raises where none can be sent, whose failure would look like that of a broken connection."""
    request = http.build_request("POST", url, json=body, headers=headers, timeout=timeout)
    for name, value in request.headers.raw:
        # The rules of HTTP/1.1. The value may be a secret.
        if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
            raise ValueError(f"The header {name.decode('latin-1')!r} cannot be sent.")
    return request


def limit_body(response: httpx.Response, ends_at: float) -> None:
    """Ends the body of a response that is not read yet at this time: each of its parts comes in time, not the whole."""
    if isinstance(response.stream, httpx.SyncByteStream):
        # A connection of HTTP/2 has other answers too.
        is_alone = response.http_version.startswith("HTTP/1")
        connection = response.extensions.get("network_stream") if is_alone else None
        response.stream = LimitedBody(response.stream, ends_at, connection)
    # The connection reads it when the body begins.
    timeouts = response.request.extensions.get("timeout")
    if isinstance(timeouts, dict):
        left, read = max(0.001, ends_at - time.monotonic()), timeouts.get("read")
        timeouts["read"] = left if read is None else min(read, left)


def result_of(response: httpx.Response) -> Optional[Dict[str, Any]]:
    """A result of the server; None for anything else, such as JSON of a proxy."""
    try:
        body = response.json()
    except (ValueError, RecursionError):
        return None
    if not isinstance(body, dict):
        return None
    errors = body.get("errors")
    if errors is None:
        return body if isinstance(body.get("data"), dict) and response.is_success else None
    return body if _are_own(errors, response.is_success) else None


def _are_own(errors: Any, is_success: bool) -> bool:
    """Whether these are errors of the server; with another status than 2xx each of them says whether it is retryable."""
    return (
        isinstance(errors, list)
        and len(errors) > 0
        and all(isinstance(error, dict) and isinstance(error.get("extensions") or {}, dict) for error in errors)
        and (is_success or all(isinstance(extensions_of(error).get("retryable"), bool) for error in errors))
    )


def _code_of(error: GraphError) -> str:
    return str(extensions_of(error).get("code", "INTERNAL_SERVER_ERROR"))


def _says_nothing(error: GraphError) -> bool:
    """Whether an error leaves open what became of a write: also one that the server did not foresee.

    So does one that is not the server's own, such as a router's: the server's own errors say whether they are retryable.
    """
    is_own = isinstance(extensions_of(error).get("retryable"), bool)
    return not is_own or _code_of(error) in ("OUTCOME_UNKNOWN", "INTERNAL_SERVER_ERROR")


def _tells_outcome(error: GraphError, data: Any) -> bool:
    """Whether an error tells the outcome under the key, or is one of a field below a write whose answer came."""
    if extensions_of(error).get("replayed") is True or _code_of(error) in _STORED_CODES:
        return True
    path = error.get("path")
    return isinstance(data, dict) and isinstance(path, list) and len(path) > 0 and data.get(path[0]) is not None


def in_doubt(operation: Operation, attempts: int, last: Optional[KycGraphError] = None) -> OutcomeUnknownError:
    """The error of a write that may have been carried out, with what the last answer holds where there is one."""
    message = (
        f"Whether {operation.name} was carried out is not known. Send the same input with the same idempotency_key to "
        "finish it or find it done."
    )
    common: Dict[str, Any] = {"attempts": attempts, "idempotency_key": operation.idempotency_key}
    if last is not None:
        common |= {"errors": last.errors, "data": last.data, "status": last.status, "retry_after": last.retry_after}
    return OutcomeUnknownError("REPEAT", message, **common)


def failure_of(operation: Operation, attempt: Attempt, attempts: int, told: Optional[float]) -> KycGraphError:
    common: Dict[str, Any] = {
        "status": attempt.status,
        "attempts": attempts,
        "idempotency_key": operation.idempotency_key,
        "retry_after": told,
    }
    if attempt.result is None:
        if attempt.status is not None:
            code = _FOREIGN_CODES.get(attempt.status, "INVALID_ANSWER")
            message = f"The answer to {operation.name} is not the server's own (HTTP {attempt.status})."
            return KycGraphError(code, message, retryable=attempt.may_repeat, **common)
        code = "TIMEOUT" if isinstance(attempt.cause, httpx.TimeoutException) else "NETWORK_ERROR"
        failure = KycGraphError(code, f"No answer to {operation.name} came.", retryable=True, **common)
        failure.__cause__ = attempt.cause
        return failure
    # A write in doubt comes before all others.
    errors = sorted(attempt.errors, key=lambda error: _code_of(error) != "OUTCOME_UNKNOWN")
    extensions = extensions_of(errors[0])
    common = {**common, "errors": errors, "data": attempt.result.get("data")}
    code, message = _code_of(errors[0]), str(errors[0].get("message", ""))
    if code == "OUTCOME_UNKNOWN":
        return OutcomeUnknownError("REPEAT" if extensions.get("retryable") is True else "READ_BACK", message, **common)
    return KycGraphError(code, message, **common)
