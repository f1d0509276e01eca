"""Access tokens."""

import base64
import json
import threading
import time
from concurrent.futures import CancelledError, Future
from typing import Callable, Optional, Union

TokenProvider = Callable[[], str]
"""Gets an access token of the issuer; it is called again before the token expires, and when the server refuses it."""

_RENEWAL_SECONDS = 30.0
PROVIDER_SECONDS = 30.0
"""So long a call of the provider is waited for by other threads; the next of them then calls it anew."""


class _Renewal:
    """A call of the provider; its outcome is for all who wait for it."""

    def __init__(self) -> None:
        self.outcome: "Future[str]" = Future()
        self.ends_at = time.monotonic() + PROVIDER_SECONDS

    @property
    def is_over(self) -> bool:
        return self.outcome.done() or time.monotonic() >= self.ends_at


class TokenCache:
    """Holds the present token; threads that need a new one at the same time share one call of the provider."""

    def __init__(self, token: Union[str, TokenProvider]) -> None:
        self._provider: TokenProvider = (lambda: token) if isinstance(token, str) else token
        self._lock = threading.Lock()
        self._token: Optional[str] = None
        self._renew_at = 0.0
        self._renewal: Optional[_Renewal] = None

    def token(self, ends_at: float) -> str:
        """The present token; raises what the provider raises, or `TimeoutError` at `ends_at` (`time.monotonic()`)."""
        while True:
            with self._lock:
                if self._token is not None and time.time() < self._renew_at:
                    return self._token
                running = self._renewal if self._renewal is not None and not self._renewal.is_over else None
                if running is None:
                    renewal = self._renewal = _Renewal()
            if running is None:
                return self._renew(renewal)
            try:
                return running.outcome.result(max(0.0, min(ends_at, running.ends_at) - time.monotonic()))
            except CancelledError:
                continue
            except TimeoutError:
                if running.outcome.done() or time.monotonic() >= ends_at:
                    raise

    def refuse(self, token: str) -> None:
        """Forgets a token that the server refused, unless it has been renewed since."""
        with self._lock:
            if self._token == token:
                self._token = None

    def _renew(self, renewal: _Renewal) -> str:
        try:
            token = self._provider()
            self._keep(token, renewal)
        except Exception as failure:
            renewal.outcome.set_exception(failure)
            raise
        except BaseException:
            # What interrupts this thread is none of the others' business: one of them calls the provider.
            renewal.outcome.cancel()
            raise
        renewal.outcome.set_result(token)
        return token

    def _keep(self, token: str, renewal: _Renewal) -> None:
        expiry = _expiry(token)
        with self._lock:
            if self._renewal is not renewal:
                return
            self._token = token
            # A token that lives for less than a minute is renewed after half of its life.
            self._renew_at = expiry - min(_RENEWAL_SECONDS, max(0.0, expiry - time.time()) / 2)


def _expiry(token: str) -> float:
    """When a token expires: the claim `exp` where it is a JWT; never where that cannot be read."""
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return float(claims["exp"])
    except (IndexError, KeyError, TypeError, ValueError):
        return float("inf")
