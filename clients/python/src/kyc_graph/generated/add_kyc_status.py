from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel


class AddKycStatus(BaseModel):
    add_kyc_status: Optional["AddKycStatusAddKycStatus"] = Field(alias="addKycStatus")


class AddKycStatusAddKycStatus(BaseModel):
    replayed: bool
    kyc_status: "AddKycStatusAddKycStatusKycStatus" = Field(alias="kycStatus")


class AddKycStatusAddKycStatusKycStatus(BaseModel):
    ok: bool
    date: Optional[datetime]


AddKycStatus.model_rebuild()
AddKycStatusAddKycStatus.model_rebuild()
