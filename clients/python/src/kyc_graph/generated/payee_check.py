from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import AccountStatus, NameCheckStatus, VerificationState


class PayeeCheck(BaseModel):
    verification_result: Optional["PayeeCheckVerificationResult"] = Field(
        alias="verificationResult"
    )


class PayeeCheckVerificationResult(BaseModel):
    state: VerificationState
    next_poll_at: Optional[datetime] = Field(alias="nextPollAt")
    account: Optional["PayeeCheckVerificationResultAccount"]


class PayeeCheckVerificationResultAccount(BaseModel):
    status: Optional[AccountStatus]
    name_check_status: Optional[NameCheckStatus] = Field(alias="nameCheckStatus")
    responded_name: Optional[str] = Field(alias="respondedName")


PayeeCheck.model_rebuild()
PayeeCheckVerificationResult.model_rebuild()
