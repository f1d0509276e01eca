from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel


class SubscribeToMonitoring(BaseModel):
    subscribe_to_monitoring: Optional["SubscribeToMonitoringSubscribeToMonitoring"] = (
        Field(alias="subscribeToMonitoring")
    )


class SubscribeToMonitoringSubscribeToMonitoring(BaseModel):
    replayed: bool
    subscription: "SubscribeToMonitoringSubscribeToMonitoringSubscription"


class SubscribeToMonitoringSubscribeToMonitoringSubscription(BaseModel):
    id: str
    created_at: Optional[datetime] = Field(alias="createdAt")


SubscribeToMonitoring.model_rebuild()
SubscribeToMonitoringSubscribeToMonitoring.model_rebuild()
