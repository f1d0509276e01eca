from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import PersonVerificationOutcome, PersonVerificationType, VendorCodeOutcome


class PersonVerificationById(BaseModel):
    person_verification: Optional["PersonVerificationByIdPersonVerification"] = Field(
        alias="personVerification"
    )


class PersonVerificationByIdPersonVerification(BaseModel):
    id: Optional[str]
    person_id: Optional[str] = Field(alias="personId")
    type_: Optional[PersonVerificationType] = Field(alias="type")
    result: Optional[PersonVerificationOutcome]
    verified_at: datetime = Field(alias="verifiedAt")
    vendor: Optional[str]
    details: list["PersonVerificationByIdPersonVerificationDetails"]


class PersonVerificationByIdPersonVerificationDetails(BaseModel):
    category: Optional[str]
    label: Optional[str]
    result: Optional[str]
    vendor_code: Optional[str] = Field(alias="vendorCode")
    vendor_code_meaning: Optional[
        "PersonVerificationByIdPersonVerificationDetailsVendorCodeMeaning"
    ] = Field(alias="vendorCodeMeaning")


class PersonVerificationByIdPersonVerificationDetailsVendorCodeMeaning(BaseModel):
    outcome: Optional[VendorCodeOutcome]
    meaning: Optional[str]
    source: str


PersonVerificationById.model_rebuild()
PersonVerificationByIdPersonVerification.model_rebuild()
PersonVerificationByIdPersonVerificationDetails.model_rebuild()
