"""The headers that authorise requests."""

import time
from typing import TYPE_CHECKING, Mapping, NamedTuple, Optional, Union

from .tokens import TokenCache, TokenProvider

if TYPE_CHECKING:
    from .dpop import DpopKey


class Authorized(NamedTuple):
    """The headers that authorise one request, and their token."""

    headers: Mapping[str, str]
    token: str


class Authorization:
    """Authorises requests by a bearer token, or by a token that is bound to a DPoP key, with a proof for each request."""

    def __init__(self, url: str, token: Union[str, TokenProvider], dpop: "Optional[DpopKey]") -> None:
        self._url = url
        self._tokens = TokenCache(token)
        self._dpop = dpop
        self._nonce: Optional[str] = None

    def authorize(self, ends_at: float) -> Authorized:
        """The headers of the next request; raises what the token provider raises, or `TimeoutError` at `ends_at`."""
        token = self._tokens.token(ends_at)
        if time.monotonic() >= ends_at:
            raise TimeoutError("The access token did not come in time.")
        if self._dpop is None:
            return Authorized({"authorization": f"Bearer {token}"}, token)
        proof = self._dpop.proof("POST", self._url, access_token=token, nonce=self._nonce)
        return Authorized({"authorization": f"DPoP {token}", "dpop": proof}, token)

    def learn(self, headers: Mapping[str, str]) -> None:
        """Takes the nonce of an answer."""
        self._nonce = headers.get("dpop-nonce", self._nonce)

    def refuse(self, token: str, headers: Mapping[str, str]) -> None:
        """Forgets a token that the server refused, unless it wants a proof with its nonce instead."""
        if "use_dpop_nonce" not in headers.get("www-authenticate", ""):
            self._tokens.refuse(token)
