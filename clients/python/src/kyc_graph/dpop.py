"""Proofs of possession of a key to which access tokens are bound (RFC 9449); needs the extra `kyc-graph[dpop]`."""

import hashlib
import time
import uuid
from base64 import urlsafe_b64encode
from typing import Optional
from urllib.parse import urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey


class DpopKey:
    """A key pair to which access tokens are bound; without a key that is given, a new one of P-256."""

    def __init__(self, key: Optional[ECKey] = None) -> None:
        self._key = key or ECKey.generate_key("P-256")

    def proof(self, method: str, url: str, *, access_token: Optional[str] = None, nonce: Optional[str] = None) -> str:
        """A proof for one request, for the header `DPoP`; without `access_token` for a request to the issuer."""
        claims = {
            "jti": str(uuid.uuid4()),
            "htm": method,
            "htu": urlsplit(url)._replace(query="", fragment="").geturl(),
            "iat": int(time.time()),
        }
        if access_token is not None:
            digest = hashlib.sha256(access_token.encode()).digest()
            claims["ath"] = urlsafe_b64encode(digest).rstrip(b"=").decode()
        if nonce is not None:
            claims["nonce"] = nonce
        header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": self._key.as_dict(private=False)}
        return jwt.encode(header, claims, self._key)

    def thumbprint(self) -> str:
        """The thumbprint (`jkt`) by which a token names this key."""
        return self._key.thumbprint()
