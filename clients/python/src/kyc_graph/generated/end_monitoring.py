from typing import Optional

from pydantic import Field

from .base_model import BaseModel


class EndMonitoring(BaseModel):
    end_monitoring: Optional["EndMonitoringEndMonitoring"] = Field(
        alias="endMonitoring"
    )


class EndMonitoringEndMonitoring(BaseModel):
    replayed: bool
    deleted_id: str = Field(alias="deletedId")


EndMonitoring.model_rebuild()
