from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import MonitoringAlertStatus, MonitoringAlertType


class PersonMonitoring(BaseModel):
    person: Optional["PersonMonitoringPerson"]


class PersonMonitoringPerson(BaseModel):
    id: str
    monitoring_subscriptions: Optional[
        list["PersonMonitoringPersonMonitoringSubscriptions"]
    ] = Field(alias="monitoringSubscriptions")
    monitoring_alerts: Optional[list["PersonMonitoringPersonMonitoringAlerts"]] = Field(
        alias="monitoringAlerts"
    )


class PersonMonitoringPersonMonitoringSubscriptions(BaseModel):
    id: str
    created_at: Optional[datetime] = Field(alias="createdAt")


class PersonMonitoringPersonMonitoringAlerts(BaseModel):
    id: str
    type_: Optional[MonitoringAlertType] = Field(alias="type")
    type_raw: Optional[str] = Field(alias="typeRaw")
    status: Optional[MonitoringAlertStatus]
    status_raw: Optional[str] = Field(alias="statusRaw")
    meaning: Optional[str]
    title: Optional[str]
    urls: list[str]
    vendor: Optional[str]
    created_at: Optional[datetime] = Field(alias="createdAt")
    updated_at: Optional[datetime] = Field(alias="updatedAt")


PersonMonitoring.model_rebuild()
PersonMonitoringPerson.model_rebuild()
