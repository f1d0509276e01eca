"""One operation with its repeats."""

import time
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterator, Mapping, Optional, Self, Set, Tuple, TypeVar, Union

import httpx
from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from .attempts import LOST, Attempt, Operation, build_request, failure_of, in_doubt, limit_body, result_of
from .authorization import Authorization
from .documents import as_subscription, read_document
from .errors import KycGraphError, OutcomeUnknownError
from .paging import rows
from .retry import RetryPolicy, server_delay
from .server_events import Waits, holds_for_all, states
from .tokens import TokenProvider
from .waiting import Progress, poll_delay, progress_of

if TYPE_CHECKING:
    from .dpop import DpopKey

Answer = TypeVar("Answer")

_MAX_RENEWALS = 2
"""How often one call may get another token or nonce before the server's refusal stands."""
_GRACE_SECONDS = 1.0
"""So much longer than the server this side waits: the server's own answer says more than a connection that is cut here."""


@dataclass(frozen=True)
class _Wait:
    until: Optional[Callable[[Mapping[str, Any]], bool]]


class _NotSent(Exception):
    """Nothing was sent: `failure` is what the token provider raised, or why the request cannot be built."""

    def __init__(self, failure: Exception) -> None:
        super().__init__("The operation was not sent.")
        self.failure = failure


class Calls:
    """Sends operations: again by the server's word alone or where no answer came, and writes under one idempotency key.

    `token` is an access token, or a function that gets one; with a key as `dpop` it is bound to that. Times are in seconds. `headers` go with every request, such as
    `x-purpose`. One client may be used by several threads.
    """

    def __init__(
        self,
        url: str,
        token: Union[str, TokenProvider],
        *,
        dpop: "Optional[DpopKey]" = None,
        headers: Optional[Mapping[str, str]] = None,
        retry: RetryPolicy = RetryPolicy(),
        timeout: float = 60.0,
        attempt_timeout: float = 15.0,
        http_client: Optional[httpx.Client] = None,
    ) -> None:
        self._url = url
        self._authorization = Authorization(url, token, dpop)
        self._headers = dict(headers or {})
        self._retry = retry
        self._timeout = timeout
        self._attempt_timeout = attempt_timeout
        self._http = http_client or httpx.Client()
        address = self._http.build_request("POST", url).url
        if address.scheme not in ("http", "https") or not address.host:
            raise ValueError("The address of the server needs http or https, and a host.")
        self._without_stream: Set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def wait_for(
        self,
        method: Callable[..., Answer],
        *,
        until: Optional[Callable[[Mapping[str, Any]], bool]] = None,
        timeout: float = 300.0,
        **variables: Any,
    ) -> Answer:
        """Waits for the outcome of a pending record: `kyc.wait_for(kyc.payee_check, id=…)`.

        The query is sent as a subscription; where the server answers that with no stream, the query is repeated from
        `nextPollAt` on. `until` gets the data as JSON; without it `nextPollAt`, `state` or `status` says what is final.
        Raises `TIMEOUT`, with the last state as its `data`, when the time is over.
        """
        return method(**variables, timeout=timeout, _wait=_Wait(until))

    def nodes(self, method: Callable[..., Answer], select: Callable[[Answer], Any], **variables: Any) -> Iterator[Any]:
        """Yields the rows of a list over all its pages: `kyc.nodes(kyc.customers_with_persons, lambda page: page.customers)`."""
        return rows(lambda after: select(method(**variables, **({} if after is None else {"after": after}))))

    def execute(
        self,
        query: str,
        operation_name: str,
        variables: Optional[Dict[str, Any]] = None,
        *,
        idempotency_key: Optional[str] = None,
        timeout: Optional[float] = None,
        headers: Optional[Mapping[str, str]] = None,
        _wait: Optional[_Wait] = None,
    ) -> Any:
        """Runs an operation and answers its data; the generated methods call it.

        `query` is the text of one operation, before its fragments. Each input of a mutation is a variable
        (`input: $input`), because it carries the idempotency key.
        """
        given = {
            name: _as_json(value)
            for name, value in (variables or {}).items()
            # What the generated methods pass for an argument that was left out.
            if type(value).__name__ != "UnsetType"
        }
        document = read_document(query)
        if document.name and operation_name and document.name != operation_name:
            raise TypeError(f"The document begins with {document.name}, which is not {operation_name}.")
        if document.kind == "mutation" and _wait is not None:
            raise TypeError("What is waited for is read by a query.")
        operation = Operation(
            text=query,
            name=operation_name,
            variables=given,
            headers={**self._headers, **(headers or {})},
            ends_at=time.monotonic() + (self._timeout if timeout is None else timeout),
        )
        if document.kind == "mutation":
            operation = operation.with_key(idempotency_key, document.inputs)
        try:
            return self._run(operation)[0] if _wait is None else self._wait(operation, _wait)
        except _NotSent as not_sent:
            failure = not_sent.failure
        raise failure

    def get_data(self, response: Any) -> Any:
        """The data of what `execute` answers."""
        return response

    def _run(self, operation: Operation) -> Tuple[Any, Optional[float]]:
        """The data, and the time of the answer by the server's clock; raises `_NotSent` where nothing was sent."""
        attempts = renewals = 0
        is_in_doubt = False
        while True:
            try:
                attempt = self._send(operation)
            except Exception as failure:
                consequence = _unsent(operation, attempts, is_in_doubt)
                if consequence is None:
                    raise _NotSent(failure) from failure
                raise consequence from failure
            attempts += 1
            if operation.idempotency_key is not None and attempt.leaves_doubt:
                is_in_doubt = True
            if attempt.status == 401 and renewals < _MAX_RENEWALS:
                renewals += 1
                self._authorization.refuse(attempt.token, attempt.headers)
                continue
            if attempt.result is not None and not attempt.errors:
                return attempt.result.get("data"), attempt.server_time
            told = server_delay(attempt.errors, attempt.headers, time.time())
            wait = self._retry.delay(attempts, told)
            is_over = attempts >= self._retry.max_attempts or time.monotonic() + wait >= operation.ends_at
            if is_over or not attempt.may_repeat:
                failure = failure_of(operation, attempt, attempts, told)
                if is_in_doubt and not attempt.is_final and not isinstance(failure, OutcomeUnknownError):
                    raise in_doubt(operation, attempts, failure) from failure
                raise failure
            time.sleep(wait)

    def _send(self, operation: Operation) -> Attempt:
        authorized = self._authorization.authorize(operation.ends_at)
        left = max(0.001, min(self._attempt_timeout, operation.ends_at - time.monotonic()))
        headers = {
            **operation.headers,
            **authorized.headers,
            "accept": "application/json",
            "x-request-timeout-ms": str(max(1, round(left * 1000))),
        }
        request = build_request(self._http, self._url, operation.body, headers, left + _GRACE_SECONDS)
        if self._http.is_closed:
            raise RuntimeError("The client is closed.")
        try:
            response = self._post(request, left + _GRACE_SECONDS)
        except Exception as error:
            # Also what a hook of the caller's httpx raises: the server may have executed the operation.
            return Attempt(authorized.token, cause=error)
        self._authorization.learn(response.headers)
        return Attempt(authorized.token, response.status_code, response.headers, result_of(response))

    def _post(self, request: httpx.Request, seconds: float) -> httpx.Response:
        """The whole answer, in so many seconds."""
        ends_at = time.monotonic() + seconds
        with closing(self._http.send(request, stream=True)) as response:
            limit_body(response, ends_at)
            response.read()
        return response

    def _wait(self, operation: Operation, wait: _Wait) -> Any:
        begun = time.monotonic()
        last: Any = None

        def progress(data: Any) -> Progress:
            nonlocal last
            last = data
            known = progress_of(data)
            if wait.until is not None:
                return Progress(not wait.until(data), known.next_poll_at if known else None)
            if known is None:
                raise ValueError("The answer says nothing about its progress: pass `until`.")
            return known

        for data in self._stream(operation):
            if not progress(data).is_pending:
                return data
        while True:
            if time.monotonic() >= operation.ends_at:
                raise _not_in_time(last)
            state, server_time, told = Progress(True, None), None, 0.0
            call = replace(operation, ends_at=min(operation.ends_at, time.monotonic() + self._timeout))
            try:
                data, server_time = self._run(call)
                state = progress(data)
                if not state.is_pending:
                    return data
            except KycGraphError as failure:
                if not failure.retryable:
                    raise
                told = failure.retry_after or 0.0
            delay = max(told, poll_delay(state, server_time, time.monotonic() - begun))
            if time.monotonic() + delay >= operation.ends_at:
                raise _not_in_time(last)
            time.sleep(delay)

    def _stream(self, operation: Operation) -> Iterator[Any]:
        """The states of a stream, over reconnections; none where the server has no stream."""
        if operation.text in self._without_stream:
            return
        subscription = replace(operation, text=as_subscription(operation.text))
        failures = 0
        head: Mapping[str, str] = {}

        def on_head(headers: Mapping[str, str]) -> None:
            nonlocal head
            head = headers
            self._authorization.learn(headers)

        while failures < self._retry.max_attempts and time.monotonic() < operation.ends_at:
            try:
                authorized = self._authorization.authorize(operation.ends_at)
            except TimeoutError:
                if time.monotonic() < operation.ends_at:
                    raise
                return
            headers = {**operation.headers, **authorized.headers}
            waits = Waits()
            try:
                for data in states(
                    self._http, self._url, subscription.body, headers, on_head, waits, operation.ends_at
                ):
                    if data is None:
                        self._without_stream.add(operation.text)
                        return
                    failures = 0
                    yield data
                return
            except LOST:
                failures += 1
            except KycGraphError as failure:
                failures += 1
                if failure.code == "UNAUTHENTICATED":
                    self._authorization.refuse(authorized.token, head)
                elif not failure.retryable:
                    # Whatever the server refuses as a subscription, the query tells.
                    if holds_for_all(failure):
                        self._without_stream.add(operation.text)
                    return
            delay = self._retry.delay(failures, waits.told)
            time.sleep(min(delay, max(0.0, operation.ends_at - time.monotonic())))


def _unsent(operation: Operation, attempts: int, is_in_doubt: bool) -> Optional[KycGraphError]:
    """What it means for the call that it could not be sent once more; None where the failure itself says it."""
    if is_in_doubt:
        return in_doubt(operation, attempts)
    if time.monotonic() < operation.ends_at:
        return None
    key = operation.idempotency_key
    message = "The time of the call is over."
    return KycGraphError("TIMEOUT", message, attempts=attempts, idempotency_key=key, retryable=True)


def _not_in_time(last: Any) -> KycGraphError:
    return KycGraphError("TIMEOUT", "The outcome did not come in time.", data=last, retryable=True)


def _as_json(value: Any) -> Any:
    """A variable as JSON, without the members that were not set."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return [_as_json(item) for item in value] if isinstance(value, list) else to_jsonable_python(value)
