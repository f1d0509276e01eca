from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import WebhookEventType


class CreateWebhookEndpoint(BaseModel):
    create_webhook_endpoint: Optional["CreateWebhookEndpointCreateWebhookEndpoint"] = (
        Field(alias="createWebhookEndpoint")
    )


class CreateWebhookEndpointCreateWebhookEndpoint(BaseModel):
    replayed: bool
    secret: Optional[str]
    endpoint: "CreateWebhookEndpointCreateWebhookEndpointEndpoint"


class CreateWebhookEndpointCreateWebhookEndpointEndpoint(BaseModel):
    id: str
    url: str
    types: list[WebhookEventType]
    created_at: datetime = Field(alias="createdAt")


CreateWebhookEndpoint.model_rebuild()
CreateWebhookEndpointCreateWebhookEndpoint.model_rebuild()
