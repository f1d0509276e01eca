from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import BanStatus, VerificationStatus


class FindPersons(BaseModel):
    persons: Optional["FindPersonsPersons"]


class FindPersonsPersons(BaseModel):
    nodes: list["FindPersonsPersonsNodes"]
    page_info: "FindPersonsPersonsPageInfo" = Field(alias="pageInfo")


class FindPersonsPersonsNodes(BaseModel):
    id: str
    verification_status: Optional[VerificationStatus] = Field(
        alias="verificationStatus"
    )
    ban_status: Optional[BanStatus] = Field(alias="banStatus")
    has_accounts: Optional[bool] = Field(alias="hasAccounts")


class FindPersonsPersonsPageInfo(BaseModel):
    has_next_page: bool = Field(alias="hasNextPage")
    end_cursor: Optional[str] = Field(alias="endCursor")


FindPersons.model_rebuild()
FindPersonsPersons.model_rebuild()
