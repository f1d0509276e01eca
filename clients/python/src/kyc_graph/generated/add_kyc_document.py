from typing import Optional

from pydantic import Field

from .base_model import BaseModel


class AddKycDocument(BaseModel):
    add_kyc_document: Optional["AddKycDocumentAddKycDocument"] = Field(
        alias="addKycDocument"
    )


class AddKycDocumentAddKycDocument(BaseModel):
    replayed: bool
    kyc_document: "AddKycDocumentAddKycDocumentKycDocument" = Field(alias="kycDocument")


class AddKycDocumentAddKycDocumentKycDocument(BaseModel):
    id: str
    type_: Optional[str] = Field(alias="type")
    expired: bool


AddKycDocument.model_rebuild()
AddKycDocumentAddKycDocument.model_rebuild()
