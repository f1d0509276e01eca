from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import PersonalIdType


class CorrectPersonalId(BaseModel):
    correct_personal_id: Optional["CorrectPersonalIdCorrectPersonalId"] = Field(
        alias="correctPersonalId"
    )


class CorrectPersonalIdCorrectPersonalId(BaseModel):
    replayed: bool
    personal_id: "CorrectPersonalIdCorrectPersonalIdPersonalId" = Field(
        alias="personalId"
    )


class CorrectPersonalIdCorrectPersonalIdPersonalId(BaseModel):
    id: str
    type_: Optional[PersonalIdType] = Field(alias="type")
    last_four: Optional[str] = Field(alias="lastFour")


CorrectPersonalId.model_rebuild()
CorrectPersonalIdCorrectPersonalId.model_rebuild()
