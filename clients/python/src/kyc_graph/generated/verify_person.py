from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import PersonVerificationOutcome, PersonVerificationType, VerificationStatus


class VerifyPerson(BaseModel):
    verify_person: Optional["VerifyPersonVerifyPerson"] = Field(alias="verifyPerson")


class VerifyPersonVerifyPerson(BaseModel):
    replayed: bool
    verification: "VerifyPersonVerifyPersonVerification"


class VerifyPersonVerifyPersonVerification(BaseModel):
    status: Optional[VerificationStatus]
    results: list["VerifyPersonVerifyPersonVerificationResults"]


class VerifyPersonVerifyPersonVerificationResults(BaseModel):
    type_: Optional[PersonVerificationType] = Field(alias="type")
    result: Optional[PersonVerificationOutcome]


VerifyPerson.model_rebuild()
VerifyPersonVerifyPerson.model_rebuild()
VerifyPersonVerifyPersonVerification.model_rebuild()
