from datetime import date, datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import (
    AccountIdScheme,
    AccountVerificationType,
    BankingProductType,
    BanStatus,
    CustomerSortDirection,
    DisclosureEventType,
    DisclosureType,
    IdentityDocumentType,
    MonitoringAlertStatus,
    PayeeAccountType,
    PersonalIdType,
    PersonStatus,
    PersonVerificationOutcome,
    PersonVerificationType,
    VerificationDetailResult,
    VerificationStatus,
    WebhookEventType,
)


class PersonVerificationFilter(BaseModel):
    """Limits the verifications of a person; all given members must match."""

    types: Optional[list[PersonVerificationType]] = None
    "The kinds of check, at most 6, each once; all kinds when omitted."
    outcomes: Optional[list[PersonVerificationOutcome]] = None
    "The outcomes, at most 7, each once; all outcomes when omitted. Requires the scope `pii:read`."


class CustomerFilter(BaseModel):
    """Limits a list of customers by `lastOkDate` and sets its order."""

    last_ok_from: Optional[datetime] = Field(alias="lastOkFrom", default=None)
    "The earliest `lastOkDate`, inclusive."
    last_ok_to: Optional[datetime] = Field(alias="lastOkTo", default=None)
    "The latest `lastOkDate`, inclusive."
    sort_direction: Optional[CustomerSortDirection] = Field(
        alias="sortDirection", default=None
    )
    "The order by `lastOkDate`; newest first when omitted."


class PersonFilter(BaseModel):
    """Limits a list of persons; all given members must match exactly. The characters `*` and `%` are refused."""

    ids: Optional[list[str]] = None
    "The ids of the persons, UUIDs; at most 100, each once."
    is_customer: Optional[bool] = Field(alias="isCustomer", default=None)
    "The value of `isCustomer` that the persons must have."
    status: Optional[PersonStatus] = None
    "The status that the persons must have. Requires the scope `pii:read`."
    verification_statuses: Optional[list[VerificationStatus]] = Field(
        alias="verificationStatuses", default=None
    )
    "The values of `verificationStatus` of which the persons must have one; 1 to 6, each once."
    ban_statuses: Optional[list[BanStatus]] = Field(alias="banStatuses", default=None)
    "The values of `banStatus` of which the persons must have one; 1 to 3, each once. Requires the scope `pii:read`."
    has_accounts: Optional[bool] = Field(alias="hasAccounts", default=None)
    "The value of `hasAccounts` that the persons must have."
    date_of_birth: Optional[date] = Field(alias="dateOfBirth", default=None)
    "The date of birth, from 1900-01-01 to yesterday. Requires the scope `pii:read`."
    first_name: Optional[str] = Field(alias="firstName", default=None)
    "The first or chosen name; 1 to 255 characters. Requires the scope `pii:read`."
    last_name: Optional[str] = Field(alias="lastName", default=None)
    "The last name; 1 to 255 characters. Requires the scope `pii:read`."
    email: Optional[str] = None
    "The e-mail address; 1 to 255 characters. Requires the scope `pii:read`."
    phone_number: Optional[str] = Field(alias="phoneNumber", default=None)
    "The phone number in E.164 format, such as `+14155550100`. Requires the scope `pii:read`."
    ssn_last_4: Optional[str] = Field(alias="ssnLast4", default=None)
    "The last four digits of the social security number. Requires the scope `pii:read`."


class VerifyAccountsInput(BaseModel):
    """The accounts to verify in one job."""

    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`."
    types: list[AccountVerificationType]
    "The kinds of verification of every row: 1 to 3, each once."
    accounts: list["AccountOfJobInput"]
    "The rows, 1 to 100, with distinct client references."
    initiator: Optional["VerificationInitiatorInput"] = None
    "The party on whose behalf the accounts are verified."
    max_age_seconds: Optional[int] = Field(alias="maxAgeSeconds", default=60)
    "The maximum age of a cached answer to the same question, in seconds, 0 to 86400, as in `verifyAccount`."


class AccountOfJobInput(BaseModel):
    """One row of a job: an account, and the reference by which the client knows it."""

    client_reference: str = Field(alias="clientReference")
    "The client's own reference of the row, unique within the job; 1 to 255 characters."
    account: "AccountToVerifyInput"
    "The account and the expected holder."


class AccountToVerifyInput(BaseModel):
    """An account and its expected holder."""

    type_: Optional[PayeeAccountType] = Field(alias="type", default=None)
    "The kind of holder. UK banks compare it too."
    name: Optional[str] = None
    "The expected name of the holder; 1 to 150 characters. The format is `Last,First,Middle,Honorific` or `,,,Full Name`; several holders are separated by `;`. One holder of a joint account is enough."
    holders: Optional[list["HolderNameInput"]] = None
    "The expected names of the account holders, 1 to 20, instead of `name`. One holder of a joint account is enough. At most 150 characters in total, including separators."
    id_scheme: AccountIdScheme = Field(alias="idScheme")
    "The scheme of the account id."
    id: str
    "The account id in the form of its scheme: an IBAN for `IBAN`, 14 digits for `SCAN`, otherwise 1 to 64 characters."
    secondary_id: Optional[str] = Field(alias="secondaryId", default=None)
    "A roll number, card number or other name of a part of the account; 1 to 255 characters."
    holding_entity: Optional["HoldingEntityInput"] = Field(
        alias="holdingEntity", default=None
    )
    "The account-holding bank; required with the scheme `ACNR`."
    identities: Optional[list["IdentityInput"]] = Field(default_factory=lambda: [])
    "The expected identifiers of the holder, at most 20; required for `ID`."


class HolderNameInput(BaseModel):
    """The name of one account holder: exactly one member must be set."""

    full_name: Optional[str] = Field(alias="fullName", default=None)
    "The full name of a person or an organisation, without commas and semicolons; 1 to 150 characters."
    parts: Optional["HolderNamePartsInput"] = None
    "The parts of a natural person's name."


class HolderNamePartsInput(BaseModel):
    """The parts of a natural person's name."""

    last_name: str = Field(alias="lastName")
    "The last name; 1 to 150 characters."
    first_name: str = Field(alias="firstName")
    "The first name; 1 to 150 characters."
    middle_name: Optional[str] = Field(alias="middleName", default=None)
    "The middle name; 1 to 150 characters."
    honorific: Optional[str] = None
    "The honorific, such as `Mr` or `Dr`; 1 to 150 characters."


class HoldingEntityInput(BaseModel):
    """An account-holding bank."""

    type_: str = Field(alias="type")
    "The kind of `value`: `BICFI`, `INFSC` (India), `USPID` or `USABA` (USA); 1 to 64 characters."
    value: str
    "The identifier of the bank; 1 to 64 characters."


class IdentityInput(BaseModel):
    """An expected identifier of the account holder."""

    type_: str = Field(alias="type")
    "The kind of identifier, such as `CRN`, `TXID` or `DUNS`; 1 to 64 characters."
    value: str
    "The identifier; 1 to 255 characters."


class VerificationInitiatorInput(BaseModel):
    """The party on whose behalf an account is verified."""

    id_type: str = Field(alias="idType")
    "The kind of `idValue`, such as `ICQX`, `ICS` or `VAT`; 1 to 64 characters."
    id_value: str = Field(alias="idValue")
    "The identifier of the party; 1 to 255 characters."
    reference: Optional[str] = None
    "The purpose of the check, such as an invoice number, or a mandate reference that begins with `RUM-`; 1 to 255 characters."


class SetAccountAttributesInput(BaseModel):
    """The attributes to write for one account."""

    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`."
    external_id: str = Field(alias="externalId")
    "The external id of the account, which the institution shares with SEI; 1 to 255 characters."
    attributes: list["AccountAttributeInput"]
    "The attributes, 1 to 100, with distinct names."


class AccountAttributeInput(BaseModel):
    """One attribute to write."""

    name: str
    "The name of the attribute, such as `LineOfCreditAccountNumber`; 1 to 255 characters."
    value: str
    "The value as text, also for numbers and booleans; at most 4000 characters."
    explanation: Optional[str] = None
    "The reason for the change as free text; at most 4000 characters."
    fields_to_null: Optional[list[str]] = Field(alias="fieldsToNull", default=None)
    "The names of the members to clear, at most 100, each at most 255 characters. Empty names are dropped."


class SetAccountEntitlementsInput(BaseModel):
    """The entitlements to set, equally for all listed accounts."""

    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`."
    banking_customer_id: str = Field(alias="bankingCustomerId")
    "The id of a banking customer at Apiture who is enabled for digital banking: 6 to 48 letters, digits and `-_:.~$`."
    accounts: list["BankingAccountInput"]
    "The accounts, 1 to 16, with distinct account numbers. Apiture creates accounts that only the banking core knows."
    electronic_statement_election: bool = Field(alias="electronicStatementElection")
    "True when the customer accepts electronic statements for all listed accounts."
    electronic_document_election: bool = Field(alias="electronicDocumentElection")
    "True when the customer accepts other documents in electronic form for all listed accounts."
    roles: "AccountRolesInput"
    "The roles to grant and to remove."
    challenge_token: Optional[str] = Field(alias="challengeToken", default=None)
    "The token of an identity challenge that the customer completed at Apiture itself, 8 to 255 characters, sent in the `Challenge` header. Leave it out after `verifyChallengeFactor`: this server then has the token. A repeat with the same `idempotencyKey` may have another token."


class BankingAccountInput(BaseModel):
    """An account at the financial institution."""

    id: Optional[str] = None
    "The id of the account at Apiture, when known: 6 to 48 letters, digits and `-_:.~$`."
    account_number: str = Field(alias="accountNumber")
    "The account number: 1 to 32 letters, digits, spaces, dashes and dots, all significant."
    account_micr_number: Optional[str] = Field(alias="accountMicrNumber", default=None)
    "The account part of the MICR line, 2 to 17 digits; credit unions need it to process payments."
    product_type: Optional[BankingProductType] = Field(
        alias="productType", default=None
    )
    "The kind of account."
    product_code: str = Field(alias="productCode")
    "The institution's product code, such as `DDA_01`; 1 to 16 characters."
    nickname: Optional[str] = None
    "The customer's own name for the account; at most 50 characters."


class AccountRolesInput(BaseModel):
    """The roles to change: true grants, false removes, an omitted role is unchanged. Null is refused."""

    default: Optional[bool] = None
    "True when the customer has the roles that the institution grants by default for this kind of account."
    view: Optional[bool] = None
    "True when the customer may see the balance and the history."
    basic: Optional[bool] = None
    "True when the customer is an account holder."
    bill_pay: Optional[bool] = Field(alias="billPay", default=None)
    "True when the customer may view the account and pay bills from it."
    loan_advance: Optional[bool] = Field(alias="loanAdvance", default=None)
    "True when the customer may draw on the loan or credit card; for loans and credit cards only."


class StartChallengeFactorInput(BaseModel):
    """The factor to start."""

    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`."
    challenge_id: str = Field(alias="challengeId")
    "The `challengeId` of the challenge that `setAccountEntitlements` returned to the same caller."
    factor_id: str = Field(alias="factorId")
    "The `factorId` of the factor that the customer chose."


class VerifyChallengeFactorInput(BaseModel):
    """What the customer answered: either `code` or `answers`, as the kind of the factor needs."""

    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`."
    challenge_id: str = Field(alias="challengeId")
    "The `challengeId` of the challenge that `setAccountEntitlements` returned to the same caller."
    factor_id: str = Field(alias="factorId")
    "The `factorId` of the factor that the customer chose."
    code: Optional[str] = None
    "The one-time code, 3 to 32 letters, digits and dashes; for every kind of factor but `SECURITY_QUESTIONS`. It is passed on and never kept."
    answers: Optional[list["SecurityAnswerInput"]] = None
    "The answers to all questions of the factor, 1 to 8; for `SECURITY_QUESTIONS` only."


class SecurityAnswerInput(BaseModel):
    """The answer to one security question."""

    question_id: str = Field(alias="questionId")
    "The `questionId` of the question."
    answer: str
    "The customer's answer, 1 to 200 characters. It is passed on and never kept."


class CreateCustomerInput(BaseModel):
    """A new customer. Omitted details are stored empty."""

    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`."
    bank_id: Optional[str] = Field(alias="bankId", default=None)
    "The bank's id at the Open Bank Project; the configured bank when omitted."
    legal_name: str = Field(alias="legalName")
    "The full legal name; 1 to 255 characters."
    mobile_phone_number: str = Field(alias="mobilePhoneNumber")
    "The mobile phone number, in any format; 1 to 50 characters."
    email: str
    "The e-mail address, stored in lower case; at most 200 characters."
    face_image: Optional["FaceImageInput"] = Field(alias="faceImage", default=None)
    "The portrait of the customer."
    date_of_birth: date = Field(alias="dateOfBirth")
    "The date of birth, from 1900-01-01 to yesterday."
    relationship_status: str = Field(alias="relationshipStatus")
    "The relationship status as free text, such as `single`; at most 16 characters."
    dates_of_birth_of_dependants: Optional[list[date]] = Field(
        alias="datesOfBirthOfDependants", default_factory=lambda: []
    )
    "The date of birth of each dependant, at most 100, from 1900-01-01 to yesterday. Their number becomes `dependants`."
    credit_rating: Optional["CreditRatingInput"] = Field(
        alias="creditRating", default=None
    )
    "The credit rating."
    credit_limit: Optional["MonetaryAmountInput"] = Field(
        alias="creditLimit", default=None
    )
    "The credit limit."
    highest_education_attained: str = Field(alias="highestEducationAttained")
    "The highest education as free text, such as `Master`; at most 32 characters."
    employment_status: str = Field(alias="employmentStatus")
    "The employment status as free text, such as `worker`; at most 32 characters."
    kyc_status: bool = Field(alias="kycStatus")
    "The bank's KYC flag. The value true requires the scope `kyc:write`."
    last_ok_date: datetime = Field(alias="lastOkDate")
    "The time at which the bank last confirmed the customer data, in whole seconds."
    title: Optional[str] = ""
    "The form of address, such as `Dr.`; at most 255 characters, empty for none."
    branch_id: Optional[str] = Field(alias="branchId", default=None)
    "The id of the branch of the customer; at most 255 characters. The Open Bank Project does not check that the branch exists."
    name_suffix: Optional[str] = Field(alias="nameSuffix", default="")
    "The suffix of the name, such as `Jr.`; at most 255 characters, empty for none."


class FaceImageInput(BaseModel):
    """A portrait of a customer."""

    url: str
    "The URL of the image; 1 to 2000 characters."
    date: datetime
    "The time at which the image was taken, in whole seconds."


class CreditRatingInput(BaseModel):
    """An assessment of a customer's creditworthiness."""

    rating: str
    "The rating, in the notation of its source; 1 to 100 characters."
    source: str
    "The agency or person that gave the rating; 1 to 100 characters."


class MonetaryAmountInput(BaseModel):
    """An amount of money. The amount is decimal text, never a floating-point number."""

    currency: str
    "The ISO 4217 currency code, such as `EUR`."
    amount: str
    "The amount in decimal notation, such as `1000.00`: at most 64 digits before and 32 digits after the point."


class LinkCustomerInput(BaseModel):
    """The links to set: an omitted link is unchanged, null removes it."""

    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`."
    bank_id: Optional[str] = Field(alias="bankId", default=None)
    "The bank's id at the Open Bank Project; the configured bank when omitted."
    customer_id: str = Field(alias="customerId")
    "The customer's id at the Open Bank Project."
    person_id: Optional[str] = Field(alias="personId", default=None)
    "The id of an existing person at Synctera, a UUID. Requires the scope `persons:read`."
    banking_customer_id: Optional[str] = Field(alias="bankingCustomerId", default=None)
    "The id of a banking customer at Apiture: 6 to 48 letters, digits and `-_:.~$`."
    sei_external_id: Optional[str] = Field(alias="seiExternalId", default=None)
    "The external id of an account at SEI; 1 to 255 characters."


class AddKycCheckInput(BaseModel):
    """A KYC check of a customer."""

    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`."
    bank_id: Optional[str] = Field(alias="bankId", default=None)
    "The bank's id at the Open Bank Project; the configured bank when omitted."
    customer_id: str = Field(alias="customerId")
    "The customer's id at the Open Bank Project."
    id: Optional[str] = None
    "The id of the record for repeats, 1 to 44 letters, digits and `._:-`: the same id for the same customer is the same record. The id that the Open Bank Project stores may differ; use the returned one. Generated when omitted."
    customer_number: str = Field(alias="customerNumber")
    "The customer number to record; at most 50 characters. The Open Bank Project does not compare it with the customer."
    date: Optional[datetime] = None
    "The time of the check, in whole seconds."
    how: Optional[str] = None
    "The method of the check as free text, such as `online_meeting`; at most 32 characters."
    staff_user_id: str = Field(alias="staffUserId")
    "The id of the user who did the check; at most 64 characters."
    staff_name: str = Field(alias="staffName")
    "The name of the staff member who did the check; at most 64 characters."
    satisfied: bool
    "True when the customer passed the check."
    comments: str
    "The comments of the staff member; at most 2000 characters."


class AddKycStatusInput(BaseModel):
    """The bank's KYC decision on a customer; it replaces the previous one."""

    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`."
    bank_id: Optional[str] = Field(alias="bankId", default=None)
    "The bank's id at the Open Bank Project; the configured bank when omitted."
    customer_id: str = Field(alias="customerId")
    "The customer's id at the Open Bank Project."
    customer_number: str = Field(alias="customerNumber")
    "The customer number to record; at most 64 characters. The Open Bank Project does not compare it with the customer."
    ok: bool
    "True when the bank accepts the customer's KYC."
    date: datetime
    "The time of the decision, in whole seconds."


class AddKycDocumentInput(BaseModel):
    """An identity document of a customer."""

    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`."
    bank_id: Optional[str] = Field(alias="bankId", default=None)
    "The bank's id at the Open Bank Project; the configured bank when omitted."
    customer_id: str = Field(alias="customerId")
    "The customer's id at the Open Bank Project."
    id: Optional[str] = None
    "The id of the record for repeats, 1 to 44 letters, digits and `._:-`: the same id for the same customer is the same record. The id that the Open Bank Project stores may differ; use the returned one. Generated when omitted."
    customer_number: str = Field(alias="customerNumber")
    "The customer number to record; at most 50 characters. The Open Bank Project does not compare it with the customer."
    type_: Optional[str] = Field(alias="type", default=None)
    "The kind of document as free text, such as `passport`; at most 50 characters."
    number: Optional[str] = None
    "The number of the document; at most 50 characters."
    issue_date: datetime = Field(alias="issueDate")
    "The time of issue, in whole seconds."
    issue_place: str = Field(alias="issuePlace")
    "The place of issue; at most 512 characters."
    expiry_date: datetime = Field(alias="expiryDate")
    "The time of expiry, in whole seconds."


class AddKycMediaInput(BaseModel):
    """The URL of a recording or image for a check or document."""

    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`."
    bank_id: Optional[str] = Field(alias="bankId", default=None)
    "The bank's id at the Open Bank Project; the configured bank when omitted."
    customer_id: str = Field(alias="customerId")
    "The customer's id at the Open Bank Project."
    id: Optional[str] = None
    "The id of the record for repeats, 1 to 44 letters, digits and `._:-`: the same id for the same customer is the same record. The id that the Open Bank Project stores may differ; use the returned one. Generated when omitted."
    customer_number: str = Field(alias="customerNumber")
    "The customer number to record; at most 44 characters. The Open Bank Project does not compare it with the customer."
    type_: Optional[str] = Field(alias="type", default=None)
    "The kind of media as free text, such as `image`; at most 50 characters."
    url: Optional[str] = None
    "The URL of the media; at most 255 characters. The Open Bank Project stores only the URL."
    date: Optional[datetime] = None
    "The time of the recording, in whole seconds."
    relates_to_kyc_document_id: Optional[str] = Field(
        alias="relatesToKycDocumentId", default=""
    )
    "The id of the related document; at most 255 characters, empty for none."
    relates_to_kyc_check_id: Optional[str] = Field(
        alias="relatesToKycCheckId", default=""
    )
    "The id of the related check; at most 255 characters, empty for none."


class RecordDisclosureInput(BaseModel):
    """A disclosure to record."""

    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`."
    person_id: str = Field(alias="personId")
    "The person's id at Synctera, a UUID."
    type_: DisclosureType = Field(alias="type")
    "The requirement for which the document was disclosed."
    version: str
    "The version of the document, such as `1.0` or `v1.1`. Synctera must know a document of this type and version."
    event_type: DisclosureEventType = Field(alias="eventType")
    "What the person did with the document."
    disclosed_at: Optional[datetime] = Field(alias="disclosedAt", default=None)
    "The time of the disclosure; the time of this call when omitted. Requires the scope `persons:write`."
    acknowledging_person_id: Optional[str] = Field(
        alias="acknowledgingPersonId", default=None
    )
    "The id at Synctera of the person who acknowledged in place of this one, a UUID; required with `OWNER_CERTIFICATION`. Requires the scope `persons:write`."


class StartDocumentVerificationInput(BaseModel):
    """The document verification session to start."""

    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`."
    person_id: str = Field(alias="personId")
    "The person's id at Synctera, a UUID."
    document_type: Optional[IdentityDocumentType] = Field(
        alias="documentType", default=None
    )
    "The only kind of document that the person may show; any kind when omitted."
    language: Optional[str] = None
    "The language of the session: a language tag of Synctera in capital letters, such as `ES-US`; `EN-US` when omitted."
    send_message: Optional[bool] = Field(alias="sendMessage", default=None)
    "True to send the URL to the person's phone number as a text message too."


class SubscribeToMonitoringInput(BaseModel):
    """A person to subscribe to the monitoring."""

    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`."
    person_id: str = Field(alias="personId")
    "The person's id at Synctera, a UUID."


class EndMonitoringInput(BaseModel):
    """A subscription to end."""

    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`."
    subscription_id: str = Field(alias="subscriptionId")
    "The subscription's id at Synctera, a UUID."


class SetMonitoringAlertStatusInput(BaseModel):
    """The status to give to a monitoring alert."""

    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`."
    alert_id: str = Field(alias="alertId")
    "The alert's id at Synctera, a UUID."
    status: MonitoringAlertStatus
    "The status."


class CreatePersonInput(BaseModel):
    """A person to create."""

    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`."
    ban_status: Optional[BanStatus] = Field(alias="banStatus", default=None)
    "The ban status of the person. `BANNED` is refused, because only Synctera sets it."
    first_name: Optional[str] = Field(alias="firstName", default=None)
    "The first name; 1 to 255 characters."
    middle_name: Optional[str] = Field(alias="middleName", default=None)
    "The middle name; 1 to 255 characters."
    last_name: Optional[str] = Field(alias="lastName", default=None)
    "The last name; 1 to 255 characters."
    chosen_name: Optional[str] = Field(alias="chosenName", default=None)
    "The name that the person prefers; 1 to 255 characters."
    date_of_birth: Optional[date] = Field(alias="dateOfBirth", default=None)
    "The date of birth, from 1900-01-01 to yesterday."
    email: Optional[str] = None
    "The e-mail address; at most 254 characters."
    phone_number: Optional[str] = Field(alias="phoneNumber", default=None)
    "The phone number in E.164 format, such as `+14155550100`."
    ssn: Optional[str] = None
    "The social security number, `NNN-NN-NNNN`. It is sent to Synctera and never stored."
    legal_address: Optional["PersonAddressInput"] = Field(
        alias="legalAddress", default=None
    )
    "The legal address."
    shipping_address: Optional["PersonAddressInput"] = Field(
        alias="shippingAddress", default=None
    )
    "The shipping address; the legal address when omitted and none is stored."
    metadata: Optional[dict] = None
    "The integrator's custom data; not for sensitive data."
    note: Optional[str] = None
    "The reason for the ban status, 1 to 2000 characters; required with `SUSPENDED`."
    is_customer: bool = Field(alias="isCustomer")
    "True when the person has a direct relationship with the bank or fintech. It must be true for a person with an account."
    status: PersonStatus
    "The status of the person."
    personal_ids: Optional[list["PersonalIdInput"]] = Field(
        alias="personalIds", default=None
    )
    "The identifiers of the person, at most 20."
    tenant: Optional[str] = None
    "The name of the Synctera workspace, when there are several: 1 to 64 letters, digits, `_` and `-`."


class PersonAddressInput(BaseModel):
    """A postal address of a person."""

    line_1: str = Field(alias="line1")
    "The first line: street and number; 1 to 255 characters."
    line_2: Optional[str] = Field(alias="line2", default=None)
    "The second line; at most 255 characters."
    city: Optional[str] = None
    "The city; at most 255 characters."
    state: Optional[str] = None
    "The ISO 3166-2 subdivision code without the country, such as `NY`."
    postal_code: Optional[str] = Field(alias="postalCode", default=None)
    "The postal code; at most 16 characters."
    country_code: str = Field(alias="countryCode")
    "The ISO 3166-1 alpha-2 country code, such as `US`."


class PersonalIdInput(BaseModel):
    """An identifier that a state or agency issued to a person."""

    type_: PersonalIdType = Field(alias="type")
    "The kind of identifier."
    identifier: str
    "The identifier, as issued; 1 to 64 characters."
    country_code: Optional[str] = Field(alias="countryCode", default=None)
    "The ISO 3166-1 alpha-2 code of the issuing country; implied for SSN, ITIN and SIN, required for a passport."
    issue_date: Optional[date] = Field(alias="issueDate", default=None)
    "The date of issue."
    expiry_date: Optional[date] = Field(alias="expiryDate", default=None)
    "The date of expiry."


class VerifyPersonInput(BaseModel):
    """The person to verify."""

    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`."
    person_id: str = Field(alias="personId")
    "The person's id at Synctera, a UUID."
    customer_consent: bool = Field(alias="customerConsent")
    "True when the person consented to the checks. The value false is refused, and no check is run."
    customer_ip_address: Optional[str] = Field(alias="customerIpAddress", default=None)
    "The IPv4 or IPv6 address of the person."
    document_id: Optional[str] = Field(alias="documentId", default=None)
    "The token of a document verification session (`startDocumentVerification`), or the id at Synctera of an identity document that was captured otherwise; 1 to 4,096 characters. It is a secret."


class AddPersonalIdInput(BaseModel):
    """An identifier to add to a person."""

    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`."
    person_id: str = Field(alias="personId")
    "The person's id at Synctera, a UUID."
    type_: PersonalIdType = Field(alias="type")
    "The kind of identifier. It cannot be changed later."
    identifier: str
    "The identifier, as issued; 1 to 64 characters. It is sent to Synctera and never stored."
    country_code: Optional[str] = Field(alias="countryCode", default=None)
    "The ISO 3166-1 alpha-2 code of the issuing country; implied for SSN, ITIN and SIN, required for a passport."
    issue_date: Optional[date] = Field(alias="issueDate", default=None)
    "The date of issue."
    expiry_date: Optional[date] = Field(alias="expiryDate", default=None)
    "The date of expiry."


class CorrectPersonalIdInput(BaseModel):
    """The members of a personal identifier to correct; omitted members are unchanged. Synctera cannot clear a value, so null is refused, and it cannot change the kind: delete the identifier and add another one."""

    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`."
    person_id: str = Field(alias="personId")
    "The person's id at Synctera, a UUID."
    personal_id_id: str = Field(alias="personalIdId")
    "The identifier's id at Synctera, a UUID; it must be one of this person's."
    identifier: Optional[str] = None
    "The identifier, as issued; 1 to 64 characters. It is sent to Synctera and never stored."
    country_code: Optional[str] = Field(alias="countryCode", default=None)
    "The ISO 3166-1 alpha-2 code of the issuing country."
    issue_date: Optional[date] = Field(alias="issueDate", default=None)
    "The date of issue."
    expiry_date: Optional[date] = Field(alias="expiryDate", default=None)
    "The date of expiry."


class DeletePersonalIdInput(BaseModel):
    """A personal identifier to delete."""

    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`."
    person_id: str = Field(alias="personId")
    "The person's id at Synctera, a UUID."
    personal_id_id: str = Field(alias="personalIdId")
    "The identifier's id at Synctera, a UUID; it must be one of this person's."


class VerifyAccountInput(BaseModel):
    """The account to verify."""

    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`."
    types: list[AccountVerificationType]
    "The kinds of verification: 1 to 3, each once."
    account: "AccountToVerifyInput"
    "The account and the expected holder."
    initiator: Optional["VerificationInitiatorInput"] = None
    "The party on whose behalf the account is verified."
    max_age_seconds: Optional[int] = Field(alias="maxAgeSeconds", default=60)
    "The maximum age of a cached answer to the same question, in seconds, 0 to 86400; the server has a maximum of its own. The default only absorbs repeats within one user journey: use 0 before a payment is authorised."


class RecordPersonVerificationInput(BaseModel):
    """The outcome of a check of a person that was made outside Synctera."""

    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`."
    person_id: str = Field(alias="personId")
    "The person's id at Synctera, a UUID."
    type_: PersonVerificationType = Field(alias="type")
    "The kind of check. `MANUAL_REVIEW` overrides the other checks."
    result: PersonVerificationOutcome
    "The outcome of the check."
    verified_at: datetime = Field(alias="verifiedAt")
    "The time at which the check was complete."
    vendor: Optional[str] = None
    "The name of the vendor that made the check, such as `SOCURE`: 1 to 64 letters, digits, `_` and `-`."
    details: Optional[list["VerificationDetailInput"]] = None
    "The findings, at most 20."


class VerificationDetailInput(BaseModel):
    """One finding of a check that another vendor made."""

    category: Optional[str] = None
    "Synctera's category of the finding, such as `CIP` or `ADDRESS`: 1 to 64 capital letters and `_`."
    result: Optional[VerificationDetailResult] = None
    "The severity of the finding."
    description: Optional[str] = None
    "The finding as a sentence; 1 to 500 characters."
    score: Optional[float] = None
    "The vendor's score, from -1000000 to 1000000."
    vendor_code: Optional[str] = Field(alias="vendorCode", default=None)
    "The vendor's reason code: 1 to 64 letters, digits, `.`, `_` and `-`."


class CreateWebhookEndpointInput(BaseModel):
    """The webhook endpoint to create."""

    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`."
    url: str
    "The address: `https`, without credentials and fragment, at most 2,000 characters, on the default port or one from 1024. Its host must have public addresses only."
    types: list[WebhookEventType]
    "The types of events to deliver, each once."


VerifyAccountsInput.model_rebuild()
AccountOfJobInput.model_rebuild()
AccountToVerifyInput.model_rebuild()
HolderNameInput.model_rebuild()
SetAccountAttributesInput.model_rebuild()
SetAccountEntitlementsInput.model_rebuild()
VerifyChallengeFactorInput.model_rebuild()
CreateCustomerInput.model_rebuild()
CreatePersonInput.model_rebuild()
VerifyAccountInput.model_rebuild()
RecordPersonVerificationInput.model_rebuild()
