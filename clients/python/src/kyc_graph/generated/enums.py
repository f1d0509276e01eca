from enum import Enum


class AccountVerificationJobState(str, Enum):
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"


class AccountVerificationState(str, Enum):
    QUEUED = "QUEUED"
    PENDING = "PENDING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


class VerificationState(str, Enum):
    PENDING = "PENDING"
    COMPLETED = "COMPLETED"


class AccountStatus(str, Enum):
    ACTIVE = "ACTIVE"
    INACTIVE = "INACTIVE"
    CLOSED = "CLOSED"
    FORBIDDEN = "FORBIDDEN"
    NOT_FOUND = "NOT_FOUND"
    UNABLE_TO_MATCH = "UNABLE_TO_MATCH"


class NameCheckStatus(str, Enum):
    FULL_MATCH = "FULL_MATCH"
    PARTIAL_MATCH = "PARTIAL_MATCH"
    NO_MATCH = "NO_MATCH"
    UNABLE_TO_MATCH = "UNABLE_TO_MATCH"


class AccountAttributesJobStatus(str, Enum):
    PENDING = "PENDING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    UNKNOWN = "UNKNOWN"


class BankingProductType(str, Enum):
    SAVINGS = "SAVINGS"
    CHECKING = "CHECKING"
    CD = "CD"
    IRA = "IRA"
    LOAN = "LOAN"
    CREDIT_CARD = "CREDIT_CARD"
    MONEY_MARKET = "MONEY_MARKET"
    HEALTH_SAVINGS = "HEALTH_SAVINGS"


class AttributeType(str, Enum):
    STRING = "STRING"
    INTEGER = "INTEGER"
    DOUBLE = "DOUBLE"
    DATE_WITH_DAY = "DATE_WITH_DAY"


class PersonStatus(str, Enum):
    ACTIVE = "ACTIVE"
    DECEASED = "DECEASED"
    DENIED = "DENIED"
    DORMANT = "DORMANT"
    ESCHEAT = "ESCHEAT"
    FROZEN = "FROZEN"
    INACTIVE = "INACTIVE"
    PROSPECT = "PROSPECT"
    SANCTION = "SANCTION"


class BanStatus(str, Enum):
    ALLOWED = "ALLOWED"
    BANNED = "BANNED"
    SUSPENDED = "SUSPENDED"


class VerificationStatus(str, Enum):
    UNVERIFIED = "UNVERIFIED"
    PENDING = "PENDING"
    PROVISIONAL = "PROVISIONAL"
    ACCEPTED = "ACCEPTED"
    REVIEW = "REVIEW"
    REJECTED = "REJECTED"


class PersonalIdType(str, Enum):
    SSN = "SSN"
    ITIN = "ITIN"
    SIN = "SIN"
    PASSPORT_NUMBER = "PASSPORT_NUMBER"
    DRIVER_LICENSE = "DRIVER_LICENSE"
    STATE_ID = "STATE_ID"
    NATIONAL_ID = "NATIONAL_ID"
    TAX_ID = "TAX_ID"
    CITIZENSHIP_CARD = "CITIZENSHIP_CARD"
    PR_CARD = "PR_CARD"
    PROVINCIAL_ID = "PROVINCIAL_ID"
    SECURE_STATUS_CARD = "SECURE_STATUS_CARD"


class DisclosureType(str, Enum):
    ACH_AUTHORIZATION = "ACH_AUTHORIZATION"
    CARDHOLDER_AGREEMENT = "CARDHOLDER_AGREEMENT"
    CARD_DISCLOSURE = "CARD_DISCLOSURE"
    DIRECT_BILLING_AUTHORIZATION = "DIRECT_BILLING_AUTHORIZATION"
    E_SIGN = "E_SIGN"
    KYC_DATA_COLLECTION = "KYC_DATA_COLLECTION"
    OWNER_CERTIFICATION = "OWNER_CERTIFICATION"
    PAD_AUTHORIZATION = "PAD_AUTHORIZATION"
    PRIVACY_NOTICE = "PRIVACY_NOTICE"
    REG_CC = "REG_CC"
    REG_DD = "REG_DD"
    REG_E = "REG_E"
    SC_ACCOUNT_AGREEMENT = "SC_ACCOUNT_AGREEMENT"
    SC_AUTO_PAYMENT = "SC_AUTO_PAYMENT"
    SC_SECURITY_AGREEMENT = "SC_SECURITY_AGREEMENT"
    TERMS_AND_CONDITIONS = "TERMS_AND_CONDITIONS"


class DisclosureEventType(str, Enum):
    DISPLAYED = "DISPLAYED"
    VIEWED = "VIEWED"
    ACKNOWLEDGED = "ACKNOWLEDGED"


class MonitoringAlertType(str, Enum):
    BANKRUPTCY = "BANKRUPTCY"
    LICENSE_VALIDITY = "LICENSE_VALIDITY"
    NEGATIVE_NEWS = "NEGATIVE_NEWS"
    WATCHLIST = "WATCHLIST"


class MonitoringAlertStatus(str, Enum):
    ACTIVE = "ACTIVE"
    SUPPRESSED = "SUPPRESSED"


class PersonVerificationType(str, Enum):
    IDENTITY = "IDENTITY"
    WATCHLIST = "WATCHLIST"
    DOCUMENT_VERIFICATION = "DOCUMENT_VERIFICATION"
    RELATED_ENTITIES = "RELATED_ENTITIES"
    MANUAL_REVIEW = "MANUAL_REVIEW"
    LICENSE = "LICENSE"


class PersonVerificationOutcome(str, Enum):
    UNVERIFIED = "UNVERIFIED"
    PENDING = "PENDING"
    PROVISIONAL = "PROVISIONAL"
    ACCEPTED = "ACCEPTED"
    REVIEW = "REVIEW"
    REJECTED = "REJECTED"
    VENDOR_ERROR = "VENDOR_ERROR"


class VendorCodeOutcome(str, Enum):
    REVIEW = "REVIEW"
    REJECT = "REJECT"


class KycProvider(str, Enum):
    OPEN_BANK_PROJECT = "OPEN_BANK_PROJECT"
    SYNCTERA = "SYNCTERA"
    APITURE = "APITURE"
    SEI = "SEI"
    BANFICO = "BANFICO"


class CustomerSortDirection(str, Enum):
    ASC = "ASC"
    DESC = "DESC"


class KycReviewAction(str, Enum):
    WAIT = "WAIT"
    RUN_CHECKS = "RUN_CHECKS"
    REQUEST_DOCUMENT = "REQUEST_DOCUMENT"
    REVIEW_MATCHES = "REVIEW_MATCHES"
    DECIDE = "DECIDE"


class AccountVerificationType(str, Enum):
    STATUS = "STATUS"
    NAME = "NAME"
    ID = "ID"


class PayeeAccountType(str, Enum):
    BUSINESS = "BUSINESS"
    PERSONAL = "PERSONAL"


class AccountIdScheme(str, Enum):
    IBAN = "IBAN"
    ACNR = "ACNR"
    CUID = "CUID"
    UPIC = "UPIC"
    SCAN = "SCAN"


class ChallengeFactorType(str, Enum):
    SMS = "SMS"
    EMAIL = "EMAIL"
    VOICE = "VOICE"
    SECURITY_QUESTIONS = "SECURITY_QUESTIONS"
    AUTHENTICATOR_TOKEN = "AUTHENTICATOR_TOKEN"


class ChallengeState(str, Enum):
    STARTED = "STARTED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"
    VERIFIED = "VERIFIED"
    UNKNOWN = "UNKNOWN"


class IdentityDocumentType(str, Enum):
    LICENSE = "LICENSE"
    PASSPORT = "PASSPORT"


class VerificationDetailResult(str, Enum):
    PASS = "PASS"
    INFO = "INFO"
    WARN = "WARN"
    FAIL = "FAIL"
