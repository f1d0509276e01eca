from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import AccountVerificationJobState


class CheckPayees(BaseModel):
    verify_accounts: Optional["CheckPayeesVerifyAccounts"] = Field(
        alias="verifyAccounts"
    )


class CheckPayeesVerifyAccounts(BaseModel):
    replayed: bool
    job: "CheckPayeesVerifyAccountsJob"


class CheckPayeesVerifyAccountsJob(BaseModel):
    id: str
    state: AccountVerificationJobState
    next_poll_at: Optional[datetime] = Field(alias="nextPollAt")


CheckPayees.model_rebuild()
CheckPayeesVerifyAccounts.model_rebuild()
