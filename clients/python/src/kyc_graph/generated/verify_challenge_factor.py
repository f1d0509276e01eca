from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import ChallengeState


class VerifyChallengeFactor(BaseModel):
    verify_challenge_factor: Optional["VerifyChallengeFactorVerifyChallengeFactor"] = (
        Field(alias="verifyChallengeFactor")
    )


class VerifyChallengeFactorVerifyChallengeFactor(BaseModel):
    replayed: bool
    progress: "VerifyChallengeFactorVerifyChallengeFactorProgress"


class VerifyChallengeFactorVerifyChallengeFactorProgress(BaseModel):
    banking_customer_id: str = Field(alias="bankingCustomerId")
    challenge_id: str = Field(alias="challengeId")
    factor_id: str = Field(alias="factorId")
    state: ChallengeState
    state_raw: Optional[str] = Field(alias="stateRaw")
    attempts_left: Optional[int] = Field(alias="attemptsLeft")
    expires_at: Optional[datetime] = Field(alias="expiresAt")


VerifyChallengeFactor.model_rebuild()
VerifyChallengeFactorVerifyChallengeFactor.model_rebuild()
