from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import ChallengeState


class StartChallengeFactor(BaseModel):
    start_challenge_factor: Optional["StartChallengeFactorStartChallengeFactor"] = (
        Field(alias="startChallengeFactor")
    )


class StartChallengeFactorStartChallengeFactor(BaseModel):
    replayed: bool
    progress: "StartChallengeFactorStartChallengeFactorProgress"


class StartChallengeFactorStartChallengeFactorProgress(BaseModel):
    banking_customer_id: str = Field(alias="bankingCustomerId")
    challenge_id: str = Field(alias="challengeId")
    factor_id: str = Field(alias="factorId")
    state: ChallengeState
    state_raw: Optional[str] = Field(alias="stateRaw")
    attempts_left: Optional[int] = Field(alias="attemptsLeft")
    expires_at: Optional[datetime] = Field(alias="expiresAt")


StartChallengeFactor.model_rebuild()
StartChallengeFactorStartChallengeFactor.model_rebuild()
