from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import KycProvider, VerificationStatus


class KycReviewQueue(BaseModel):
    customers: Optional["KycReviewQueueCustomers"]


class KycReviewQueueCustomers(BaseModel):
    nodes: list["KycReviewQueueCustomersNodes"]
    page_info: "KycReviewQueueCustomersPageInfo" = Field(alias="pageInfo")


class KycReviewQueueCustomersNodes(BaseModel):
    id: str
    number: str
    last_ok_date: Optional[datetime] = Field(alias="lastOkDate")
    kyc_overview: Optional["KycReviewQueueCustomersNodesKycOverview"] = Field(
        alias="kycOverview"
    )


class KycReviewQueueCustomersNodesKycOverview(BaseModel):
    status: VerificationStatus
    as_of: datetime = Field(alias="asOf")
    sources: list["KycReviewQueueCustomersNodesKycOverviewSources"]


class KycReviewQueueCustomersNodesKycOverviewSources(BaseModel):
    provider: KycProvider
    status: Optional[VerificationStatus]
    detail: Optional[str]
    available: bool


class KycReviewQueueCustomersPageInfo(BaseModel):
    has_next_page: bool = Field(alias="hasNextPage")
    end_cursor: Optional[str] = Field(alias="endCursor")


KycReviewQueue.model_rebuild()
KycReviewQueueCustomers.model_rebuild()
KycReviewQueueCustomersNodes.model_rebuild()
KycReviewQueueCustomersNodesKycOverview.model_rebuild()
