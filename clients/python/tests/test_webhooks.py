import base64
import json
from datetime import datetime, timezone
from typing import Dict

import pytest
from standardwebhooks import Webhook

from kyc_graph import WebhookVerificationError, verify_webhook

SECRET = "whsec_" + base64.b64encode(b"a secret of the endpoint 1234567").decode()
OTHER = "whsec_" + base64.b64encode(b"another secret of the endpoint 7").decode()
BODY = '{"type":"verificationResult","data":{"id":"ü"}}'
AT = datetime(2026, 1, 1, tzinfo=timezone.utc)
NOW = AT.timestamp()


def signature(secret: str, id: str = "msg_1", body: str = BODY) -> str:
    return Webhook(secret).sign(id, AT, body)


def headers(*signatures: str) -> Dict[str, str]:
    return {
        "Webhook-Id": "msg_1",
        "webhook-timestamp": str(int(NOW)),
        "webhook-signature": " ".join(signatures),
    }


@pytest.mark.parametrize(
    ("signatures", "secrets"),
    [
        ([signature(SECRET)], SECRET),
        ([signature(OTHER), signature(SECRET)], SECRET),
        ([signature(OTHER)], [SECRET, OTHER]),
        (["v1a,AAAA", signature(SECRET)], SECRET),
    ],
)
@pytest.mark.parametrize("body", [BODY, BODY.encode()])
def test_accepts_signatures_of_the_package_standardwebhooks(body, signatures, secrets) -> None:
    verified = verify_webhook(body, headers(*signatures), secrets=secrets, now=NOW)
    assert (verified.id, verified.timestamp, verified.payload) == ("msg_1", AT, json.loads(BODY))


@pytest.mark.parametrize(
    ("signatures", "body", "now"),
    [
        ([signature(OTHER)], BODY, NOW),
        ([signature(SECRET)], BODY + " ", NOW),
        ([signature(SECRET, id="msg_2")], BODY, NOW),
        ([signature(SECRET)], BODY, NOW + 301),
        ([signature(SECRET)], BODY, NOW - 301),
        ([], BODY, NOW),
        (["v1,?"], BODY, NOW),
        (["v1,"], BODY, NOW),
        ([signature(SECRET)[:-4]], BODY, NOW),
        ([signature(SECRET)[3:]], BODY, NOW),
    ],
)
def test_refuses_what_is_not_signed_in_time(signatures, body, now) -> None:
    with pytest.raises(WebhookVerificationError):
        verify_webhook(body, headers(*signatures), secrets=SECRET, now=now)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("webhook-signature", "v1,é"),
        ("webhook-signature", "v1,\udce9"),
        ("webhook-signature", "v1"),
        ("webhook-signature", ""),
        ("webhook-timestamp", "1e9"),
        ("webhook-timestamp", "١"),
        ("webhook-timestamp", str(int(NOW)) + "\n"),
        ("webhook-timestamp", "9" * 12),
        ("webhook-timestamp", "9" * 400),
        ("webhook-timestamp", "-1"),
        ("webhook-timestamp", ""),
        ("Webhook-Id", "é"),
        ("Webhook-Id", "\udce9"),
        ("Webhook-Id", ""),
    ],
)
def test_refuses_malformed_headers(name: str, value: str) -> None:
    with pytest.raises(WebhookVerificationError):
        verify_webhook(BODY, {**headers(signature(SECRET)), name: value}, secrets=SECRET, now=NOW)


def test_refuses_a_body_that_was_decoded_wrongly() -> None:
    with pytest.raises(WebhookVerificationError):
        verify_webhook(BODY + "\udce9", headers(signature(SECRET)), secrets=SECRET, now=NOW)


@pytest.mark.parametrize("secrets", [[], "", "whsec_é", "whsec_", "whsec_?"])
def test_takes_no_empty_secrets(secrets) -> None:
    with pytest.raises(ValueError):
        verify_webhook(BODY, headers(signature(SECRET)), secrets=secrets, now=NOW)
