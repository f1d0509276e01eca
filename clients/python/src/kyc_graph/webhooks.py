"""Verification of webhooks by Standard Webhooks."""

import base64
import hashlib
import hmac
import json
import re
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Iterable, Mapping, Optional, Union

from .errors import WebhookVerificationError

_PREFIX = "whsec_"
_MAX_SIGNATURES = 10
"""A sender signs with each of its secrets; more signatures than this are none of a sender's."""


@dataclass(frozen=True)
class VerifiedWebhook:
    """A verified webhook."""

    id: str
    """Unique for each event and the same in each delivery of it: keep it to handle an event once."""
    timestamp: datetime
    """When this delivery was signed."""
    payload: Any


def verify_webhook(
    body: Union[str, bytes],
    headers: Mapping[str, str],
    *,
    secrets: Union[str, Iterable[str]],
    tolerance_seconds: float = 300,
    now: Optional[float] = None,
) -> VerifiedWebhook:
    """Verifies a webhook (HMAC-SHA256 over `id.timestamp.body`) and reads its payload.

    `body` is the body as it came, unparsed. `secrets` are the secrets of the endpoint (`whsec_…`), two while one is being
    rotated. Raises `WebhookVerificationError`.
    """
    keys = [_key(secret) for secret in ([secrets] if isinstance(secrets, str) else secrets)]
    if not keys:
        raise ValueError("A webhook is verified with one secret at least.")
    given = {name.lower(): value for name, value in headers.items()}
    id, timestamp, signatures = (_header(given, f"webhook-{name}") for name in ("id", "timestamp", "signature"))
    seconds = float(timestamp) if re.fullmatch(r"[0-9]{1,12}", timestamp) else float("nan")
    if not abs((time.time() if now is None else now) - seconds) <= tolerance_seconds:
        raise WebhookVerificationError("The time of the webhook is not within the tolerance.")
    content = _encoded(body) if isinstance(body, str) else body
    signed = _encoded(f"{id}.{timestamp}.") + content
    expected = [hmac.new(key, signed, hashlib.sha256).digest() for key in keys]
    found = [_decoded(text[3:]) for text in signatures.split(" ") if text.startswith("v1,")][:_MAX_SIGNATURES]
    # Each is compared in constant time, and all of them are.
    matches = [hmac.compare_digest(one, other) for one in expected for other in found if other is not None]
    if not any(matches):
        raise WebhookVerificationError("No signature of the webhook is one of the secrets.")
    return VerifiedWebhook(id, datetime.fromtimestamp(seconds, timezone.utc), json.loads(content))


def _header(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name)
    if not value:
        raise WebhookVerificationError(f"The webhook has no header {name}.")
    return value


def _key(secret: str) -> bytes:
    key = _decoded(secret.removeprefix(_PREFIX))
    if not key:
        raise ValueError("A secret of a webhook is whsec_ and base64.")
    return key


def _encoded(text: str) -> bytes:
    """The text in UTF-8; what is no character, as servers make of bytes that are no UTF-8, is never what was signed."""
    return text.encode(errors="surrogatepass")


def _decoded(text: str) -> Optional[bytes]:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return None
