from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import DisclosureEventType, DisclosureType


class RecordDisclosure(BaseModel):
    record_disclosure: Optional["RecordDisclosureRecordDisclosure"] = Field(
        alias="recordDisclosure"
    )


class RecordDisclosureRecordDisclosure(BaseModel):
    replayed: bool
    disclosure: "RecordDisclosureRecordDisclosureDisclosure"


class RecordDisclosureRecordDisclosureDisclosure(BaseModel):
    id: Optional[str]
    type_: Optional[DisclosureType] = Field(alias="type")
    version: str
    event_type: Optional[DisclosureEventType] = Field(alias="eventType")
    disclosed_at: datetime = Field(alias="disclosedAt")


RecordDisclosure.model_rebuild()
RecordDisclosureRecordDisclosure.model_rebuild()
