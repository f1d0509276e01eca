from pydantic import Field

from .base_model import BaseModel


class PayeeCheckAccess(BaseModel):
    viewer: "PayeeCheckAccessViewer"


class PayeeCheckAccessViewer(BaseModel):
    scopes: list[str]
    sees_personal_data: bool = Field(alias="seesPersonalData")


PayeeCheckAccess.model_rebuild()
