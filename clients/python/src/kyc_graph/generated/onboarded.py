from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import KycProvider, VerificationStatus


class Onboarded(BaseModel):
    customer: Optional["OnboardedCustomer"]


class OnboardedCustomer(BaseModel):
    id: str
    number: str
    kyc_overview: Optional["OnboardedCustomerKycOverview"] = Field(alias="kycOverview")
    account_entitlements: Optional["OnboardedCustomerAccountEntitlements"] = Field(
        alias="accountEntitlements"
    )


class OnboardedCustomerKycOverview(BaseModel):
    status: VerificationStatus
    as_of: datetime = Field(alias="asOf")
    sources: list["OnboardedCustomerKycOverviewSources"]


class OnboardedCustomerKycOverviewSources(BaseModel):
    provider: KycProvider
    status: Optional[VerificationStatus]
    detail: Optional[str]
    available: bool


class OnboardedCustomerAccountEntitlements(BaseModel):
    confirmed: bool
    as_of: datetime = Field(alias="asOf")
    items: list["OnboardedCustomerAccountEntitlementsItems"]


class OnboardedCustomerAccountEntitlementsItems(BaseModel):
    account: "OnboardedCustomerAccountEntitlementsItemsAccount"
    roles: "OnboardedCustomerAccountEntitlementsItemsRoles"


class OnboardedCustomerAccountEntitlementsItemsAccount(BaseModel):
    account_number: str = Field(alias="accountNumber")


class OnboardedCustomerAccountEntitlementsItemsRoles(BaseModel):
    default: Optional[bool]
    view: Optional[bool]
    basic: Optional[bool]
    bill_pay: Optional[bool] = Field(alias="billPay")
    loan_advance: Optional[bool] = Field(alias="loanAdvance")


Onboarded.model_rebuild()
OnboardedCustomer.model_rebuild()
OnboardedCustomerKycOverview.model_rebuild()
OnboardedCustomerAccountEntitlements.model_rebuild()
OnboardedCustomerAccountEntitlementsItems.model_rebuild()
