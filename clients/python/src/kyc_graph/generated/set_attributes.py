from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import AccountAttributesJobStatus


class SetAttributes(BaseModel):
    set_account_attributes: Optional["SetAttributesSetAccountAttributes"] = Field(
        alias="setAccountAttributes"
    )


class SetAttributesSetAccountAttributes(BaseModel):
    replayed: bool
    job: "SetAttributesSetAccountAttributesJob"


class SetAttributesSetAccountAttributesJob(BaseModel):
    key: str
    status: AccountAttributesJobStatus
    submitted_at: Optional[datetime] = Field(alias="submittedAt")


SetAttributes.model_rebuild()
SetAttributesSetAccountAttributes.model_rebuild()
