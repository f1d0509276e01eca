from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import AccountVerificationJobState


class PayeeJob(BaseModel):
    account_verifications: Optional["PayeeJobAccountVerifications"] = Field(
        alias="accountVerifications"
    )


class PayeeJobAccountVerifications(BaseModel):
    id: str
    state: AccountVerificationJobState
    next_poll_at: Optional[datetime] = Field(alias="nextPollAt")
    counts: "PayeeJobAccountVerificationsCounts"


class PayeeJobAccountVerificationsCounts(BaseModel):
    total: int
    queued: int
    pending: int
    completed: int
    failed: int


PayeeJob.model_rebuild()
PayeeJobAccountVerifications.model_rebuild()
