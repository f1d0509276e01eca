from datetime import date, datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import (
    AttributeType,
    BankingProductType,
    BanStatus,
    KycProvider,
    PersonStatus,
    PersonVerificationOutcome,
    PersonVerificationType,
    VerificationStatus,
)


class CustomerPage(BaseModel):
    customer: Optional["CustomerPageCustomer"]


class CustomerPageCustomer(BaseModel):
    id: str
    bank_id: str = Field(alias="bankId")
    number: str
    legal_name: Optional[str] = Field(alias="legalName")
    title: Optional[str]
    name_suffix: Optional[str] = Field(alias="nameSuffix")
    email: Optional[str]
    mobile_phone_number: Optional[str] = Field(alias="mobilePhoneNumber")
    face_image: Optional["CustomerPageCustomerFaceImage"] = Field(alias="faceImage")
    date_of_birth: Optional[date] = Field(alias="dateOfBirth")
    relationship_status: Optional[str] = Field(alias="relationshipStatus")
    dependants: Optional[int]
    dates_of_birth_of_dependants: Optional[list[date]] = Field(
        alias="datesOfBirthOfDependants"
    )
    credit_rating: Optional["CustomerPageCustomerCreditRating"] = Field(
        alias="creditRating"
    )
    credit_limit: Optional["CustomerPageCustomerCreditLimit"] = Field(
        alias="creditLimit"
    )
    highest_education_attained: Optional[str] = Field(alias="highestEducationAttained")
    employment_status: Optional[str] = Field(alias="employmentStatus")
    kyc_status: bool = Field(alias="kycStatus")
    last_ok_date: Optional[datetime] = Field(alias="lastOkDate")
    branch_id: Optional[str] = Field(alias="branchId")
    attributes: Optional[list["CustomerPageCustomerAttributes"]]
    addresses: Optional[list["CustomerPageCustomerAddresses"]]
    tax_residences: Optional[list["CustomerPageCustomerTaxResidences"]] = Field(
        alias="taxResidences"
    )
    social_media_handles: Optional[list["CustomerPageCustomerSocialMediaHandles"]] = (
        Field(alias="socialMediaHandles")
    )
    user_links: Optional[list["CustomerPageCustomerUserLinks"]] = Field(
        alias="userLinks"
    )
    links: Optional["CustomerPageCustomerLinks"]
    kyc_overview: Optional["CustomerPageCustomerKycOverview"] = Field(
        alias="kycOverview"
    )
    kyc_checks: Optional[list["CustomerPageCustomerKycChecks"]] = Field(
        alias="kycChecks"
    )
    kyc_documents: Optional[list["CustomerPageCustomerKycDocuments"]] = Field(
        alias="kycDocuments"
    )
    kyc_media: Optional[list["CustomerPageCustomerKycMedia"]] = Field(alias="kycMedia")
    kyc_statuses: Optional[list["CustomerPageCustomerKycStatuses"]] = Field(
        alias="kycStatuses"
    )
    person: Optional["CustomerPageCustomerPerson"]
    account_entitlements: Optional["CustomerPageCustomerAccountEntitlements"] = Field(
        alias="accountEntitlements"
    )


class CustomerPageCustomerFaceImage(BaseModel):
    url: Optional[str]
    date: Optional[datetime]


class CustomerPageCustomerCreditRating(BaseModel):
    rating: Optional[str]
    source: Optional[str]


class CustomerPageCustomerCreditLimit(BaseModel):
    currency: str
    amount: str


class CustomerPageCustomerAttributes(BaseModel):
    id: str
    name: str
    type_: Optional[AttributeType] = Field(alias="type")
    value: str


class CustomerPageCustomerAddresses(BaseModel):
    id: str
    line_1: str = Field(alias="line1")
    line_2: Optional[str] = Field(alias="line2")
    line_3: Optional[str] = Field(alias="line3")
    city: Optional[str]
    county: Optional[str]
    state: Optional[str]
    postcode: Optional[str]
    country_code: str = Field(alias="countryCode")
    tags: list[str]


class CustomerPageCustomerTaxResidences(BaseModel):
    id: str
    domain: str
    tax_number: str = Field(alias="taxNumber")


class CustomerPageCustomerSocialMediaHandles(BaseModel):
    type_: Optional[str] = Field(alias="type")
    handle: str


class CustomerPageCustomerUserLinks(BaseModel):
    id: str
    user_id: str = Field(alias="userId")
    is_active: bool = Field(alias="isActive")


class CustomerPageCustomerLinks(BaseModel):
    person_id: Optional[str] = Field(alias="personId")
    banking_customer_id: Optional[str] = Field(alias="bankingCustomerId")
    sei_external_id: Optional[str] = Field(alias="seiExternalId")


class CustomerPageCustomerKycOverview(BaseModel):
    status: VerificationStatus
    as_of: datetime = Field(alias="asOf")
    sources: list["CustomerPageCustomerKycOverviewSources"]


class CustomerPageCustomerKycOverviewSources(BaseModel):
    provider: KycProvider
    status: Optional[VerificationStatus]
    detail: Optional[str]
    observed_at: datetime = Field(alias="observedAt")
    available: bool


class CustomerPageCustomerKycChecks(BaseModel):
    id: str
    date: Optional[datetime]
    how: Optional[str]
    staff_name: Optional[str] = Field(alias="staffName")
    satisfied: bool
    comments: Optional[str]


class CustomerPageCustomerKycDocuments(BaseModel):
    id: str
    type_: Optional[str] = Field(alias="type")
    number: Optional[str]
    issue_date: Optional[datetime] = Field(alias="issueDate")
    issue_place: Optional[str] = Field(alias="issuePlace")
    expiry_date: Optional[datetime] = Field(alias="expiryDate")
    expired: bool


class CustomerPageCustomerKycMedia(BaseModel):
    id: str
    type_: Optional[str] = Field(alias="type")
    url: Optional[str]
    date: Optional[datetime]
    relates_to_kyc_document_id: Optional[str] = Field(alias="relatesToKycDocumentId")
    relates_to_kyc_check_id: Optional[str] = Field(alias="relatesToKycCheckId")


class CustomerPageCustomerKycStatuses(BaseModel):
    ok: bool
    date: Optional[datetime]


class CustomerPageCustomerPerson(BaseModel):
    id: str
    first_name: Optional[str] = Field(alias="firstName")
    last_name: Optional[str] = Field(alias="lastName")
    status: Optional[PersonStatus]
    ban_status: Optional[BanStatus] = Field(alias="banStatus")
    verification_status: Optional[VerificationStatus] = Field(
        alias="verificationStatus"
    )
    verification_last_run: Optional[datetime] = Field(alias="verificationLastRun")
    verifications: Optional[list["CustomerPageCustomerPersonVerifications"]]


class CustomerPageCustomerPersonVerifications(BaseModel):
    type_: Optional[PersonVerificationType] = Field(alias="type")
    result: Optional[PersonVerificationOutcome]
    verified_at: datetime = Field(alias="verifiedAt")


class CustomerPageCustomerAccountEntitlements(BaseModel):
    confirmed: bool
    as_of: datetime = Field(alias="asOf")
    items: list["CustomerPageCustomerAccountEntitlementsItems"]


class CustomerPageCustomerAccountEntitlementsItems(BaseModel):
    account: "CustomerPageCustomerAccountEntitlementsItemsAccount"
    roles: "CustomerPageCustomerAccountEntitlementsItemsRoles"


class CustomerPageCustomerAccountEntitlementsItemsAccount(BaseModel):
    account_number: str = Field(alias="accountNumber")
    product_type: Optional[BankingProductType] = Field(alias="productType")
    nickname: Optional[str]


class CustomerPageCustomerAccountEntitlementsItemsRoles(BaseModel):
    default: Optional[bool]
    view: Optional[bool]
    basic: Optional[bool]
    bill_pay: Optional[bool] = Field(alias="billPay")
    loan_advance: Optional[bool] = Field(alias="loanAdvance")


CustomerPage.model_rebuild()
CustomerPageCustomer.model_rebuild()
CustomerPageCustomerKycOverview.model_rebuild()
CustomerPageCustomerPerson.model_rebuild()
CustomerPageCustomerAccountEntitlements.model_rebuild()
CustomerPageCustomerAccountEntitlementsItems.model_rebuild()
