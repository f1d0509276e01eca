from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import AccountAttributesJobStatus


class AttributesJob(BaseModel):
    account_attributes_job: Optional["AttributesJobAccountAttributesJob"] = Field(
        alias="accountAttributesJob"
    )


class AttributesJobAccountAttributesJob(BaseModel):
    status: AccountAttributesJobStatus
    errors: list["AttributesJobAccountAttributesJobErrors"]


class AttributesJobAccountAttributesJobErrors(BaseModel):
    field: Optional[str]
    location: Optional[str]


AttributesJob.model_rebuild()
AttributesJobAccountAttributesJob.model_rebuild()
