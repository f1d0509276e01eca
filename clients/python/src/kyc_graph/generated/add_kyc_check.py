from typing import Optional

from pydantic import Field

from .base_model import BaseModel


class AddKycCheck(BaseModel):
    add_kyc_check: Optional["AddKycCheckAddKycCheck"] = Field(alias="addKycCheck")


class AddKycCheckAddKycCheck(BaseModel):
    replayed: bool
    kyc_check: "AddKycCheckAddKycCheckKycCheck" = Field(alias="kycCheck")


class AddKycCheckAddKycCheckKycCheck(BaseModel):
    id: str
    satisfied: bool


AddKycCheck.model_rebuild()
AddKycCheckAddKycCheck.model_rebuild()
