"""The errors of the package."""

from typing import Any, Literal, Mapping, Optional, Sequence

GraphError = Mapping[str, Any]


class KycGraphError(Exception):
    """A failed call. Branch on `code`; treat a code that you do not know by `retryable`.

    `code` is a value of `ErrorCode`, or one of this package: `NETWORK_ERROR` (no answer came), `TIMEOUT` (the time of the
    call is over), `INVALID_ANSWER` (the answer is none of the server, such as a page of a proxy).
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        errors: Sequence[GraphError] = (),
        data: Any = None,
        status: Optional[int] = None,
        attempts: int = 0,
        idempotency_key: Optional[str] = None,
        retryable: Optional[bool] = None,
        retry_after: Optional[float] = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.errors = list(errors)
        """All errors of the answer; empty where there was no answer."""
        self.extensions: Mapping[str, Any] = (errors[0].get("extensions") or {}) if errors else {}
        """The extensions of the first error, such as `fields` of `BAD_USER_INPUT`."""
        self.data = data
        """What the answer holds beside the errors: failed fields are null."""
        self.status = status
        """The HTTP status of the last answer."""
        self.attempts = attempts
        """How often the operation was sent."""
        self.idempotency_key = idempotency_key
        """The key under which a mutation was sent."""
        self.retryable = self.extensions.get("retryable") is True if retryable is None else retryable
        """Whether the same request may succeed later. The client has repeated it as often as it may."""
        self.retry_after = retry_after
        """How many seconds to wait before the next attempt, where the server says so."""

    @property
    def correlation_id(self) -> Optional[str]:
        """Names the failure in the server's log; give it to its operator."""
        return self.extensions.get("correlationId")


class OutcomeUnknownError(KycGraphError):
    """A write was sent, and whether it was carried out is not known. `next` says what to do.

    - `REPEAT`: send the same input with the same `idempotency_key`, within seven days. The write is then finished, found
      done, or still unknown; it is never done twice.
    - `READ_BACK`: read the record before anything else. A repeat could add a second record or undo a later change.
    """

    def __init__(self, next: Literal["REPEAT", "READ_BACK"], message: str, **parts: Any) -> None:
        super().__init__("OUTCOME_UNKNOWN", message, **{**parts, "retryable": next == "REPEAT"})
        self.next = next


class WebhookVerificationError(Exception):
    """A webhook that was not signed with any of the secrets, or not in time."""
