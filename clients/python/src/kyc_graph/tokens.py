"""Access tokens."""

import base64
import json
import threading
import time
from typing import Callable, Optional, Union

TokenProvider = Callable[[], str]
"""Gets an access token of the issuer; it is called again before the token expires, and when the server refuses it."""

_RENEWAL_SECONDS = 30.0


class TokenCache:
    """Holds the present token; threads that need a new one at the same time share one call of the provider."""

    def __init__(self, token: Union[str, TokenProvider]) -> None:
        self._provider: TokenProvider = (lambda: token) if isinstance(token, str) else token
        self._lock = threading.Lock()
        self._token: Optional[str] = None
        self._renew_at = 0.0

    def token(self) -> str:
        """The present token; raises what the provider raises."""
        with self._lock:
            if self._token is None or time.time() >= self._renew_at:
                self._token = self._provider()
                expiry = _expiry(self._token)
                # A token that lives for less than a minute is renewed after half of its life.
                self._renew_at = expiry - min(_RENEWAL_SECONDS, max(0.0, expiry - time.time()) / 2)
            return self._token

    def refuse(self, token: str) -> None:
        """Forgets a token that the server refused, unless it has been renewed since."""
        with self._lock:
            if self._token == token:
                self._token = None


def _expiry(token: str) -> float:
    """When a token expires: the claim `exp` where it is a JWT; never where that cannot be read."""
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return float(claims["exp"])
    except (IndexError, KeyError, TypeError, ValueError):
        return float("inf")
