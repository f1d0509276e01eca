from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import PersonStatus, VerificationStatus


class CreatePerson(BaseModel):
    create_person: Optional["CreatePersonCreatePerson"] = Field(alias="createPerson")


class CreatePersonCreatePerson(BaseModel):
    replayed: bool
    person: "CreatePersonCreatePersonPerson"


class CreatePersonCreatePersonPerson(BaseModel):
    id: str
    status: Optional[PersonStatus]
    verification_status: Optional[VerificationStatus] = Field(
        alias="verificationStatus"
    )


CreatePerson.model_rebuild()
CreatePersonCreatePerson.model_rebuild()
