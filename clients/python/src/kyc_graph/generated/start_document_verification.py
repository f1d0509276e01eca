from typing import Optional

from pydantic import Field

from .base_model import BaseModel


class StartDocumentVerification(BaseModel):
    start_document_verification: Optional[
        "StartDocumentVerificationStartDocumentVerification"
    ] = Field(alias="startDocumentVerification")


class StartDocumentVerificationStartDocumentVerification(BaseModel):
    replayed: bool
    session: "StartDocumentVerificationStartDocumentVerificationSession"


class StartDocumentVerificationStartDocumentVerificationSession(BaseModel):
    token: str
    url: str


StartDocumentVerification.model_rebuild()
StartDocumentVerificationStartDocumentVerification.model_rebuild()
