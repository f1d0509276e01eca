from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import ChallengeFactorType


class Entitle(BaseModel):
    set_account_entitlements: Optional["EntitleSetAccountEntitlements"] = Field(
        alias="setAccountEntitlements"
    )


class EntitleSetAccountEntitlements(BaseModel):
    replayed: bool
    entitlements: Optional["EntitleSetAccountEntitlementsEntitlements"]
    challenge: Optional["EntitleSetAccountEntitlementsChallenge"]


class EntitleSetAccountEntitlementsEntitlements(BaseModel):
    confirmed: bool
    as_of: datetime = Field(alias="asOf")
    items: list["EntitleSetAccountEntitlementsEntitlementsItems"]


class EntitleSetAccountEntitlementsEntitlementsItems(BaseModel):
    account: "EntitleSetAccountEntitlementsEntitlementsItemsAccount"
    roles: "EntitleSetAccountEntitlementsEntitlementsItemsRoles"


class EntitleSetAccountEntitlementsEntitlementsItemsAccount(BaseModel):
    account_id: Optional[str] = Field(alias="accountId")
    account_number: str = Field(alias="accountNumber")


class EntitleSetAccountEntitlementsEntitlementsItemsRoles(BaseModel):
    default: Optional[bool]
    view: Optional[bool]
    basic: Optional[bool]
    bill_pay: Optional[bool] = Field(alias="billPay")
    loan_advance: Optional[bool] = Field(alias="loanAdvance")


class EntitleSetAccountEntitlementsChallenge(BaseModel):
    operation_id: str = Field(alias="operationId")
    challenge_id: str = Field(alias="challengeId")
    factors: list["EntitleSetAccountEntitlementsChallengeFactors"]


class EntitleSetAccountEntitlementsChallengeFactors(BaseModel):
    factor_id: Optional[str] = Field(alias="factorId")
    type_: Optional[ChallengeFactorType] = Field(alias="type")
    labels: list[str]
    security_questions: Optional[
        list["EntitleSetAccountEntitlementsChallengeFactorsSecurityQuestions"]
    ] = Field(alias="securityQuestions")


class EntitleSetAccountEntitlementsChallengeFactorsSecurityQuestions(BaseModel):
    question_id: str = Field(alias="questionId")
    prompt: str


Entitle.model_rebuild()
EntitleSetAccountEntitlements.model_rebuild()
EntitleSetAccountEntitlementsEntitlements.model_rebuild()
EntitleSetAccountEntitlementsEntitlementsItems.model_rebuild()
EntitleSetAccountEntitlementsChallenge.model_rebuild()
EntitleSetAccountEntitlementsChallengeFactors.model_rebuild()
