from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import PersonVerificationOutcome, PersonVerificationType


class RecordPersonVerification(BaseModel):
    record_person_verification: Optional[
        "RecordPersonVerificationRecordPersonVerification"
    ] = Field(alias="recordPersonVerification")


class RecordPersonVerificationRecordPersonVerification(BaseModel):
    replayed: bool
    verification: "RecordPersonVerificationRecordPersonVerificationVerification"


class RecordPersonVerificationRecordPersonVerificationVerification(BaseModel):
    id: Optional[str]
    type_: Optional[PersonVerificationType] = Field(alias="type")
    result: Optional[PersonVerificationOutcome]
    verified_at: datetime = Field(alias="verifiedAt")
    vendor: Optional[str]


RecordPersonVerification.model_rebuild()
RecordPersonVerificationRecordPersonVerification.model_rebuild()
