/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** One attribute to write. */
export type AccountAttributeInput = {
  /** The reason for the change as free text; at most 4000 characters. */
  explanation?: string | null | undefined;
  /** The names of the members to clear, at most 100, each at most 255 characters. Empty names are dropped. */
  fieldsToNull?: Array<string> | null | undefined;
  /** The name of the attribute, such as `LineOfCreditAccountNumber`; 1 to 255 characters. */
  name: string;
  /** The value as text, also for numbers and booleans; at most 4000 characters. */
  value: string;
};

/** The states of an accepted write of account attributes. */
export type AccountAttributesJobStatus =
  /** The write is executed. */
  | 'COMPLETED'
  /** The write failed; `errors` states why. */
  | 'FAILED'
  /** The write is accepted and not yet executed, or SEI reports a status that this schema does not know. */
  | 'PENDING'
  /** For a day SEI reported only statuses that this schema does not know, or did not find the job. Check the account at SEI. */
  | 'UNKNOWN';

/** The schemes of account ids. */
export type AccountIdScheme =
  /** An account number that is unique only within its `holdingEntity`. */
  | 'ACNR'
  /** A CHIPS universal identifier. */
  | 'CUID'
  /** An international bank account number (ISO 13616). */
  | 'IBAN'
  /** A UK sort code (6 digits) and account number (8 digits). */
  | 'SCAN'
  /** A universal payment identification code (USA). */
  | 'UPIC';

/** One row of a job: an account, and the reference by which the client knows it. */
export type AccountOfJobInput = {
  /** The account and the expected holder. */
  account: AccountToVerifyInput;
  /** The client's own reference of the row, unique within the job; 1 to 255 characters. */
  clientReference: string;
};

/** The roles to change: true grants, false removes, an omitted role is unchanged. Null is refused. */
export type AccountRolesInput = {
  /** True when the customer is an account holder. */
  basic?: boolean | null | undefined;
  /** True when the customer may view the account and pay bills from it. */
  billPay?: boolean | null | undefined;
  /** True when the customer has the roles that the institution grants by default for this kind of account. */
  default?: boolean | null | undefined;
  /** True when the customer may draw on the loan or credit card; for loans and credit cards only. */
  loanAdvance?: boolean | null | undefined;
  /** True when the customer may see the balance and the history. */
  view?: boolean | null | undefined;
};

/** The status of an account at the account-holding bank. */
export type AccountStatus =
  /** The account is open and can receive payments. */
  | 'ACTIVE'
  /** The account is closed. */
  | 'CLOSED'
  /** The account must not be verified, for example because the holder opted out. */
  | 'FORBIDDEN'
  /** The account is inactive or dormant. */
  | 'INACTIVE'
  /** The account does not exist at the bank. */
  | 'NOT_FOUND'
  /** The bank cannot determine the status. */
  | 'UNABLE_TO_MATCH';

/** An account and its expected holder. */
export type AccountToVerifyInput = {
  /** The expected names of the account holders, 1 to 20, instead of `name`. One holder of a joint account is enough. At most 150 characters in total, including separators. */
  holders?: Array<HolderNameInput> | null | undefined;
  /** The account-holding bank; required with the scheme `ACNR`. */
  holdingEntity?: HoldingEntityInput | null | undefined;
  /** The account id in the form of its scheme: an IBAN for `IBAN`, 14 digits for `SCAN`, otherwise 1 to 64 characters. */
  id: string;
  /** The scheme of the account id. */
  idScheme: AccountIdScheme;
  /** The expected identifiers of the holder, at most 20; required for `ID`. */
  identities?: Array<IdentityInput> | null | undefined;
  /** The expected name of the holder; 1 to 150 characters. The format is `Last,First,Middle,Honorific` or `,,,Full Name`; several holders are separated by `;`. One holder of a joint account is enough. */
  name?: string | null | undefined;
  /** A roll number, card number or other name of a part of the account; 1 to 255 characters. */
  secondaryId?: string | null | undefined;
  /** The kind of holder. UK banks compare it too. */
  type?: PayeeAccountType | null | undefined;
};

/** The states of a job of account verifications. */
export type AccountVerificationJobState =
  /** Every row has its outcome. */
  | 'COMPLETED'
  /** Some rows have no outcome yet. Query `accountVerifications` again from `nextPollAt` on. */
  | 'RUNNING';

/** The states of one row of a job. */
export type AccountVerificationState =
  /** The bank has answered: see `result`. */
  | 'COMPLETED'
  /** There is no answer: see `error`. */
  | 'FAILED'
  /** The bank answers later. */
  | 'PENDING'
  /** The row waits, or its bank is being asked. */
  | 'QUEUED';

/** The kinds of verification. The account-holding bank decides which of them it supports. */
export type AccountVerificationType =
  /** The identifiers of the holder; requires `account.identities`. */
  | 'ID'
  /** The name of the holder; requires the expected name. */
  | 'NAME'
  /** The status of the account. */
  | 'STATUS';

/** A KYC check of a customer. */
export type AddKycCheckInput = {
  /** The bank's id at the Open Bank Project; the configured bank when omitted. */
  bankId?: string | null | undefined;
  /** The comments of the staff member; at most 2000 characters. */
  comments: string;
  /** The customer's id at the Open Bank Project. */
  customerId: string;
  /** The customer number to record; at most 50 characters. The Open Bank Project does not compare it with the customer. */
  customerNumber: string;
  /** The time of the check, in whole seconds. */
  date?: string | null | undefined;
  /** The method of the check as free text, such as `online_meeting`; at most 32 characters. */
  how?: string | null | undefined;
  /** The id of the record for repeats, 1 to 44 letters, digits and `._:-`: the same id for the same customer is the same record. The id that the Open Bank Project stores may differ; use the returned one. Generated when omitted. */
  id?: string | null | undefined;
  /** The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`. */
  idempotencyKey?: string | null | undefined;
  /** True when the customer passed the check. */
  satisfied: boolean;
  /** The name of the staff member who did the check; at most 64 characters. */
  staffName: string;
  /** The id of the user who did the check; at most 64 characters. */
  staffUserId: string;
};

/** An identity document of a customer. */
export type AddKycDocumentInput = {
  /** The bank's id at the Open Bank Project; the configured bank when omitted. */
  bankId?: string | null | undefined;
  /** The customer's id at the Open Bank Project. */
  customerId: string;
  /** The customer number to record; at most 50 characters. The Open Bank Project does not compare it with the customer. */
  customerNumber: string;
  /** The time of expiry, in whole seconds. */
  expiryDate: string;
  /** The id of the record for repeats, 1 to 44 letters, digits and `._:-`: the same id for the same customer is the same record. The id that the Open Bank Project stores may differ; use the returned one. Generated when omitted. */
  id?: string | null | undefined;
  /** The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`. */
  idempotencyKey?: string | null | undefined;
  /** The time of issue, in whole seconds. */
  issueDate: string;
  /** The place of issue; at most 512 characters. */
  issuePlace: string;
  /** The number of the document; at most 50 characters. */
  number?: string | null | undefined;
  /** The kind of document as free text, such as `passport`; at most 50 characters. */
  type?: string | null | undefined;
};

/** The URL of a recording or image for a check or document. */
export type AddKycMediaInput = {
  /** The bank's id at the Open Bank Project; the configured bank when omitted. */
  bankId?: string | null | undefined;
  /** The customer's id at the Open Bank Project. */
  customerId: string;
  /** The customer number to record; at most 44 characters. The Open Bank Project does not compare it with the customer. */
  customerNumber: string;
  /** The time of the recording, in whole seconds. */
  date?: string | null | undefined;
  /** The id of the record for repeats, 1 to 44 letters, digits and `._:-`: the same id for the same customer is the same record. The id that the Open Bank Project stores may differ; use the returned one. Generated when omitted. */
  id?: string | null | undefined;
  /** The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`. */
  idempotencyKey?: string | null | undefined;
  /** The id of the related check; at most 255 characters, empty for none. */
  relatesToKycCheckId?: string | null | undefined;
  /** The id of the related document; at most 255 characters, empty for none. */
  relatesToKycDocumentId?: string | null | undefined;
  /** The kind of media as free text, such as `image`; at most 50 characters. */
  type?: string | null | undefined;
  /** The URL of the media; at most 255 characters. The Open Bank Project stores only the URL. */
  url?: string | null | undefined;
};

/** The bank's KYC decision on a customer; it replaces the previous one. */
export type AddKycStatusInput = {
  /** The bank's id at the Open Bank Project; the configured bank when omitted. */
  bankId?: string | null | undefined;
  /** The customer's id at the Open Bank Project. */
  customerId: string;
  /** The customer number to record; at most 64 characters. The Open Bank Project does not compare it with the customer. */
  customerNumber: string;
  /** The time of the decision, in whole seconds. */
  date: string;
  /** The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`. */
  idempotencyKey?: string | null | undefined;
  /** True when the bank accepts the customer's KYC. */
  ok: boolean;
};

/** An identifier to add to a person. */
export type AddPersonalIdInput = {
  /** The ISO 3166-1 alpha-2 code of the issuing country; implied for SSN, ITIN and SIN, required for a passport. */
  countryCode?: string | null | undefined;
  /** The date of expiry. */
  expiryDate?: string | null | undefined;
  /** The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`. */
  idempotencyKey?: string | null | undefined;
  /** The identifier, as issued; 1 to 64 characters. It is sent to Synctera and never stored. */
  identifier: string;
  /** The date of issue. */
  issueDate?: string | null | undefined;
  /** The person's id at Synctera, a UUID. */
  personId: string;
  /** The kind of identifier. It cannot be changed later. */
  type: PersonalIdType;
};

/** The declared type of an attribute value. The Open Bank Project does not check values against it. */
export type AttributeType =
  /** The value is a calendar date. */
  | 'DATE_WITH_DAY'
  /** The value is a floating-point number. */
  | 'DOUBLE'
  /** The value is a whole number. */
  | 'INTEGER'
  /** The value is text. */
  | 'STRING';

/** The states of a ban for fraud. */
export type BanStatus =
  /** The person is not banned. */
  | 'ALLOWED'
  /** The person is banned by Synctera's rules. Only Synctera sets and removes this status. */
  | 'BANNED'
  /** The person is suspended by the integrator. Setting it requires a `note`. */
  | 'SUSPENDED';

/** An account at the financial institution. */
export type BankingAccountInput = {
  /** The account part of the MICR line, 2 to 17 digits; credit unions need it to process payments. */
  accountMicrNumber?: string | null | undefined;
  /** The account number: 1 to 32 letters, digits, spaces, dashes and dots, all significant. */
  accountNumber: string;
  /** The id of the account at Apiture, when known: 6 to 48 letters, digits and `-_:.~$`. */
  id?: string | null | undefined;
  /** The customer's own name for the account; at most 50 characters. */
  nickname?: string | null | undefined;
  /** The institution's product code, such as `DDA_01`; 1 to 16 characters. */
  productCode: string;
  /** The kind of account. */
  productType?: BankingProductType | null | undefined;
};

/** The kinds of banking account. */
export type BankingProductType =
  /** A certificate of deposit. */
  | 'CD'
  /** A checking account. */
  | 'CHECKING'
  /** A credit card account. */
  | 'CREDIT_CARD'
  /** A health savings account. */
  | 'HEALTH_SAVINGS'
  /** An individual retirement account. */
  | 'IRA'
  /** A loan. */
  | 'LOAN'
  /** A money market account. */
  | 'MONEY_MARKET'
  /** A savings account. */
  | 'SAVINGS';

/** The kinds of factor of an identity challenge. */
export type ChallengeFactorType =
  /** A code of an authenticator app or device. */
  | 'AUTHENTICATOR_TOKEN'
  /** A code by e-mail. */
  | 'EMAIL'
  /** Answers to security questions. */
  | 'SECURITY_QUESTIONS'
  /** A code by text message. */
  | 'SMS'
  /** A code by voice call. */
  | 'VOICE';

/** The states of a factor of an identity challenge. */
export type ChallengeState =
  /** The code or the challenge has expired. Start the factor again, or ask for a new challenge. */
  | 'EXPIRED'
  /** The code or an answer was wrong. The customer may try again while attempts are left. */
  | 'REJECTED'
  /** The factor is started: the customer has been sent a code, or may answer the questions. */
  | 'STARTED'
  /** Apiture returned no state that this schema knows; `stateRaw` has its word. Nothing is verified: start the factor again, or ask for a new challenge. */
  | 'UNKNOWN'
  /** The customer has proved who they are. Send `setAccountEntitlements` again as it was. */
  | 'VERIFIED';

/** The members of a personal identifier to correct; omitted members are unchanged. Synctera cannot clear a value, so null is refused, and it cannot change the kind: delete the identifier and add another one. */
export type CorrectPersonalIdInput = {
  /** The ISO 3166-1 alpha-2 code of the issuing country. */
  countryCode?: string | null | undefined;
  /** The date of expiry. */
  expiryDate?: string | null | undefined;
  /** The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`. */
  idempotencyKey?: string | null | undefined;
  /** The identifier, as issued; 1 to 64 characters. It is sent to Synctera and never stored. */
  identifier?: string | null | undefined;
  /** The date of issue. */
  issueDate?: string | null | undefined;
  /** The person's id at Synctera, a UUID. */
  personId: string;
  /** The identifier's id at Synctera, a UUID; it must be one of this person's. */
  personalIdId: string;
};

/** A new customer. Omitted details are stored empty. */
export type CreateCustomerInput = {
  /** The bank's id at the Open Bank Project; the configured bank when omitted. */
  bankId?: string | null | undefined;
  /** The id of the branch of the customer; at most 255 characters. The Open Bank Project does not check that the branch exists. */
  branchId?: string | null | undefined;
  /** The credit limit. */
  creditLimit?: MonetaryAmountInput | null | undefined;
  /** The credit rating. */
  creditRating?: CreditRatingInput | null | undefined;
  /** The date of birth, from 1900-01-01 to yesterday. */
  dateOfBirth: string;
  /** The date of birth of each dependant, at most 100, from 1900-01-01 to yesterday. Their number becomes `dependants`. */
  datesOfBirthOfDependants?: Array<string> | null | undefined;
  /** The e-mail address, stored in lower case; at most 200 characters. */
  email: string;
  /** The employment status as free text, such as `worker`; at most 32 characters. */
  employmentStatus: string;
  /** The portrait of the customer. */
  faceImage?: FaceImageInput | null | undefined;
  /** The highest education as free text, such as `Master`; at most 32 characters. */
  highestEducationAttained: string;
  /** The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`. */
  idempotencyKey?: string | null | undefined;
  /** The bank's KYC flag. The value true requires the scope `kyc:write`. */
  kycStatus: boolean;
  /** The time at which the bank last confirmed the customer data, in whole seconds. */
  lastOkDate: string;
  /** The full legal name; 1 to 255 characters. */
  legalName: string;
  /** The mobile phone number, in any format; 1 to 50 characters. */
  mobilePhoneNumber: string;
  /** The suffix of the name, such as `Jr.`; at most 255 characters, empty for none. */
  nameSuffix?: string | null | undefined;
  /** The relationship status as free text, such as `single`; at most 16 characters. */
  relationshipStatus: string;
  /** The form of address, such as `Dr.`; at most 255 characters, empty for none. */
  title?: string | null | undefined;
};

/** A person to create. */
export type CreatePersonInput = {
  /** The ban status of the person. `BANNED` is refused, because only Synctera sets it. */
  banStatus?: BanStatus | null | undefined;
  /** The name that the person prefers; 1 to 255 characters. */
  chosenName?: string | null | undefined;
  /** The date of birth, from 1900-01-01 to yesterday. */
  dateOfBirth?: string | null | undefined;
  /** The e-mail address; at most 254 characters. */
  email?: string | null | undefined;
  /** The first name; 1 to 255 characters. */
  firstName?: string | null | undefined;
  /** The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`. */
  idempotencyKey?: string | null | undefined;
  /** True when the person has a direct relationship with the bank or fintech. It must be true for a person with an account. */
  isCustomer: boolean;
  /** The last name; 1 to 255 characters. */
  lastName?: string | null | undefined;
  /** The legal address. */
  legalAddress?: PersonAddressInput | null | undefined;
  /** The integrator's custom data; not for sensitive data. */
  metadata?: Record<string, unknown> | null | undefined;
  /** The middle name; 1 to 255 characters. */
  middleName?: string | null | undefined;
  /** The reason for the ban status, 1 to 2000 characters; required with `SUSPENDED`. */
  note?: string | null | undefined;
  /** The identifiers of the person, at most 20. */
  personalIds?: Array<PersonalIdInput> | null | undefined;
  /** The phone number in E.164 format, such as `+14155550100`. */
  phoneNumber?: string | null | undefined;
  /** The shipping address; the legal address when omitted and none is stored. */
  shippingAddress?: PersonAddressInput | null | undefined;
  /** The social security number, `NNN-NN-NNNN`. It is sent to Synctera and never stored. */
  ssn?: string | null | undefined;
  /** The status of the person. */
  status: PersonStatus;
  /** The name of the Synctera workspace, when there are several: 1 to 64 letters, digits, `_` and `-`. */
  tenant?: string | null | undefined;
};

/** The webhook endpoint to create. */
export type CreateWebhookEndpointInput = {
  /** The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`. */
  idempotencyKey?: string | null | undefined;
  /** The types of events to deliver, each once. */
  types: Array<WebhookEventType>;
  /** The address: `https`, without credentials and fragment, at most 2,000 characters, on the default port or one from 1024. Its host must have public addresses only. */
  url: string;
};

/** An assessment of a customer's creditworthiness. */
export type CreditRatingInput = {
  /** The rating, in the notation of its source; 1 to 100 characters. */
  rating: string;
  /** The agency or person that gave the rating; 1 to 100 characters. */
  source: string;
};

/** Limits a list of customers by `lastOkDate` and sets its order. */
export type CustomerFilter = {
  /** The earliest `lastOkDate`, inclusive. */
  lastOkFrom?: string | null | undefined;
  /** The latest `lastOkDate`, inclusive. */
  lastOkTo?: string | null | undefined;
  /** The order by `lastOkDate`; newest first when omitted. */
  sortDirection?: CustomerSortDirection | null | undefined;
};

/** The directions of a sort order. */
export type CustomerSortDirection =
  /** Ascending: smallest or oldest first. */
  | 'ASC'
  /** Descending: largest or newest first. */
  | 'DESC';

/** A personal identifier to delete. */
export type DeletePersonalIdInput = {
  /** The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`. */
  idempotencyKey?: string | null | undefined;
  /** The person's id at Synctera, a UUID. */
  personId: string;
  /** The identifier's id at Synctera, a UUID; it must be one of this person's. */
  personalIdId: string;
};

/** The ways in which a person met a disclosed document. */
export type DisclosureEventType =
  /** The person confirmed that they have read and accepted the document. */
  | 'ACKNOWLEDGED'
  /** The document was visible, and the person did not interact with it. */
  | 'DISPLAYED'
  /** The person saw the whole document, for example by scrolling to its end. */
  | 'VIEWED';

/** The regulatory requirements for which a document is disclosed to a person. */
export type DisclosureType =
  /** The consent to electronic debits and credits by ACH (USA). */
  | 'ACH_AUTHORIZATION'
  /** The terms of a card. */
  | 'CARDHOLDER_AGREEMENT'
  /** The prescribed terms of a card, shown beside its agreement (Canada). */
  | 'CARD_DISCLOSURE'
  /** The authorization of Synctera to debit and credit the settlement account by ACH (USA). */
  | 'DIRECT_BILLING_AUTHORIZATION'
  /** The consent to receive documents electronically. */
  | 'E_SIGN'
  /** The notice that personal data is collected and compared with external data; made before a check. */
  | 'KYC_DATA_COLLECTION'
  /** The certification that the beneficial owners of a business are entered correctly. */
  | 'OWNER_CERTIFICATION'
  /** The authorization of pre-authorized debits (Canada). */
  | 'PAD_AUTHORIZATION'
  /** The notice of what is done with personal data, and with whom it is shared. */
  | 'PRIVACY_NOTICE'
  /** The availability of deposited funds (Regulation CC, USA). */
  | 'REG_CC'
  /** The terms of a deposit account (Regulation DD, USA). */
  | 'REG_DD'
  /** The rights in electronic transactions (Regulation E, USA). */
  | 'REG_E'
  /** The terms of a smart card account (USA). */
  | 'SC_ACCOUNT_AGREEMENT'
  /** The terms of automatic repayment of a smart card (USA). */
  | 'SC_AUTO_PAYMENT'
  /** The terms of a smart card security account (USA). */
  | 'SC_SECURITY_AGREEMENT'
  /** The agreement on the product, its fees and its rules. */
  | 'TERMS_AND_CONDITIONS';

/** A subscription to end. */
export type EndMonitoringInput = {
  /** The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`. */
  idempotencyKey?: string | null | undefined;
  /** The subscription's id at Synctera, a UUID. */
  subscriptionId: string;
};

/** A portrait of a customer. */
export type FaceImageInput = {
  /** The time at which the image was taken, in whole seconds. */
  date: string;
  /** The URL of the image; 1 to 2000 characters. */
  url: string;
};

/** The name of one account holder: exactly one member must be set. */
export type HolderNameInput = {
  /** The full name of a person or an organisation, without commas and semicolons; 1 to 150 characters. */
  fullName?: string | null | undefined;
  /** The parts of a natural person's name. */
  parts?: HolderNamePartsInput | null | undefined;
};

/** The parts of a natural person's name. */
export type HolderNamePartsInput = {
  /** The first name; 1 to 150 characters. */
  firstName: string;
  /** The honorific, such as `Mr` or `Dr`; 1 to 150 characters. */
  honorific?: string | null | undefined;
  /** The last name; 1 to 150 characters. */
  lastName: string;
  /** The middle name; 1 to 150 characters. */
  middleName?: string | null | undefined;
};

/** An account-holding bank. */
export type HoldingEntityInput = {
  /** The kind of `value`: `BICFI`, `INFSC` (India), `USPID` or `USABA` (USA); 1 to 64 characters. */
  type: string;
  /** The identifier of the bank; 1 to 64 characters. */
  value: string;
};

/** The kinds of identity document that a document verification session may ask for. */
export type IdentityDocumentType =
  /** A driver's licence. */
  | 'LICENSE'
  /** A passport. */
  | 'PASSPORT';

/** An expected identifier of the account holder. */
export type IdentityInput = {
  /** The kind of identifier, such as `CRN`, `TXID` or `DUNS`; 1 to 64 characters. */
  type: string;
  /** The identifier; 1 to 255 characters. */
  value: string;
};

/** The providers behind this graph. */
export type KycProvider =
  /** Apiture: account entitlements. */
  | 'APITURE'
  /** Banfico: account verification. */
  | 'BANFICO'
  /** Open Bank Project: customers, KYC records and onboarding. */
  | 'OPEN_BANK_PROJECT'
  /** SEI: account attributes. */
  | 'SEI'
  /** Synctera: persons and KYC verification. */
  | 'SYNCTERA';

/** What a review desk does next with a person. */
export type KycReviewAction =
  /** All checks are done: a human decides on the findings, and records it (`recordPersonVerification`). */
  | 'DECIDE'
  /** The identity is in doubt and no document was checked: ask for one (`startDocumentVerification`). */
  | 'REQUEST_DOCUMENT'
  /** A watch list has possible matches: compare them with the person, and record the decision (`recordPersonVerification`). */
  | 'REVIEW_MATCHES'
  /** A check is missing, or its vendor failed: run the checks (`verifyPerson`). */
  | 'RUN_CHECKS'
  /** A check is in progress. Its outcome comes by itself. */
  | 'WAIT';

/** The links to set: an omitted link is unchanged, null removes it. */
export type LinkCustomerInput = {
  /** The bank's id at the Open Bank Project; the configured bank when omitted. */
  bankId?: string | null | undefined;
  /** The id of a banking customer at Apiture: 6 to 48 letters, digits and `-_:.~$`. */
  bankingCustomerId?: string | null | undefined;
  /** The customer's id at the Open Bank Project. */
  customerId: string;
  /** The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`. */
  idempotencyKey?: string | null | undefined;
  /** The id of an existing person at Synctera, a UUID. Requires the scope `persons:read`. */
  personId?: string | null | undefined;
  /** The external id of an account at SEI; 1 to 255 characters. */
  seiExternalId?: string | null | undefined;
};

/** An amount of money. The amount is decimal text, never a floating-point number. */
export type MonetaryAmountInput = {
  /** The amount in decimal notation, such as `1000.00`: at most 64 digits before and 32 digits after the point. */
  amount: string;
  /** The ISO 4217 currency code, such as `EUR`. */
  currency: string;
};

/** The statuses of a monitoring alert. */
export type MonitoringAlertStatus =
  /** The alert is open and is to be investigated. */
  | 'ACTIVE'
  /** The alert is a false positive, was dismissed, or has been investigated. */
  | 'SUPPRESSED';

/** The kinds of monitoring alert. */
export type MonitoringAlertType =
  /** The customer filed for bankruptcy. */
  | 'BANKRUPTCY'
  /** A license of the customer is no longer valid. */
  | 'LICENSE_VALIDITY'
  /** The customer was mentioned in negative news. */
  | 'NEGATIVE_NEWS'
  /** The customer was added to a known watchlist. */
  | 'WATCHLIST';

/** The result of comparing a name with the account holder's name. */
export type NameCheckStatus =
  /** The name matches. */
  | 'FULL_MATCH'
  /** The name does not match. */
  | 'NO_MATCH'
  /** The name is similar, or the kind of account differs. `respondedName` may contain the right name. */
  | 'PARTIAL_MATCH'
  /** The name was not compared. This is no statement about the name. */
  | 'UNABLE_TO_MATCH';

/** The kinds of account holder. */
export type PayeeAccountType =
  /** The holder is an organisation. */
  | 'BUSINESS'
  /** The holder is a natural person. */
  | 'PERSONAL';

/** A postal address of a person. */
export type PersonAddressInput = {
  /** The city; at most 255 characters. */
  city?: string | null | undefined;
  /** The ISO 3166-1 alpha-2 country code, such as `US`. */
  countryCode: string;
  /** The first line: street and number; 1 to 255 characters. */
  line1: string;
  /** The second line; at most 255 characters. */
  line2?: string | null | undefined;
  /** The postal code; at most 16 characters. */
  postalCode?: string | null | undefined;
  /** The ISO 3166-2 subdivision code without the country, such as `NY`. */
  state?: string | null | undefined;
};

/** Limits a list of persons; all given members must match exactly. The characters `*` and `%` are refused. */
export type PersonFilter = {
  /** The values of `banStatus` of which the persons must have one; 1 to 3, each once. Requires the scope `pii:read`. */
  banStatuses?: Array<BanStatus> | null | undefined;
  /** The date of birth, from 1900-01-01 to yesterday. Requires the scope `pii:read`. */
  dateOfBirth?: string | null | undefined;
  /** The e-mail address; 1 to 255 characters. Requires the scope `pii:read`. */
  email?: string | null | undefined;
  /** The first or chosen name; 1 to 255 characters. Requires the scope `pii:read`. */
  firstName?: string | null | undefined;
  /** The value of `hasAccounts` that the persons must have. */
  hasAccounts?: boolean | null | undefined;
  /** The ids of the persons, UUIDs; at most 100, each once. */
  ids?: Array<string> | null | undefined;
  /** The value of `isCustomer` that the persons must have. */
  isCustomer?: boolean | null | undefined;
  /** The last name; 1 to 255 characters. Requires the scope `pii:read`. */
  lastName?: string | null | undefined;
  /** The phone number in E.164 format, such as `+14155550100`. Requires the scope `pii:read`. */
  phoneNumber?: string | null | undefined;
  /** The last four digits of the social security number. Requires the scope `pii:read`. */
  ssnLast4?: string | null | undefined;
  /** The status that the persons must have. Requires the scope `pii:read`. */
  status?: PersonStatus | null | undefined;
  /** The values of `verificationStatus` of which the persons must have one; 1 to 6, each once. */
  verificationStatuses?: Array<VerificationStatus> | null | undefined;
};

/** The status of a person, as the integrator sets it. */
export type PersonStatus =
  /** The person is an active customer. */
  | 'ACTIVE'
  /** The person has died. */
  | 'DECEASED'
  /** The person was refused as a customer. */
  | 'DENIED'
  /** The person has not been active for a long time. */
  | 'DORMANT'
  /** The property of the person passes to the state. */
  | 'ESCHEAT'
  /** The actions of the person are blocked. */
  | 'FROZEN'
  /** The person is no longer active. */
  | 'INACTIVE'
  /** The person may become a customer. */
  | 'PROSPECT'
  /** The person is on a sanctions list. */
  | 'SANCTION';

/** Limits the verifications of a person; all given members must match. */
export type PersonVerificationFilter = {
  /** The outcomes, at most 7, each once; all outcomes when omitted. Requires the scope `pii:read`. */
  outcomes?: Array<PersonVerificationOutcome> | null | undefined;
  /** The kinds of check, at most 6, each once; all kinds when omitted. */
  types?: Array<PersonVerificationType> | null | undefined;
};

/** The outcomes of one check of a person. */
export type PersonVerificationOutcome =
  /** The check is passed. */
  | 'ACCEPTED'
  /** The check is in progress. */
  | 'PENDING'
  /** The check is passed in part, or with restrictions. */
  | 'PROVISIONAL'
  /** The check is failed. */
  | 'REJECTED'
  /** The check found something that a human must review. */
  | 'REVIEW'
  /** The check is not complete. */
  | 'UNVERIFIED'
  /** The vendor of the check failed. This outcome is no statement about the person. */
  | 'VENDOR_ERROR';

/** The kinds of check of a person. */
export type PersonVerificationType =
  /** A check of an identity document. */
  | 'DOCUMENT_VERIFICATION'
  /** A check of the identity data. */
  | 'IDENTITY'
  /** A check of a licence. */
  | 'LICENSE'
  /** A decision by a human; it overrides the other checks. */
  | 'MANUAL_REVIEW'
  /** A check of the persons and businesses that are related to the person. */
  | 'RELATED_ENTITIES'
  /** A search of sanctions and watch lists. */
  | 'WATCHLIST';

/** An identifier that a state or agency issued to a person. */
export type PersonalIdInput = {
  /** The ISO 3166-1 alpha-2 code of the issuing country; implied for SSN, ITIN and SIN, required for a passport. */
  countryCode?: string | null | undefined;
  /** The date of expiry. */
  expiryDate?: string | null | undefined;
  /** The identifier, as issued; 1 to 64 characters. */
  identifier: string;
  /** The date of issue. */
  issueDate?: string | null | undefined;
  /** The kind of identifier. */
  type: PersonalIdType;
};

/** The kinds of personal identifier. */
export type PersonalIdType =
  /** A citizenship card number. */
  | 'CITIZENSHIP_CARD'
  /** A driver's licence number. */
  | 'DRIVER_LICENSE'
  /** An individual taxpayer identification number (USA). */
  | 'ITIN'
  /** A national identity number. */
  | 'NATIONAL_ID'
  /** A passport number. */
  | 'PASSPORT_NUMBER'
  /** An identity card number of a province. */
  | 'PROVINCIAL_ID'
  /** A permanent resident card number. */
  | 'PR_CARD'
  /** A secure certificate of Indian status number (Canada). */
  | 'SECURE_STATUS_CARD'
  /** A social insurance number (Canada). */
  | 'SIN'
  /** A social security number (USA). */
  | 'SSN'
  /** An identity card number of a state. */
  | 'STATE_ID'
  /** A tax identification number. */
  | 'TAX_ID';

/** A disclosure to record. */
export type RecordDisclosureInput = {
  /** The id at Synctera of the person who acknowledged in place of this one, a UUID; required with `OWNER_CERTIFICATION`. Requires the scope `persons:write`. */
  acknowledgingPersonId?: string | null | undefined;
  /** The time of the disclosure; the time of this call when omitted. Requires the scope `persons:write`. */
  disclosedAt?: string | null | undefined;
  /** What the person did with the document. */
  eventType: DisclosureEventType;
  /** The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`. */
  idempotencyKey?: string | null | undefined;
  /** The person's id at Synctera, a UUID. */
  personId: string;
  /** The requirement for which the document was disclosed. */
  type: DisclosureType;
  /** The version of the document, such as `1.0` or `v1.1`. Synctera must know a document of this type and version. */
  version: string;
};

/** The outcome of a check of a person that was made outside Synctera. */
export type RecordPersonVerificationInput = {
  /** The findings, at most 20. */
  details?: Array<VerificationDetailInput> | null | undefined;
  /** The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`. */
  idempotencyKey?: string | null | undefined;
  /** The person's id at Synctera, a UUID. */
  personId: string;
  /** The outcome of the check. */
  result: PersonVerificationOutcome;
  /** The kind of check. `MANUAL_REVIEW` overrides the other checks. */
  type: PersonVerificationType;
  /** The name of the vendor that made the check, such as `SOCURE`: 1 to 64 letters, digits, `_` and `-`. */
  vendor?: string | null | undefined;
  /** The time at which the check was complete. */
  verifiedAt: string;
};

/** The answer to one security question. */
export type SecurityAnswerInput = {
  /** The customer's answer, 1 to 200 characters. It is passed on and never kept. */
  answer: string;
  /** The `questionId` of the question. */
  questionId: string;
};

/** The attributes to write for one account. */
export type SetAccountAttributesInput = {
  /** The attributes, 1 to 100, with distinct names. */
  attributes: Array<AccountAttributeInput>;
  /** The external id of the account, which the institution shares with SEI; 1 to 255 characters. */
  externalId: string;
  /** The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`. */
  idempotencyKey?: string | null | undefined;
};

/** The entitlements to set, equally for all listed accounts. */
export type SetAccountEntitlementsInput = {
  /** The accounts, 1 to 16, with distinct account numbers. Apiture creates accounts that only the banking core knows. */
  accounts: Array<BankingAccountInput>;
  /** The id of a banking customer at Apiture who is enabled for digital banking: 6 to 48 letters, digits and `-_:.~$`. */
  bankingCustomerId: string;
  /** The token of an identity challenge that the customer completed at Apiture itself, 8 to 255 characters, sent in the `Challenge` header. Leave it out after `verifyChallengeFactor`: this server then has the token. A repeat with the same `idempotencyKey` may have another token. */
  challengeToken?: string | null | undefined;
  /** True when the customer accepts other documents in electronic form for all listed accounts. */
  electronicDocumentElection: boolean;
  /** True when the customer accepts electronic statements for all listed accounts. */
  electronicStatementElection: boolean;
  /** The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`. */
  idempotencyKey?: string | null | undefined;
  /** The roles to grant and to remove. */
  roles: AccountRolesInput;
};

/** The status to give to a monitoring alert. */
export type SetMonitoringAlertStatusInput = {
  /** The alert's id at Synctera, a UUID. */
  alertId: string;
  /** The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`. */
  idempotencyKey?: string | null | undefined;
  /** The status. */
  status: MonitoringAlertStatus;
};

/** The factor to start. */
export type StartChallengeFactorInput = {
  /** The `challengeId` of the challenge that `setAccountEntitlements` returned to the same caller. */
  challengeId: string;
  /** The `factorId` of the factor that the customer chose. */
  factorId: string;
  /** The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`. */
  idempotencyKey?: string | null | undefined;
};

/** The document verification session to start. */
export type StartDocumentVerificationInput = {
  /** The only kind of document that the person may show; any kind when omitted. */
  documentType?: IdentityDocumentType | null | undefined;
  /** The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`. */
  idempotencyKey?: string | null | undefined;
  /** The language of the session: a language tag of Synctera in capital letters, such as `ES-US`; `EN-US` when omitted. */
  language?: string | null | undefined;
  /** The person's id at Synctera, a UUID. */
  personId: string;
  /** True to send the URL to the person's phone number as a text message too. */
  sendMessage?: boolean | null | undefined;
};

/** A person to subscribe to the monitoring. */
export type SubscribeToMonitoringInput = {
  /** The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`. */
  idempotencyKey?: string | null | undefined;
  /** The person's id at Synctera, a UUID. */
  personId: string;
};

/** The outcomes that a reason code of a vendor suggests. */
export type VendorCodeOutcome =
  /** The person should be rejected. */
  | 'REJECT'
  /** A human should review the person. */
  | 'REVIEW';

/** One finding of a check that another vendor made. */
export type VerificationDetailInput = {
  /** Synctera's category of the finding, such as `CIP` or `ADDRESS`: 1 to 64 capital letters and `_`. */
  category?: string | null | undefined;
  /** The finding as a sentence; 1 to 500 characters. */
  description?: string | null | undefined;
  /** The severity of the finding. */
  result?: VerificationDetailResult | null | undefined;
  /** The vendor's score, from -1000000 to 1000000. */
  score?: number | null | undefined;
  /** The vendor's reason code: 1 to 64 letters, digits, `.`, `_` and `-`. */
  vendorCode?: string | null | undefined;
};

/** The severities of a finding. */
export type VerificationDetailResult =
  /** The finding speaks against the person. */
  | 'FAIL'
  /** The finding is information. */
  | 'INFO'
  /** The finding speaks for the person. */
  | 'PASS'
  /** The finding must be looked at. */
  | 'WARN';

/** The party on whose behalf an account is verified. */
export type VerificationInitiatorInput = {
  /** The kind of `idValue`, such as `ICQX`, `ICS` or `VAT`; 1 to 64 characters. */
  idType: string;
  /** The identifier of the party; 1 to 255 characters. */
  idValue: string;
  /** The purpose of the check, such as an invoice number, or a mandate reference that begins with `RUM-`; 1 to 255 characters. */
  reference?: string | null | undefined;
};

/** The states of an account verification. */
export type VerificationState =
  /** The bank has answered. */
  | 'COMPLETED'
  /** The bank answers later. Query `verificationResult` again from `nextPollAt` on. */
  | 'PENDING';

/** The states of the verification of a person or customer. */
export type VerificationStatus =
  /** The identity is verified. */
  | 'ACCEPTED'
  /** A check is in progress. */
  | 'PENDING'
  /** The identity is verified in part, or with restrictions. */
  | 'PROVISIONAL'
  /** The identity is refuted, or the person must not be served. */
  | 'REJECTED'
  /** A check found something that a human must review. */
  | 'REVIEW'
  /** No check is complete. */
  | 'UNVERIFIED';

/** The account to verify. */
export type VerifyAccountInput = {
  /** The account and the expected holder. */
  account: AccountToVerifyInput;
  /** The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`. */
  idempotencyKey?: string | null | undefined;
  /** The party on whose behalf the account is verified. */
  initiator?: VerificationInitiatorInput | null | undefined;
  /** The maximum age of a cached answer to the same question, in seconds, 0 to 86400; the server has a maximum of its own. The default only absorbs repeats within one user journey: use 0 before a payment is authorised. */
  maxAgeSeconds?: number | null | undefined;
  /** The kinds of verification: 1 to 3, each once. */
  types: Array<AccountVerificationType>;
};

/** The accounts to verify in one job. */
export type VerifyAccountsInput = {
  /** The rows, 1 to 100, with distinct client references. */
  accounts: Array<AccountOfJobInput>;
  /** The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`. */
  idempotencyKey?: string | null | undefined;
  /** The party on whose behalf the accounts are verified. */
  initiator?: VerificationInitiatorInput | null | undefined;
  /** The maximum age of a cached answer to the same question, in seconds, 0 to 86400, as in `verifyAccount`. */
  maxAgeSeconds?: number | null | undefined;
  /** The kinds of verification of every row: 1 to 3, each once. */
  types: Array<AccountVerificationType>;
};

/** What the customer answered: either `code` or `answers`, as the kind of the factor needs. */
export type VerifyChallengeFactorInput = {
  /** The answers to all questions of the factor, 1 to 8; for `SECURITY_QUESTIONS` only. */
  answers?: Array<SecurityAnswerInput> | null | undefined;
  /** The `challengeId` of the challenge that `setAccountEntitlements` returned to the same caller. */
  challengeId: string;
  /** The one-time code, 3 to 32 letters, digits and dashes; for every kind of factor but `SECURITY_QUESTIONS`. It is passed on and never kept. */
  code?: string | null | undefined;
  /** The `factorId` of the factor that the customer chose. */
  factorId: string;
  /** The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`. */
  idempotencyKey?: string | null | undefined;
};

/** The person to verify. */
export type VerifyPersonInput = {
  /** True when the person consented to the checks. The value false is refused, and no check is run. */
  customerConsent: boolean;
  /** The IPv4 or IPv6 address of the person. */
  customerIpAddress?: string | null | undefined;
  /** The token of a document verification session (`startDocumentVerification`), or the id at Synctera of an identity document that was captured otherwise; 1 to 4,096 characters. It is a secret. */
  documentId?: string | null | undefined;
  /** The idempotency key, 1 to 255 characters, kept for 7 days. A repeat with the same key and the same input returns the first outcome and does not write again; with another input it is refused with `IDEMPOTENCY_KEY_REUSED`. */
  idempotencyKey?: string | null | undefined;
  /** The person's id at Synctera, a UUID. */
  personId: string;
};

/** Why a webhook endpoint is disabled. */
export type WebhookDisabledReason =
  /** Every delivery has failed for five days. */
  | 'FAILING'
  /** It answered a delivery with the status 410. */
  | 'GONE'
  /** By `disableWebhookEndpoint`. */
  | 'REQUESTED';

/** The types of events that are delivered to webhook endpoints. */
export type WebhookEventType =
  /** The state of a job of account attributes changed (`accountAttributesJob`). Needs `attributes:write`. */
  | 'ACCOUNT_ATTRIBUTES_JOB'
  /** The state of a job of account verifications changed (`accountVerifications`). Needs `verifications:read`. */
  | 'ACCOUNT_VERIFICATIONS'
  /** The KYC status of a customer changed (`kycOverview`). Needs `kyc:read`. */
  | 'KYC_OVERVIEW'
  /** The state of the verification of a person changed (`personVerification`). Needs `persons:read`. */
  | 'PERSON_VERIFICATION'
  /** The state of an account verification changed (`verificationResult`). Needs `verifications:read`. */
  | 'VERIFICATION_RESULT';

export type CustomersWithPersonsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  filter?: CustomerFilter | null | undefined;
}>;


export type CustomersWithPersonsQuery = { customers: { nodes: Array<{ id: string, number: string, legalName: string | null, kycStatus: boolean, lastOkDate: string | null, person: { id: string, status: PersonStatus | null, verificationStatus: VerificationStatus | null } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type StartChallengeFactorMutationVariables = Exact<{
  input: StartChallengeFactorInput;
}>;


export type StartChallengeFactorMutation = { startChallengeFactor: { replayed: boolean, progress: { bankingCustomerId: string, challengeId: string, factorId: string, state: ChallengeState, stateRaw: string | null, attemptsLeft: number | null, expiresAt: string | null } } | null };

export type VerifyChallengeFactorMutationVariables = Exact<{
  input: VerifyChallengeFactorInput;
}>;


export type VerifyChallengeFactorMutation = { verifyChallengeFactor: { replayed: boolean, progress: { bankingCustomerId: string, challengeId: string, factorId: string, state: ChallengeState, stateRaw: string | null, attemptsLeft: number | null, expiresAt: string | null } } | null };

export type AddPersonalIdMutationVariables = Exact<{
  input: AddPersonalIdInput;
}>;


export type AddPersonalIdMutation = { addPersonalId: { replayed: boolean, personalId: { id: string, type: PersonalIdType | null, lastFour: string | null } } | null };

export type CorrectPersonalIdMutationVariables = Exact<{
  input: CorrectPersonalIdInput;
}>;


export type CorrectPersonalIdMutation = { correctPersonalId: { replayed: boolean, personalId: { id: string, type: PersonalIdType | null, lastFour: string | null } } | null };

export type DeletePersonalIdMutationVariables = Exact<{
  input: DeletePersonalIdInput;
}>;


export type DeletePersonalIdMutation = { deletePersonalId: { replayed: boolean, personalIdId: string } | null };

export type VerificationHistoryQueryVariables = Exact<{
  personId: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
  filter?: PersonVerificationFilter | null | undefined;
}>;


export type VerificationHistoryQuery = { person: { id: string, verificationHistory: { nodes: Array<{ id: string | null, type: PersonVerificationType | null, result: PersonVerificationOutcome | null, verifiedAt: string, vendor: string | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null } | null };

export type PersonVerificationByIdQueryVariables = Exact<{
  id: string;
}>;


export type PersonVerificationByIdQuery = { personVerification: { id: string | null, personId: string | null, type: PersonVerificationType | null, result: PersonVerificationOutcome | null, verifiedAt: string, vendor: string | null, details: Array<{ category: string | null, label: string | null, result: string | null, vendorCode: string | null, vendorCodeMeaning: { outcome: VendorCodeOutcome | null, meaning: string | null, source: string } | null }> } | null };

export type RecordPersonVerificationMutationVariables = Exact<{
  input: RecordPersonVerificationInput;
}>;


export type RecordPersonVerificationMutation = { recordPersonVerification: { replayed: boolean, verification: { id: string | null, type: PersonVerificationType | null, result: PersonVerificationOutcome | null, verifiedAt: string, vendor: string | null } } | null };

export type CustomerPageQueryVariables = Exact<{
  customerId: string;
}>;


export type CustomerPageQuery = { customer: { id: string, bankId: string, number: string, legalName: string | null, title: string | null, nameSuffix: string | null, email: string | null, mobilePhoneNumber: string | null, dateOfBirth: string | null, relationshipStatus: string | null, dependants: number | null, datesOfBirthOfDependants: Array<string> | null, highestEducationAttained: string | null, employmentStatus: string | null, kycStatus: boolean, lastOkDate: string | null, branchId: string | null, faceImage: { url: string | null, date: string | null } | null, creditRating: { rating: string | null, source: string | null } | null, creditLimit: { currency: string, amount: string } | null, attributes: Array<{ id: string, name: string, type: AttributeType | null, value: string }> | null, addresses: Array<{ id: string, line1: string, line2: string | null, line3: string | null, city: string | null, county: string | null, state: string | null, postcode: string | null, countryCode: string, tags: Array<string> }> | null, taxResidences: Array<{ id: string, domain: string, taxNumber: string }> | null, socialMediaHandles: Array<{ type: string | null, handle: string }> | null, userLinks: Array<{ id: string, userId: string, isActive: boolean }> | null, links: { personId: string | null, bankingCustomerId: string | null, seiExternalId: string | null } | null, kycOverview: { status: VerificationStatus, asOf: string, sources: Array<{ provider: KycProvider, status: VerificationStatus | null, detail: string | null, observedAt: string, available: boolean }> } | null, kycChecks: Array<{ id: string, date: string | null, how: string | null, staffName: string | null, satisfied: boolean, comments: string | null }> | null, kycDocuments: Array<{ id: string, type: string | null, number: string | null, issueDate: string | null, issuePlace: string | null, expiryDate: string | null, expired: boolean }> | null, kycMedia: Array<{ id: string, type: string | null, url: string | null, date: string | null, relatesToKycDocumentId: string | null, relatesToKycCheckId: string | null }> | null, kycStatuses: Array<{ ok: boolean, date: string | null }> | null, person: { id: string, firstName: string | null, lastName: string | null, status: PersonStatus | null, banStatus: BanStatus | null, verificationStatus: VerificationStatus | null, verificationLastRun: string | null, verifications: Array<{ type: PersonVerificationType | null, result: PersonVerificationOutcome | null, verifiedAt: string }> | null } | null, accountEntitlements: { confirmed: boolean, asOf: string, items: Array<{ account: { accountNumber: string, productType: BankingProductType | null, nickname: string | null }, roles: { default: boolean | null, view: boolean | null, basic: boolean | null, billPay: boolean | null, loanAdvance: boolean | null } }> } | null } | null };

export type RecordDisclosureMutationVariables = Exact<{
  input: RecordDisclosureInput;
}>;


export type RecordDisclosureMutation = { recordDisclosure: { replayed: boolean, disclosure: { id: string | null, type: DisclosureType | null, version: string, eventType: DisclosureEventType | null, disclosedAt: string } } | null };

export type PersonDisclosuresQueryVariables = Exact<{
  id: string;
}>;


export type PersonDisclosuresQuery = { person: { id: string, disclosures: Array<{ id: string | null, type: DisclosureType | null, typeRaw: string | null, version: string, eventType: DisclosureEventType | null, disclosedAt: string }> | null } | null };

export type StartDocumentVerificationMutationVariables = Exact<{
  input: StartDocumentVerificationInput;
}>;


export type StartDocumentVerificationMutation = { startDocumentVerification: { replayed: boolean, session: { token: string, url: string } } | null };

export type PersonChecksQueryVariables = Exact<{
  id: string;
}>;


export type PersonChecksQuery = { person: { id: string, verificationStatus: VerificationStatus | null, verificationLastRun: string | null, verifications: Array<{ type: PersonVerificationType | null, typeRaw: string | null, result: PersonVerificationOutcome | null, resultRaw: string | null, verifiedAt: string, details: Array<{ category: string | null, label: string | null, result: string | null, vendorCode: string | null }> }> | null } | null };

export type EntitleMutationVariables = Exact<{
  input: SetAccountEntitlementsInput;
}>;


export type EntitleMutation = { setAccountEntitlements: { replayed: boolean, entitlements: { confirmed: boolean, asOf: string, items: Array<{ account: { accountId: string | null, accountNumber: string }, roles: { default: boolean | null, view: boolean | null, basic: boolean | null, billPay: boolean | null, loanAdvance: boolean | null } }> } | null, challenge: { operationId: string, challengeId: string, factors: Array<{ factorId: string | null, type: ChallengeFactorType | null, labels: Array<string>, securityQuestions: Array<{ questionId: string, prompt: string }> | null }> } | null } | null };

export type SetAttributesMutationVariables = Exact<{
  input: SetAccountAttributesInput;
}>;


export type SetAttributesMutation = { setAccountAttributes: { replayed: boolean, job: { key: string, status: AccountAttributesJobStatus, submittedAt: string | null } } | null };

export type AttributesJobQueryVariables = Exact<{
  key: string;
}>;


export type AttributesJobQuery = { accountAttributesJob: { status: AccountAttributesJobStatus, errors: Array<{ field: string | null, location: string | null }> } | null };

export type EverythingAboutACustomerQueryVariables = Exact<{
  customerId: string;
  verificationId: string;
  jobKey: string;
}>;


export type EverythingAboutACustomerQuery = { customer: { id: string, legalName: string | null, kycStatus: boolean, attributes: Array<{ name: string, value: string }> | null, kycChecks: Array<{ id: string, how: string | null, date: string | null, satisfied: boolean }> | null, person: { id: string, verificationStatus: VerificationStatus | null, verifications: Array<{ type: PersonVerificationType | null, result: PersonVerificationOutcome | null }> | null } | null, accountEntitlements: { confirmed: boolean, items: Array<{ account: { accountNumber: string, productType: BankingProductType | null }, roles: { view: boolean | null, billPay: boolean | null } }> } | null } | null, verificationResult: { state: VerificationState, account: { status: AccountStatus | null, nameCheckStatus: NameCheckStatus | null } | null } | null, accountAttributesJob: { status: AccountAttributesJobStatus } | null };

export type KycReviewQueueQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type KycReviewQueueQuery = { customers: { nodes: Array<{ id: string, number: string, lastOkDate: string | null, kycOverview: { status: VerificationStatus, asOf: string, sources: Array<{ provider: KycProvider, status: VerificationStatus | null, detail: string | null, available: boolean }> } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type SubscribeToMonitoringMutationVariables = Exact<{
  input: SubscribeToMonitoringInput;
}>;


export type SubscribeToMonitoringMutation = { subscribeToMonitoring: { replayed: boolean, subscription: { id: string, createdAt: string | null } } | null };

export type EndMonitoringMutationVariables = Exact<{
  input: EndMonitoringInput;
}>;


export type EndMonitoringMutation = { endMonitoring: { replayed: boolean, deletedId: string } | null };

export type PersonMonitoringQueryVariables = Exact<{
  id: string;
}>;


export type PersonMonitoringQuery = { person: { id: string, monitoringSubscriptions: Array<{ id: string, createdAt: string | null }> | null, monitoringAlerts: Array<{ id: string, type: MonitoringAlertType | null, typeRaw: string | null, status: MonitoringAlertStatus | null, statusRaw: string | null, meaning: string | null, title: string | null, urls: Array<string>, vendor: string | null, createdAt: string | null, updatedAt: string | null }> | null } | null };

export type SetMonitoringAlertStatusMutationVariables = Exact<{
  input: SetMonitoringAlertStatusInput;
}>;


export type SetMonitoringAlertStatusMutation = { setMonitoringAlertStatus: { replayed: boolean, alert: { id: string, status: MonitoringAlertStatus | null } } | null };

export type CreateCustomerMutationVariables = Exact<{
  input: CreateCustomerInput;
}>;


export type CreateCustomerMutation = { createCustomer: { replayed: boolean, customer: { id: string, bankId: string, number: string } } | null };

export type AddKycDocumentMutationVariables = Exact<{
  input: AddKycDocumentInput;
}>;


export type AddKycDocumentMutation = { addKycDocument: { replayed: boolean, kycDocument: { id: string, type: string | null, expired: boolean } } | null };

export type AddKycCheckMutationVariables = Exact<{
  input: AddKycCheckInput;
}>;


export type AddKycCheckMutation = { addKycCheck: { replayed: boolean, kycCheck: { id: string, satisfied: boolean } } | null };

export type AddKycMediaMutationVariables = Exact<{
  input: AddKycMediaInput;
}>;


export type AddKycMediaMutation = { addKycMedia: { replayed: boolean, kycMedia: { id: string, relatesToKycDocumentId: string | null, relatesToKycCheckId: string | null } } | null };

export type AddKycStatusMutationVariables = Exact<{
  input: AddKycStatusInput;
}>;


export type AddKycStatusMutation = { addKycStatus: { replayed: boolean, kycStatus: { ok: boolean, date: string | null } } | null };

export type CreatePersonMutationVariables = Exact<{
  input: CreatePersonInput;
}>;


export type CreatePersonMutation = { createPerson: { replayed: boolean, person: { id: string, status: PersonStatus | null, verificationStatus: VerificationStatus | null } } | null };

export type VerifyPersonMutationVariables = Exact<{
  input: VerifyPersonInput;
}>;


export type VerifyPersonMutation = { verifyPerson: { replayed: boolean, verification: { status: VerificationStatus | null, results: Array<{ type: PersonVerificationType | null, result: PersonVerificationOutcome | null }> } } | null };

export type LinkCustomerMutationVariables = Exact<{
  input: LinkCustomerInput;
}>;


export type LinkCustomerMutation = { linkCustomer: { replayed: boolean, customer: { id: string, links: { personId: string | null, bankingCustomerId: string | null, seiExternalId: string | null } | null } } | null };

export type OnboardedQueryVariables = Exact<{
  customerId: string;
}>;


export type OnboardedQuery = { customer: { id: string, number: string, kycOverview: { status: VerificationStatus, asOf: string, sources: Array<{ provider: KycProvider, status: VerificationStatus | null, detail: string | null, available: boolean }> } | null, accountEntitlements: { confirmed: boolean, asOf: string, items: Array<{ account: { accountNumber: string }, roles: { default: boolean | null, view: boolean | null, basic: boolean | null, billPay: boolean | null, loanAdvance: boolean | null } }> } | null } | null };

export type CreateWebhookEndpointMutationVariables = Exact<{
  input: CreateWebhookEndpointInput;
}>;


export type CreateWebhookEndpointMutation = { createWebhookEndpoint: { replayed: boolean, secret: string | null, endpoint: { id: string, url: string, types: Array<WebhookEventType>, createdAt: string } } | null };

export type WebhookEndpointsQueryVariables = Exact<{ [key: string]: never; }>;


export type WebhookEndpointsQuery = { webhookEndpoints: Array<{ id: string, url: string, types: Array<WebhookEventType>, isEnabled: boolean, disabledReason: WebhookDisabledReason | null, disabledAt: string | null, failingSince: string | null, previousSecretUntil: string | null, createdAt: string }> | null };

export type CheckPayeeMutationVariables = Exact<{
  input: VerifyAccountInput;
}>;


export type CheckPayeeMutation = { verifyAccount: { replayed: boolean, result: { id: string, state: VerificationState, checkedAt: string, fromCache: boolean, nextPollAt: string | null, account: { status: AccountStatus | null, nameCheckStatus: NameCheckStatus | null, respondedName: string | null } | null } } | null };

export type PayeeCheckQueryVariables = Exact<{
  id: string;
}>;


export type PayeeCheckQuery = { verificationResult: { state: VerificationState, nextPollAt: string | null, account: { status: AccountStatus | null, nameCheckStatus: NameCheckStatus | null, respondedName: string | null } | null } | null };

export type CheckPayeesMutationVariables = Exact<{
  input: VerifyAccountsInput;
}>;


export type CheckPayeesMutation = { verifyAccounts: { replayed: boolean, job: { id: string, state: AccountVerificationJobState, nextPollAt: string | null } } | null };

export type PayeeChecksQueryVariables = Exact<{
  jobId: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type PayeeChecksQuery = { accountVerifications: { id: string, state: AccountVerificationJobState, nextPollAt: string | null, counts: { total: number, queued: number, pending: number, completed: number, failed: number }, results: { pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ clientReference: string | null, state: AccountVerificationState, result: { id: string, state: VerificationState, checkedAt: string, fromCache: boolean, account: { status: AccountStatus | null, nameCheckStatus: NameCheckStatus | null, nameCheckStatusRaw: string | null, respondedName: string | null } | null, responder: { scheme: string, responseCodes: Array<string> } | null } | null, error: { code: string, retryable: boolean, message: string } | null }> } | null } | null };

export type PayeeJobQueryVariables = Exact<{
  jobId: string;
}>;


export type PayeeJobQuery = { accountVerifications: { id: string, state: AccountVerificationJobState, nextPollAt: string | null, counts: { total: number, queued: number, pending: number, completed: number, failed: number } } | null };

export type PayeeCheckAccessQueryVariables = Exact<{ [key: string]: never; }>;


export type PayeeCheckAccessQuery = { viewer: { scopes: Array<string>, seesPersonalData: boolean } };

export type PersonByIdQueryVariables = Exact<{
  id: string;
}>;


export type PersonByIdQuery = { person: { id: string, firstName: string | null, lastName: string | null, status: PersonStatus | null, verificationStatus: VerificationStatus | null, verifications: Array<{ type: PersonVerificationType | null, result: PersonVerificationOutcome | null, verifiedAt: string }> | null } | null };

export type ReviewQueueQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type ReviewQueueQuery = { kycReviewQueue: { nodes: Array<{ status: VerificationStatus, action: KycReviewAction | null, instruction: string | null, reasons: Array<{ type: PersonVerificationType | null, result: PersonVerificationOutcome | null, category: string | null, label: string | null, vendorCode: string | null, verifiedAt: string }>, person: { id: string, firstName: string | null, lastName: string | null, createdAt: string, customers: Array<{ id: string, number: string }> | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type FindPersonsQueryVariables = Exact<{
  filter?: PersonFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type FindPersonsQuery = { persons: { nodes: Array<{ id: string, verificationStatus: VerificationStatus | null, banStatus: BanStatus | null, hasAccounts: boolean | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type PayeeCheckUpdatesSubscriptionVariables = Exact<{
  id: string;
}>;


export type PayeeCheckUpdatesSubscription = { verificationResult: { id: string, state: VerificationState, nextPollAt: string | null, account: { status: AccountStatus | null, nameCheckStatus: NameCheckStatus | null, respondedName: string | null } | null } | null };

export type PayeeJobUpdatesSubscriptionVariables = Exact<{
  jobId: string;
}>;


export type PayeeJobUpdatesSubscription = { accountVerifications: { id: string, state: AccountVerificationJobState, counts: { total: number, queued: number, pending: number, completed: number, failed: number } } | null };

export type AccountAttributesUpdatesSubscriptionVariables = Exact<{
  key: string;
}>;


export type AccountAttributesUpdatesSubscription = { accountAttributesJob: { key: string, status: AccountAttributesJobStatus, errors: Array<{ field: string | null, reason: string | null }> } | null };

export type PersonVerificationUpdatesSubscriptionVariables = Exact<{
  personId: string;
}>;


export type PersonVerificationUpdatesSubscription = { personVerification: { status: VerificationStatus | null, results: Array<{ id: string | null, type: PersonVerificationType | null, result: PersonVerificationOutcome | null }> } | null };

export type KycOverviewUpdatesSubscriptionVariables = Exact<{
  customerId: string;
  bankId?: string | null | undefined;
}>;


export type KycOverviewUpdatesSubscription = { kycOverview: { status: VerificationStatus, asOf: string, sources: Array<{ provider: KycProvider, status: VerificationStatus | null, detail: string | null, available: boolean }> } | null };


export const CustomersWithPersonsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"CustomersWithPersons"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"CustomerFilter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customers"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"legalName"}},{"kind":"Field","name":{"kind":"Name","value":"kycStatus"}},{"kind":"Field","name":{"kind":"Name","value":"lastOkDate"}},{"kind":"Field","name":{"kind":"Name","value":"person"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"verificationStatus"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]} as unknown as DocumentNode<CustomersWithPersonsQuery, CustomersWithPersonsQueryVariables>;
export const StartChallengeFactorDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"StartChallengeFactor"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"StartChallengeFactorInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"startChallengeFactor"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"bankingCustomerId"}},{"kind":"Field","name":{"kind":"Name","value":"challengeId"}},{"kind":"Field","name":{"kind":"Name","value":"factorId"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"stateRaw"}},{"kind":"Field","name":{"kind":"Name","value":"attemptsLeft"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}}]}}]}}]} as unknown as DocumentNode<StartChallengeFactorMutation, StartChallengeFactorMutationVariables>;
export const VerifyChallengeFactorDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"VerifyChallengeFactor"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"VerifyChallengeFactorInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"verifyChallengeFactor"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"bankingCustomerId"}},{"kind":"Field","name":{"kind":"Name","value":"challengeId"}},{"kind":"Field","name":{"kind":"Name","value":"factorId"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"stateRaw"}},{"kind":"Field","name":{"kind":"Name","value":"attemptsLeft"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}}]}}]}}]} as unknown as DocumentNode<VerifyChallengeFactorMutation, VerifyChallengeFactorMutationVariables>;
export const AddPersonalIdDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"AddPersonalId"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"AddPersonalIdInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"addPersonalId"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"personalId"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"lastFour"}}]}}]}}]}}]} as unknown as DocumentNode<AddPersonalIdMutation, AddPersonalIdMutationVariables>;
export const CorrectPersonalIdDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CorrectPersonalId"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CorrectPersonalIdInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"correctPersonalId"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"personalId"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"lastFour"}}]}}]}}]}}]} as unknown as DocumentNode<CorrectPersonalIdMutation, CorrectPersonalIdMutationVariables>;
export const DeletePersonalIdDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DeletePersonalId"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"DeletePersonalIdInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deletePersonalId"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"personalIdId"}}]}}]}}]} as unknown as DocumentNode<DeletePersonalIdMutation, DeletePersonalIdMutationVariables>;
export const VerificationHistoryDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"VerificationHistory"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"personId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"PersonVerificationFilter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"person"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"personId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"verificationHistory"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"result"}},{"kind":"Field","name":{"kind":"Name","value":"verifiedAt"}},{"kind":"Field","name":{"kind":"Name","value":"vendor"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]}}]} as unknown as DocumentNode<VerificationHistoryQuery, VerificationHistoryQueryVariables>;
export const PersonVerificationByIdDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"PersonVerificationById"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"personVerification"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"personId"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"result"}},{"kind":"Field","name":{"kind":"Name","value":"verifiedAt"}},{"kind":"Field","name":{"kind":"Name","value":"vendor"}},{"kind":"Field","name":{"kind":"Name","value":"details"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"category"}},{"kind":"Field","name":{"kind":"Name","value":"label"}},{"kind":"Field","name":{"kind":"Name","value":"result"}},{"kind":"Field","name":{"kind":"Name","value":"vendorCode"}},{"kind":"Field","name":{"kind":"Name","value":"vendorCodeMeaning"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"meaning"}},{"kind":"Field","name":{"kind":"Name","value":"source"}}]}}]}}]}}]}}]} as unknown as DocumentNode<PersonVerificationByIdQuery, PersonVerificationByIdQueryVariables>;
export const RecordPersonVerificationDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RecordPersonVerification"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RecordPersonVerificationInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"recordPersonVerification"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"verification"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"result"}},{"kind":"Field","name":{"kind":"Name","value":"verifiedAt"}},{"kind":"Field","name":{"kind":"Name","value":"vendor"}}]}}]}}]}}]} as unknown as DocumentNode<RecordPersonVerificationMutation, RecordPersonVerificationMutationVariables>;
export const CustomerPageDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"CustomerPage"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"customerId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"customerId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"bankId"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"legalName"}},{"kind":"Field","name":{"kind":"Name","value":"title"}},{"kind":"Field","name":{"kind":"Name","value":"nameSuffix"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"mobilePhoneNumber"}},{"kind":"Field","name":{"kind":"Name","value":"faceImage"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"date"}}]}},{"kind":"Field","name":{"kind":"Name","value":"dateOfBirth"}},{"kind":"Field","name":{"kind":"Name","value":"relationshipStatus"}},{"kind":"Field","name":{"kind":"Name","value":"dependants"}},{"kind":"Field","name":{"kind":"Name","value":"datesOfBirthOfDependants"}},{"kind":"Field","name":{"kind":"Name","value":"creditRating"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rating"}},{"kind":"Field","name":{"kind":"Name","value":"source"}}]}},{"kind":"Field","name":{"kind":"Name","value":"creditLimit"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"currency"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}},{"kind":"Field","name":{"kind":"Name","value":"highestEducationAttained"}},{"kind":"Field","name":{"kind":"Name","value":"employmentStatus"}},{"kind":"Field","name":{"kind":"Name","value":"kycStatus"}},{"kind":"Field","name":{"kind":"Name","value":"lastOkDate"}},{"kind":"Field","name":{"kind":"Name","value":"branchId"}},{"kind":"Field","name":{"kind":"Name","value":"attributes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}},{"kind":"Field","name":{"kind":"Name","value":"addresses"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"line1"}},{"kind":"Field","name":{"kind":"Name","value":"line2"}},{"kind":"Field","name":{"kind":"Name","value":"line3"}},{"kind":"Field","name":{"kind":"Name","value":"city"}},{"kind":"Field","name":{"kind":"Name","value":"county"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"postcode"}},{"kind":"Field","name":{"kind":"Name","value":"countryCode"}},{"kind":"Field","name":{"kind":"Name","value":"tags"}}]}},{"kind":"Field","name":{"kind":"Name","value":"taxResidences"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"domain"}},{"kind":"Field","name":{"kind":"Name","value":"taxNumber"}}]}},{"kind":"Field","name":{"kind":"Name","value":"socialMediaHandles"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"handle"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userLinks"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"isActive"}}]}},{"kind":"Field","name":{"kind":"Name","value":"links"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"personId"}},{"kind":"Field","name":{"kind":"Name","value":"bankingCustomerId"}},{"kind":"Field","name":{"kind":"Name","value":"seiExternalId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"kycOverview"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}},{"kind":"Field","name":{"kind":"Name","value":"sources"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"detail"}},{"kind":"Field","name":{"kind":"Name","value":"observedAt"}},{"kind":"Field","name":{"kind":"Name","value":"available"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"kycChecks"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"date"}},{"kind":"Field","name":{"kind":"Name","value":"how"}},{"kind":"Field","name":{"kind":"Name","value":"staffName"}},{"kind":"Field","name":{"kind":"Name","value":"satisfied"}},{"kind":"Field","name":{"kind":"Name","value":"comments"}}]}},{"kind":"Field","name":{"kind":"Name","value":"kycDocuments"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"issueDate"}},{"kind":"Field","name":{"kind":"Name","value":"issuePlace"}},{"kind":"Field","name":{"kind":"Name","value":"expiryDate"}},{"kind":"Field","name":{"kind":"Name","value":"expired"}}]}},{"kind":"Field","name":{"kind":"Name","value":"kycMedia"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"date"}},{"kind":"Field","name":{"kind":"Name","value":"relatesToKycDocumentId"}},{"kind":"Field","name":{"kind":"Name","value":"relatesToKycCheckId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"kycStatuses"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"date"}}]}},{"kind":"Field","name":{"kind":"Name","value":"person"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"firstName"}},{"kind":"Field","name":{"kind":"Name","value":"lastName"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"banStatus"}},{"kind":"Field","name":{"kind":"Name","value":"verificationStatus"}},{"kind":"Field","name":{"kind":"Name","value":"verificationLastRun"}},{"kind":"Field","name":{"kind":"Name","value":"verifications"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"result"}},{"kind":"Field","name":{"kind":"Name","value":"verifiedAt"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"accountEntitlements"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"confirmed"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}},{"kind":"Field","name":{"kind":"Name","value":"items"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"accountNumber"}},{"kind":"Field","name":{"kind":"Name","value":"productType"}},{"kind":"Field","name":{"kind":"Name","value":"nickname"}}]}},{"kind":"Field","name":{"kind":"Name","value":"roles"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"default"}},{"kind":"Field","name":{"kind":"Name","value":"view"}},{"kind":"Field","name":{"kind":"Name","value":"basic"}},{"kind":"Field","name":{"kind":"Name","value":"billPay"}},{"kind":"Field","name":{"kind":"Name","value":"loanAdvance"}}]}}]}}]}}]}}]}}]} as unknown as DocumentNode<CustomerPageQuery, CustomerPageQueryVariables>;
export const RecordDisclosureDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RecordDisclosure"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RecordDisclosureInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"recordDisclosure"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"disclosure"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"eventType"}},{"kind":"Field","name":{"kind":"Name","value":"disclosedAt"}}]}}]}}]}}]} as unknown as DocumentNode<RecordDisclosureMutation, RecordDisclosureMutationVariables>;
export const PersonDisclosuresDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"PersonDisclosures"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"person"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"disclosures"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"typeRaw"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"eventType"}},{"kind":"Field","name":{"kind":"Name","value":"disclosedAt"}}]}}]}}]}}]} as unknown as DocumentNode<PersonDisclosuresQuery, PersonDisclosuresQueryVariables>;
export const StartDocumentVerificationDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"StartDocumentVerification"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"StartDocumentVerificationInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"startDocumentVerification"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"session"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"token"}},{"kind":"Field","name":{"kind":"Name","value":"url"}}]}}]}}]}}]} as unknown as DocumentNode<StartDocumentVerificationMutation, StartDocumentVerificationMutationVariables>;
export const PersonChecksDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"PersonChecks"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"person"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"verificationStatus"}},{"kind":"Field","name":{"kind":"Name","value":"verificationLastRun"}},{"kind":"Field","name":{"kind":"Name","value":"verifications"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"typeRaw"}},{"kind":"Field","name":{"kind":"Name","value":"result"}},{"kind":"Field","name":{"kind":"Name","value":"resultRaw"}},{"kind":"Field","name":{"kind":"Name","value":"verifiedAt"}},{"kind":"Field","name":{"kind":"Name","value":"details"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"category"}},{"kind":"Field","name":{"kind":"Name","value":"label"}},{"kind":"Field","name":{"kind":"Name","value":"result"}},{"kind":"Field","name":{"kind":"Name","value":"vendorCode"}}]}}]}}]}}]}}]} as unknown as DocumentNode<PersonChecksQuery, PersonChecksQueryVariables>;
export const EntitleDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Entitle"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"SetAccountEntitlementsInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"setAccountEntitlements"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"entitlements"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"confirmed"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}},{"kind":"Field","name":{"kind":"Name","value":"items"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"accountId"}},{"kind":"Field","name":{"kind":"Name","value":"accountNumber"}}]}},{"kind":"Field","name":{"kind":"Name","value":"roles"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"default"}},{"kind":"Field","name":{"kind":"Name","value":"view"}},{"kind":"Field","name":{"kind":"Name","value":"basic"}},{"kind":"Field","name":{"kind":"Name","value":"billPay"}},{"kind":"Field","name":{"kind":"Name","value":"loanAdvance"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"challenge"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"operationId"}},{"kind":"Field","name":{"kind":"Name","value":"challengeId"}},{"kind":"Field","name":{"kind":"Name","value":"factors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"factorId"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"labels"}},{"kind":"Field","name":{"kind":"Name","value":"securityQuestions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"questionId"}},{"kind":"Field","name":{"kind":"Name","value":"prompt"}}]}}]}}]}}]}}]}}]} as unknown as DocumentNode<EntitleMutation, EntitleMutationVariables>;
export const SetAttributesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SetAttributes"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"SetAccountAttributesInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"setAccountAttributes"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"job"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"submittedAt"}}]}}]}}]}}]} as unknown as DocumentNode<SetAttributesMutation, SetAttributesMutationVariables>;
export const AttributesJobDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"AttributesJob"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"key"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"accountAttributesJob"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"key"},"value":{"kind":"Variable","name":{"kind":"Name","value":"key"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"location"}}]}}]}}]}}]} as unknown as DocumentNode<AttributesJobQuery, AttributesJobQueryVariables>;
export const EverythingAboutACustomerDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"EverythingAboutACustomer"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"customerId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"verificationId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"jobKey"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"customerId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"legalName"}},{"kind":"Field","name":{"kind":"Name","value":"kycStatus"}},{"kind":"Field","name":{"kind":"Name","value":"attributes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}},{"kind":"Field","name":{"kind":"Name","value":"kycChecks"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"how"}},{"kind":"Field","name":{"kind":"Name","value":"date"}},{"kind":"Field","name":{"kind":"Name","value":"satisfied"}}]}},{"kind":"Field","name":{"kind":"Name","value":"person"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"verificationStatus"}},{"kind":"Field","name":{"kind":"Name","value":"verifications"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"result"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"accountEntitlements"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"confirmed"}},{"kind":"Field","name":{"kind":"Name","value":"items"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"accountNumber"}},{"kind":"Field","name":{"kind":"Name","value":"productType"}}]}},{"kind":"Field","name":{"kind":"Name","value":"roles"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"view"}},{"kind":"Field","name":{"kind":"Name","value":"billPay"}}]}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"verificationResult"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"verificationId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"nameCheckStatus"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"accountAttributesJob"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"key"},"value":{"kind":"Variable","name":{"kind":"Name","value":"jobKey"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}}]}}]}}]} as unknown as DocumentNode<EverythingAboutACustomerQuery, EverythingAboutACustomerQueryVariables>;
export const KycReviewQueueDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"KycReviewQueue"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customers"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"sortDirection"},"value":{"kind":"EnumValue","value":"ASC"}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"lastOkDate"}},{"kind":"Field","name":{"kind":"Name","value":"kycOverview"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}},{"kind":"Field","name":{"kind":"Name","value":"sources"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"detail"}},{"kind":"Field","name":{"kind":"Name","value":"available"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]} as unknown as DocumentNode<KycReviewQueueQuery, KycReviewQueueQueryVariables>;
export const SubscribeToMonitoringDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SubscribeToMonitoring"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"SubscribeToMonitoringInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"subscribeToMonitoring"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"subscription"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}}]}}]}}]}}]} as unknown as DocumentNode<SubscribeToMonitoringMutation, SubscribeToMonitoringMutationVariables>;
export const EndMonitoringDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"EndMonitoring"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"EndMonitoringInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"endMonitoring"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"deletedId"}}]}}]}}]} as unknown as DocumentNode<EndMonitoringMutation, EndMonitoringMutationVariables>;
export const PersonMonitoringDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"PersonMonitoring"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"person"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"monitoringSubscriptions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"monitoringAlerts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"typeRaw"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"statusRaw"}},{"kind":"Field","name":{"kind":"Name","value":"meaning"}},{"kind":"Field","name":{"kind":"Name","value":"title"}},{"kind":"Field","name":{"kind":"Name","value":"urls"}},{"kind":"Field","name":{"kind":"Name","value":"vendor"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"updatedAt"}}]}}]}}]}}]} as unknown as DocumentNode<PersonMonitoringQuery, PersonMonitoringQueryVariables>;
export const SetMonitoringAlertStatusDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SetMonitoringAlertStatus"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"SetMonitoringAlertStatusInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"setMonitoringAlertStatus"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"alert"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}}]}}]}}]}}]} as unknown as DocumentNode<SetMonitoringAlertStatusMutation, SetMonitoringAlertStatusMutationVariables>;
export const CreateCustomerDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateCustomer"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateCustomerInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createCustomer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"customer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"bankId"}},{"kind":"Field","name":{"kind":"Name","value":"number"}}]}}]}}]}}]} as unknown as DocumentNode<CreateCustomerMutation, CreateCustomerMutationVariables>;
export const AddKycDocumentDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"AddKycDocument"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"AddKycDocumentInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"addKycDocument"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"kycDocument"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"expired"}}]}}]}}]}}]} as unknown as DocumentNode<AddKycDocumentMutation, AddKycDocumentMutationVariables>;
export const AddKycCheckDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"AddKycCheck"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"AddKycCheckInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"addKycCheck"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"kycCheck"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"satisfied"}}]}}]}}]}}]} as unknown as DocumentNode<AddKycCheckMutation, AddKycCheckMutationVariables>;
export const AddKycMediaDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"AddKycMedia"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"AddKycMediaInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"addKycMedia"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"kycMedia"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"relatesToKycDocumentId"}},{"kind":"Field","name":{"kind":"Name","value":"relatesToKycCheckId"}}]}}]}}]}}]} as unknown as DocumentNode<AddKycMediaMutation, AddKycMediaMutationVariables>;
export const AddKycStatusDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"AddKycStatus"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"AddKycStatusInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"addKycStatus"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"kycStatus"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"date"}}]}}]}}]}}]} as unknown as DocumentNode<AddKycStatusMutation, AddKycStatusMutationVariables>;
export const CreatePersonDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreatePerson"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreatePersonInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createPerson"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"person"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"verificationStatus"}}]}}]}}]}}]} as unknown as DocumentNode<CreatePersonMutation, CreatePersonMutationVariables>;
export const VerifyPersonDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"VerifyPerson"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"VerifyPersonInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"verifyPerson"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"verification"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"results"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"result"}}]}}]}}]}}]}}]} as unknown as DocumentNode<VerifyPersonMutation, VerifyPersonMutationVariables>;
export const LinkCustomerDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"LinkCustomer"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"LinkCustomerInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"linkCustomer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"customer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"links"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"personId"}},{"kind":"Field","name":{"kind":"Name","value":"bankingCustomerId"}},{"kind":"Field","name":{"kind":"Name","value":"seiExternalId"}}]}}]}}]}}]}}]} as unknown as DocumentNode<LinkCustomerMutation, LinkCustomerMutationVariables>;
export const OnboardedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Onboarded"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"customerId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"customerId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"kycOverview"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}},{"kind":"Field","name":{"kind":"Name","value":"sources"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"detail"}},{"kind":"Field","name":{"kind":"Name","value":"available"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"accountEntitlements"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"confirmed"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}},{"kind":"Field","name":{"kind":"Name","value":"items"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"accountNumber"}}]}},{"kind":"Field","name":{"kind":"Name","value":"roles"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"default"}},{"kind":"Field","name":{"kind":"Name","value":"view"}},{"kind":"Field","name":{"kind":"Name","value":"basic"}},{"kind":"Field","name":{"kind":"Name","value":"billPay"}},{"kind":"Field","name":{"kind":"Name","value":"loanAdvance"}}]}}]}}]}}]}}]}}]} as unknown as DocumentNode<OnboardedQuery, OnboardedQueryVariables>;
export const CreateWebhookEndpointDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateWebhookEndpoint"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateWebhookEndpointInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createWebhookEndpoint"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"secret"}},{"kind":"Field","name":{"kind":"Name","value":"endpoint"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"types"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}}]}}]}}]}}]} as unknown as DocumentNode<CreateWebhookEndpointMutation, CreateWebhookEndpointMutationVariables>;
export const WebhookEndpointsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"WebhookEndpoints"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"webhookEndpoints"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"types"}},{"kind":"Field","name":{"kind":"Name","value":"isEnabled"}},{"kind":"Field","name":{"kind":"Name","value":"disabledReason"}},{"kind":"Field","name":{"kind":"Name","value":"disabledAt"}},{"kind":"Field","name":{"kind":"Name","value":"failingSince"}},{"kind":"Field","name":{"kind":"Name","value":"previousSecretUntil"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}}]}}]}}]} as unknown as DocumentNode<WebhookEndpointsQuery, WebhookEndpointsQueryVariables>;
export const CheckPayeeDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CheckPayee"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"VerifyAccountInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"verifyAccount"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"result"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"checkedAt"}},{"kind":"Field","name":{"kind":"Name","value":"fromCache"}},{"kind":"Field","name":{"kind":"Name","value":"nextPollAt"}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"nameCheckStatus"}},{"kind":"Field","name":{"kind":"Name","value":"respondedName"}}]}}]}}]}}]}}]} as unknown as DocumentNode<CheckPayeeMutation, CheckPayeeMutationVariables>;
export const PayeeCheckDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"PayeeCheck"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"verificationResult"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"nextPollAt"}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"nameCheckStatus"}},{"kind":"Field","name":{"kind":"Name","value":"respondedName"}}]}}]}}]}}]} as unknown as DocumentNode<PayeeCheckQuery, PayeeCheckQueryVariables>;
export const CheckPayeesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CheckPayees"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"VerifyAccountsInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"verifyAccounts"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"job"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"nextPollAt"}}]}}]}}]}}]} as unknown as DocumentNode<CheckPayeesMutation, CheckPayeesMutationVariables>;
export const PayeeChecksDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"PayeeChecks"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"jobId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"accountVerifications"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"jobId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"jobId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"nextPollAt"}},{"kind":"Field","name":{"kind":"Name","value":"counts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"total"}},{"kind":"Field","name":{"kind":"Name","value":"queued"}},{"kind":"Field","name":{"kind":"Name","value":"pending"}},{"kind":"Field","name":{"kind":"Name","value":"completed"}},{"kind":"Field","name":{"kind":"Name","value":"failed"}}]}},{"kind":"Field","name":{"kind":"Name","value":"results"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"clientReference"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"result"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"checkedAt"}},{"kind":"Field","name":{"kind":"Name","value":"fromCache"}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"nameCheckStatus"}},{"kind":"Field","name":{"kind":"Name","value":"nameCheckStatusRaw"}},{"kind":"Field","name":{"kind":"Name","value":"respondedName"}}]}},{"kind":"Field","name":{"kind":"Name","value":"responder"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"scheme"}},{"kind":"Field","name":{"kind":"Name","value":"responseCodes"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"retryable"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]}}]}}]} as unknown as DocumentNode<PayeeChecksQuery, PayeeChecksQueryVariables>;
export const PayeeJobDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"PayeeJob"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"jobId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"accountVerifications"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"jobId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"jobId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"nextPollAt"}},{"kind":"Field","name":{"kind":"Name","value":"counts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"total"}},{"kind":"Field","name":{"kind":"Name","value":"queued"}},{"kind":"Field","name":{"kind":"Name","value":"pending"}},{"kind":"Field","name":{"kind":"Name","value":"completed"}},{"kind":"Field","name":{"kind":"Name","value":"failed"}}]}}]}}]}}]} as unknown as DocumentNode<PayeeJobQuery, PayeeJobQueryVariables>;
export const PayeeCheckAccessDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"PayeeCheckAccess"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"viewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"scopes"}},{"kind":"Field","name":{"kind":"Name","value":"seesPersonalData"}}]}}]}}]} as unknown as DocumentNode<PayeeCheckAccessQuery, PayeeCheckAccessQueryVariables>;
export const PersonByIdDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"PersonById"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"person"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"firstName"}},{"kind":"Field","name":{"kind":"Name","value":"lastName"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"verificationStatus"}},{"kind":"Field","name":{"kind":"Name","value":"verifications"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"result"}},{"kind":"Field","name":{"kind":"Name","value":"verifiedAt"}}]}}]}}]}}]} as unknown as DocumentNode<PersonByIdQuery, PersonByIdQueryVariables>;
export const ReviewQueueDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ReviewQueue"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kycReviewQueue"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"action"}},{"kind":"Field","name":{"kind":"Name","value":"instruction"}},{"kind":"Field","name":{"kind":"Name","value":"reasons"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"result"}},{"kind":"Field","name":{"kind":"Name","value":"category"}},{"kind":"Field","name":{"kind":"Name","value":"label"}},{"kind":"Field","name":{"kind":"Name","value":"vendorCode"}},{"kind":"Field","name":{"kind":"Name","value":"verifiedAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"person"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"firstName"}},{"kind":"Field","name":{"kind":"Name","value":"lastName"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"customers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"number"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]} as unknown as DocumentNode<ReviewQueueQuery, ReviewQueueQueryVariables>;
export const FindPersonsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"FindPersons"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"PersonFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"persons"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"verificationStatus"}},{"kind":"Field","name":{"kind":"Name","value":"banStatus"}},{"kind":"Field","name":{"kind":"Name","value":"hasAccounts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]} as unknown as DocumentNode<FindPersonsQuery, FindPersonsQueryVariables>;
export const PayeeCheckUpdatesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"PayeeCheckUpdates"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"verificationResult"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"nameCheckStatus"}},{"kind":"Field","name":{"kind":"Name","value":"respondedName"}}]}},{"kind":"Field","name":{"kind":"Name","value":"nextPollAt"}}]}}]}}]} as unknown as DocumentNode<PayeeCheckUpdatesSubscription, PayeeCheckUpdatesSubscriptionVariables>;
export const PayeeJobUpdatesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"PayeeJobUpdates"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"jobId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"accountVerifications"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"jobId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"jobId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"counts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"total"}},{"kind":"Field","name":{"kind":"Name","value":"queued"}},{"kind":"Field","name":{"kind":"Name","value":"pending"}},{"kind":"Field","name":{"kind":"Name","value":"completed"}},{"kind":"Field","name":{"kind":"Name","value":"failed"}}]}}]}}]}}]} as unknown as DocumentNode<PayeeJobUpdatesSubscription, PayeeJobUpdatesSubscriptionVariables>;
export const AccountAttributesUpdatesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"AccountAttributesUpdates"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"key"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"accountAttributesJob"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"key"},"value":{"kind":"Variable","name":{"kind":"Name","value":"key"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}}]}}]}}]} as unknown as DocumentNode<AccountAttributesUpdatesSubscription, AccountAttributesUpdatesSubscriptionVariables>;
export const PersonVerificationUpdatesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"PersonVerificationUpdates"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"personId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"personVerification"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"personId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"personId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"results"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"result"}}]}}]}}]}}]} as unknown as DocumentNode<PersonVerificationUpdatesSubscription, PersonVerificationUpdatesSubscriptionVariables>;
export const KycOverviewUpdatesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"KycOverviewUpdates"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"customerId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kycOverview"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"customerId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"customerId"}}},{"kind":"Argument","name":{"kind":"Name","value":"bankId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"bankId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"sources"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"detail"}},{"kind":"Field","name":{"kind":"Name","value":"available"}}]}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}}]}}]}}]} as unknown as DocumentNode<KycOverviewUpdatesSubscription, KycOverviewUpdatesSubscriptionVariables>;