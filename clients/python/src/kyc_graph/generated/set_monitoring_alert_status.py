from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import MonitoringAlertStatus


class SetMonitoringAlertStatus(BaseModel):
    set_monitoring_alert_status: Optional[
        "SetMonitoringAlertStatusSetMonitoringAlertStatus"
    ] = Field(alias="setMonitoringAlertStatus")


class SetMonitoringAlertStatusSetMonitoringAlertStatus(BaseModel):
    replayed: bool
    alert: "SetMonitoringAlertStatusSetMonitoringAlertStatusAlert"


class SetMonitoringAlertStatusSetMonitoringAlertStatusAlert(BaseModel):
    id: str
    status: Optional[MonitoringAlertStatus]


SetMonitoringAlertStatus.model_rebuild()
SetMonitoringAlertStatusSetMonitoringAlertStatus.model_rebuild()
