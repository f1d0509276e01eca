from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import WebhookDisabledReason, WebhookEventType


class WebhookEndpoints(BaseModel):
    webhook_endpoints: Optional[list["WebhookEndpointsWebhookEndpoints"]] = Field(
        alias="webhookEndpoints"
    )


class WebhookEndpointsWebhookEndpoints(BaseModel):
    id: str
    url: str
    types: list[WebhookEventType]
    is_enabled: bool = Field(alias="isEnabled")
    disabled_reason: Optional[WebhookDisabledReason] = Field(alias="disabledReason")
    disabled_at: Optional[datetime] = Field(alias="disabledAt")
    failing_since: Optional[datetime] = Field(alias="failingSince")
    previous_secret_until: Optional[datetime] = Field(alias="previousSecretUntil")
    created_at: datetime = Field(alias="createdAt")


WebhookEndpoints.model_rebuild()
