from typing import Optional

from pydantic import Field

from .base_model import BaseModel


class AddKycMedia(BaseModel):
    add_kyc_media: Optional["AddKycMediaAddKycMedia"] = Field(alias="addKycMedia")


class AddKycMediaAddKycMedia(BaseModel):
    replayed: bool
    kyc_media: "AddKycMediaAddKycMediaKycMedia" = Field(alias="kycMedia")


class AddKycMediaAddKycMediaKycMedia(BaseModel):
    id: str
    relates_to_kyc_document_id: Optional[str] = Field(alias="relatesToKycDocumentId")
    relates_to_kyc_check_id: Optional[str] = Field(alias="relatesToKycCheckId")


AddKycMedia.model_rebuild()
AddKycMediaAddKycMedia.model_rebuild()
