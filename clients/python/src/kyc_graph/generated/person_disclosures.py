from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import DisclosureEventType, DisclosureType


class PersonDisclosures(BaseModel):
    person: Optional["PersonDisclosuresPerson"]


class PersonDisclosuresPerson(BaseModel):
    id: str
    disclosures: Optional[list["PersonDisclosuresPersonDisclosures"]]


class PersonDisclosuresPersonDisclosures(BaseModel):
    id: Optional[str]
    type_: Optional[DisclosureType] = Field(alias="type")
    type_raw: Optional[str] = Field(alias="typeRaw")
    version: str
    event_type: Optional[DisclosureEventType] = Field(alias="eventType")
    disclosed_at: datetime = Field(alias="disclosedAt")


PersonDisclosures.model_rebuild()
PersonDisclosuresPerson.model_rebuild()
