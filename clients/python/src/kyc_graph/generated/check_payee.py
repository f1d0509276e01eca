from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import AccountStatus, NameCheckStatus, VerificationState


class CheckPayee(BaseModel):
    verify_account: Optional["CheckPayeeVerifyAccount"] = Field(alias="verifyAccount")


class CheckPayeeVerifyAccount(BaseModel):
    replayed: bool
    result: "CheckPayeeVerifyAccountResult"


class CheckPayeeVerifyAccountResult(BaseModel):
    id: str
    state: VerificationState
    checked_at: datetime = Field(alias="checkedAt")
    from_cache: bool = Field(alias="fromCache")
    next_poll_at: Optional[datetime] = Field(alias="nextPollAt")
    account: Optional["CheckPayeeVerifyAccountResultAccount"]


class CheckPayeeVerifyAccountResultAccount(BaseModel):
    status: Optional[AccountStatus]
    name_check_status: Optional[NameCheckStatus] = Field(alias="nameCheckStatus")
    responded_name: Optional[str] = Field(alias="respondedName")


CheckPayee.model_rebuild()
CheckPayeeVerifyAccount.model_rebuild()
CheckPayeeVerifyAccountResult.model_rebuild()
