from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import (
    KycReviewAction,
    PersonVerificationOutcome,
    PersonVerificationType,
    VerificationStatus,
)


class ReviewQueue(BaseModel):
    kyc_review_queue: Optional["ReviewQueueKycReviewQueue"] = Field(
        alias="kycReviewQueue"
    )


class ReviewQueueKycReviewQueue(BaseModel):
    nodes: list["ReviewQueueKycReviewQueueNodes"]
    page_info: "ReviewQueueKycReviewQueuePageInfo" = Field(alias="pageInfo")


class ReviewQueueKycReviewQueueNodes(BaseModel):
    status: VerificationStatus
    action: Optional[KycReviewAction]
    instruction: Optional[str]
    reasons: list["ReviewQueueKycReviewQueueNodesReasons"]
    person: "ReviewQueueKycReviewQueueNodesPerson"


class ReviewQueueKycReviewQueueNodesReasons(BaseModel):
    type_: Optional[PersonVerificationType] = Field(alias="type")
    result: Optional[PersonVerificationOutcome]
    category: Optional[str]
    label: Optional[str]
    vendor_code: Optional[str] = Field(alias="vendorCode")
    verified_at: datetime = Field(alias="verifiedAt")


class ReviewQueueKycReviewQueueNodesPerson(BaseModel):
    id: str
    first_name: Optional[str] = Field(alias="firstName")
    last_name: Optional[str] = Field(alias="lastName")
    created_at: datetime = Field(alias="createdAt")
    customers: Optional[list["ReviewQueueKycReviewQueueNodesPersonCustomers"]]


class ReviewQueueKycReviewQueueNodesPersonCustomers(BaseModel):
    id: str
    number: str


class ReviewQueueKycReviewQueuePageInfo(BaseModel):
    has_next_page: bool = Field(alias="hasNextPage")
    end_cursor: Optional[str] = Field(alias="endCursor")


ReviewQueue.model_rebuild()
ReviewQueueKycReviewQueue.model_rebuild()
ReviewQueueKycReviewQueueNodes.model_rebuild()
ReviewQueueKycReviewQueueNodesPerson.model_rebuild()
