from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import PersonVerificationOutcome, PersonVerificationType


class VerificationHistory(BaseModel):
    person: Optional["VerificationHistoryPerson"]


class VerificationHistoryPerson(BaseModel):
    id: str
    verification_history: Optional["VerificationHistoryPersonVerificationHistory"] = (
        Field(alias="verificationHistory")
    )


class VerificationHistoryPersonVerificationHistory(BaseModel):
    nodes: list["VerificationHistoryPersonVerificationHistoryNodes"]
    page_info: "VerificationHistoryPersonVerificationHistoryPageInfo" = Field(
        alias="pageInfo"
    )


class VerificationHistoryPersonVerificationHistoryNodes(BaseModel):
    id: Optional[str]
    type_: Optional[PersonVerificationType] = Field(alias="type")
    result: Optional[PersonVerificationOutcome]
    verified_at: datetime = Field(alias="verifiedAt")
    vendor: Optional[str]


class VerificationHistoryPersonVerificationHistoryPageInfo(BaseModel):
    has_next_page: bool = Field(alias="hasNextPage")
    end_cursor: Optional[str] = Field(alias="endCursor")


VerificationHistory.model_rebuild()
VerificationHistoryPerson.model_rebuild()
VerificationHistoryPersonVerificationHistory.model_rebuild()
