from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import PersonalIdType


class AddPersonalId(BaseModel):
    add_personal_id: Optional["AddPersonalIdAddPersonalId"] = Field(
        alias="addPersonalId"
    )


class AddPersonalIdAddPersonalId(BaseModel):
    replayed: bool
    personal_id: "AddPersonalIdAddPersonalIdPersonalId" = Field(alias="personalId")


class AddPersonalIdAddPersonalIdPersonalId(BaseModel):
    id: str
    type_: Optional[PersonalIdType] = Field(alias="type")
    last_four: Optional[str] = Field(alias="lastFour")


AddPersonalId.model_rebuild()
AddPersonalIdAddPersonalId.model_rebuild()
