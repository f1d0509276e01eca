"""Client of kyc-graph."""

from .error_codes import ErrorCode
from .errors import KycGraphError, OutcomeUnknownError, WebhookVerificationError
from .generated import *  # noqa: F403
from .generated import KycGraph
from .retry import RetryPolicy
from .tokens import TokenProvider
from .webhooks import VerifiedWebhook, verify_webhook

__all__ = [
    "ErrorCode",
    "KycGraph",
    "KycGraphError",
    "OutcomeUnknownError",
    "RetryPolicy",
    "TokenProvider",
    "VerifiedWebhook",
    "WebhookVerificationError",
    "verify_webhook",
]
