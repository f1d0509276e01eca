"""When an operation is sent again."""

import random
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Mapping, Optional, Sequence

from .errors import GraphError

_JITTER = 0.25
"""Callers who were refused together must not return together."""


@dataclass(frozen=True)
class RetryPolicy:
    """How often an operation is sent, and how long to wait in between where the server does not say; times in seconds."""

    max_attempts: int = 8
    min_delay: float = 0.25
    """The first wait; each further one is twice as long."""
    max_delay: float = 10.0
    """The longest wait that is not the server's own word."""

    def delay(self, attempts: int, told: Optional[float]) -> float:
        """The wait before the next attempt: never shorter than the server asks for."""
        if told is not None:
            return told + random.random() * min(1.0, told * _JITTER)
        longest = min(self.max_delay, self.min_delay * 2 ** min(attempts - 1, 30))
        return longest * (0.5 + random.random() / 2)


def extensions_of(error: GraphError) -> Mapping[str, object]:
    return error.get("extensions") or {}


def may_repeat(errors: Sequence[GraphError]) -> bool:
    """Whether the server says of every error that the same request may succeed later."""
    return len(errors) > 0 and all(extensions_of(error).get("retryable") is True for error in errors)


def server_delay(errors: Sequence[GraphError], headers: Mapping[str, str], now: float) -> Optional[float]:
    """The wait that the server asks for: the longest of its errors, else that of the header `Retry-After`."""
    told = [
        value for error in errors if isinstance(value := extensions_of(error).get("retryAfterSeconds"), (int, float))
    ]
    if told:
        return float(max(told))
    header = headers.get("retry-after")
    if header is None:
        return None
    if header.isdecimal():
        return float(header)
    until = http_date(header)
    if until is None:
        return None
    # A date is by the clock of who sent it, where it says so.
    return max(0.0, until - (http_date(headers.get("date", "")) or now))


def http_date(text: str) -> Optional[float]:
    """A date of HTTP, in seconds since the epoch."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except ValueError:
        return None
