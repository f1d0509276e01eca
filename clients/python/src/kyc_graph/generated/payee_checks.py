from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import (
    AccountStatus,
    AccountVerificationJobState,
    AccountVerificationState,
    NameCheckStatus,
    VerificationState,
)


class PayeeChecks(BaseModel):
    account_verifications: Optional["PayeeChecksAccountVerifications"] = Field(
        alias="accountVerifications"
    )


class PayeeChecksAccountVerifications(BaseModel):
    id: str
    state: AccountVerificationJobState
    next_poll_at: Optional[datetime] = Field(alias="nextPollAt")
    counts: "PayeeChecksAccountVerificationsCounts"
    results: Optional["PayeeChecksAccountVerificationsResults"]


class PayeeChecksAccountVerificationsCounts(BaseModel):
    total: int
    queued: int
    pending: int
    completed: int
    failed: int


class PayeeChecksAccountVerificationsResults(BaseModel):
    page_info: "PayeeChecksAccountVerificationsResultsPageInfo" = Field(
        alias="pageInfo"
    )
    nodes: list["PayeeChecksAccountVerificationsResultsNodes"]


class PayeeChecksAccountVerificationsResultsPageInfo(BaseModel):
    has_next_page: bool = Field(alias="hasNextPage")
    end_cursor: Optional[str] = Field(alias="endCursor")


class PayeeChecksAccountVerificationsResultsNodes(BaseModel):
    client_reference: Optional[str] = Field(alias="clientReference")
    state: AccountVerificationState
    result: Optional["PayeeChecksAccountVerificationsResultsNodesResult"]
    error: Optional["PayeeChecksAccountVerificationsResultsNodesError"]


class PayeeChecksAccountVerificationsResultsNodesResult(BaseModel):
    id: str
    state: VerificationState
    checked_at: datetime = Field(alias="checkedAt")
    from_cache: bool = Field(alias="fromCache")
    account: Optional["PayeeChecksAccountVerificationsResultsNodesResultAccount"]
    responder: Optional["PayeeChecksAccountVerificationsResultsNodesResultResponder"]


class PayeeChecksAccountVerificationsResultsNodesResultAccount(BaseModel):
    status: Optional[AccountStatus]
    name_check_status: Optional[NameCheckStatus] = Field(alias="nameCheckStatus")
    name_check_status_raw: Optional[str] = Field(alias="nameCheckStatusRaw")
    responded_name: Optional[str] = Field(alias="respondedName")


class PayeeChecksAccountVerificationsResultsNodesResultResponder(BaseModel):
    scheme: str
    response_codes: list[str] = Field(alias="responseCodes")


class PayeeChecksAccountVerificationsResultsNodesError(BaseModel):
    code: str
    retryable: bool
    message: str


PayeeChecks.model_rebuild()
PayeeChecksAccountVerifications.model_rebuild()
PayeeChecksAccountVerificationsResults.model_rebuild()
PayeeChecksAccountVerificationsResultsNodes.model_rebuild()
PayeeChecksAccountVerificationsResultsNodesResult.model_rebuild()
