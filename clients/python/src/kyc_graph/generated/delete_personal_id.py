from typing import Optional

from pydantic import Field

from .base_model import BaseModel


class DeletePersonalId(BaseModel):
    delete_personal_id: Optional["DeletePersonalIdDeletePersonalId"] = Field(
        alias="deletePersonalId"
    )


class DeletePersonalIdDeletePersonalId(BaseModel):
    replayed: bool
    personal_id_id: str = Field(alias="personalIdId")


DeletePersonalId.model_rebuild()
