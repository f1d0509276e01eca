from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import (
    PersonStatus,
    PersonVerificationOutcome,
    PersonVerificationType,
    VerificationStatus,
)


class PersonById(BaseModel):
    person: Optional["PersonByIdPerson"]


class PersonByIdPerson(BaseModel):
    id: str
    first_name: Optional[str] = Field(alias="firstName")
    last_name: Optional[str] = Field(alias="lastName")
    status: Optional[PersonStatus]
    verification_status: Optional[VerificationStatus] = Field(
        alias="verificationStatus"
    )
    verifications: Optional[list["PersonByIdPersonVerifications"]]


class PersonByIdPersonVerifications(BaseModel):
    type_: Optional[PersonVerificationType] = Field(alias="type")
    result: Optional[PersonVerificationOutcome]
    verified_at: datetime = Field(alias="verifiedAt")


PersonById.model_rebuild()
PersonByIdPerson.model_rebuild()
