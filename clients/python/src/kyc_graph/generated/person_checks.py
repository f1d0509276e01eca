from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import PersonVerificationOutcome, PersonVerificationType, VerificationStatus


class PersonChecks(BaseModel):
    person: Optional["PersonChecksPerson"]


class PersonChecksPerson(BaseModel):
    id: str
    verification_status: Optional[VerificationStatus] = Field(
        alias="verificationStatus"
    )
    verification_last_run: Optional[datetime] = Field(alias="verificationLastRun")
    verifications: Optional[list["PersonChecksPersonVerifications"]]


class PersonChecksPersonVerifications(BaseModel):
    type_: Optional[PersonVerificationType] = Field(alias="type")
    type_raw: Optional[str] = Field(alias="typeRaw")
    result: Optional[PersonVerificationOutcome]
    result_raw: Optional[str] = Field(alias="resultRaw")
    verified_at: datetime = Field(alias="verifiedAt")
    details: list["PersonChecksPersonVerificationsDetails"]


class PersonChecksPersonVerificationsDetails(BaseModel):
    category: Optional[str]
    label: Optional[str]
    result: Optional[str]
    vendor_code: Optional[str] = Field(alias="vendorCode")


PersonChecks.model_rebuild()
PersonChecksPerson.model_rebuild()
PersonChecksPersonVerifications.model_rebuild()
