from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import (
    AccountAttributesJobStatus,
    AccountStatus,
    BankingProductType,
    NameCheckStatus,
    PersonVerificationOutcome,
    PersonVerificationType,
    VerificationState,
    VerificationStatus,
)


class EverythingAboutACustomer(BaseModel):
    customer: Optional["EverythingAboutACustomerCustomer"]
    verification_result: Optional["EverythingAboutACustomerVerificationResult"] = Field(
        alias="verificationResult"
    )
    account_attributes_job: Optional["EverythingAboutACustomerAccountAttributesJob"] = (
        Field(alias="accountAttributesJob")
    )


class EverythingAboutACustomerCustomer(BaseModel):
    id: str
    legal_name: Optional[str] = Field(alias="legalName")
    kyc_status: bool = Field(alias="kycStatus")
    attributes: Optional[list["EverythingAboutACustomerCustomerAttributes"]]
    kyc_checks: Optional[list["EverythingAboutACustomerCustomerKycChecks"]] = Field(
        alias="kycChecks"
    )
    person: Optional["EverythingAboutACustomerCustomerPerson"]
    account_entitlements: Optional[
        "EverythingAboutACustomerCustomerAccountEntitlements"
    ] = Field(alias="accountEntitlements")


class EverythingAboutACustomerCustomerAttributes(BaseModel):
    name: str
    value: str


class EverythingAboutACustomerCustomerKycChecks(BaseModel):
    id: str
    how: Optional[str]
    date: Optional[datetime]
    satisfied: bool


class EverythingAboutACustomerCustomerPerson(BaseModel):
    id: str
    verification_status: Optional[VerificationStatus] = Field(
        alias="verificationStatus"
    )
    verifications: Optional[list["EverythingAboutACustomerCustomerPersonVerifications"]]


class EverythingAboutACustomerCustomerPersonVerifications(BaseModel):
    type_: Optional[PersonVerificationType] = Field(alias="type")
    result: Optional[PersonVerificationOutcome]


class EverythingAboutACustomerCustomerAccountEntitlements(BaseModel):
    confirmed: bool
    items: list["EverythingAboutACustomerCustomerAccountEntitlementsItems"]


class EverythingAboutACustomerCustomerAccountEntitlementsItems(BaseModel):
    account: "EverythingAboutACustomerCustomerAccountEntitlementsItemsAccount"
    roles: "EverythingAboutACustomerCustomerAccountEntitlementsItemsRoles"


class EverythingAboutACustomerCustomerAccountEntitlementsItemsAccount(BaseModel):
    account_number: str = Field(alias="accountNumber")
    product_type: Optional[BankingProductType] = Field(alias="productType")


class EverythingAboutACustomerCustomerAccountEntitlementsItemsRoles(BaseModel):
    view: Optional[bool]
    bill_pay: Optional[bool] = Field(alias="billPay")


class EverythingAboutACustomerVerificationResult(BaseModel):
    state: VerificationState
    account: Optional["EverythingAboutACustomerVerificationResultAccount"]


class EverythingAboutACustomerVerificationResultAccount(BaseModel):
    status: Optional[AccountStatus]
    name_check_status: Optional[NameCheckStatus] = Field(alias="nameCheckStatus")


class EverythingAboutACustomerAccountAttributesJob(BaseModel):
    status: AccountAttributesJobStatus


EverythingAboutACustomer.model_rebuild()
EverythingAboutACustomerCustomer.model_rebuild()
EverythingAboutACustomerCustomerPerson.model_rebuild()
EverythingAboutACustomerCustomerAccountEntitlements.model_rebuild()
EverythingAboutACustomerCustomerAccountEntitlementsItems.model_rebuild()
EverythingAboutACustomerVerificationResult.model_rebuild()
