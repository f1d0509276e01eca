/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** `explanation` and `fieldsToNull` reach the provider only when given; empty names are dropped. */
export type AccountAttributeInput = {
  /** Why, in free text; at most 4000 characters. */
  explanation?: string | null | undefined;
  /** Names of members to clear, at most 100. */
  fieldsToNull?: Array<string> | null | undefined;
  /** Such as `LineOfCreditAccountNumber`; 1 to 255 characters. */
  name: string;
  /** Always text, also for what looks like a number or a boolean; at most 4000 characters. */
  value: string;
};

/** How an account is named. */
export type AccountIdScheme =
  /** A plain account number, unique only within its `holdingEntity`. */
  | 'ACNR'
  /** CHIPS universal identifier. */
  | 'CUID'
  /** ISO 13616; the check digits are left to the provider. */
  | 'IBAN'
  /** UK sort code (6 digits) followed by the account number (8 digits). */
  | 'SCAN'
  /** US universal payment identification code. */
  | 'UPIC';

/** True grants, false removes, absent leaves unchanged: there are no defaults, and null is refused. */
export type AccountRolesInput = {
  /** Account holder. */
  basic?: boolean | null | undefined;
  /** Paying bills from the account, and viewing it. */
  billPay?: boolean | null | undefined;
  /** What the institution grants by default for this kind of account. */
  default?: boolean | null | undefined;
  /** Drawing on a loan or credit card; for those kinds of account only. */
  loanAdvance?: boolean | null | undefined;
  /** Balance and history only. */
  view?: boolean | null | undefined;
};

/** What the account-holding bank says of an account, above all whether it can be paid into. */
export type AccountStatus =
  | 'ACTIVE'
  | 'CLOSED'
  /** The account may not be verified, for example because its holder opted out. */
  | 'FORBIDDEN'
  /** Inactive or dormant. */
  | 'INACTIVE'
  | 'NOT_FOUND'
  /** The bank cannot say. */
  | 'UNABLE_TO_MATCH';

/** The account, and what is believed of its holder. */
export type AccountToVerifyInput = {
  /** Required with the scheme `ACNR`. */
  holdingEntity?: HoldingEntityInput | null | undefined;
  /** In the form of its scheme. Spaces and lower case in an IBAN do not matter. */
  id: string;
  idScheme: AccountIdScheme;
  /** Required to verify `ID`; at most 20. */
  identities?: Array<IdentityInput> | null | undefined;
  /** Required to verify `NAME`; at most 150 characters. `Last,First,Middle,Honorific`, or `,,,Full Name`; several holders are separated by `;`, and any one holder of a joint account will do. */
  name?: string | null | undefined;
  /** A roll number, card number or other name of a part of the account. */
  secondaryId?: string | null | undefined;
  /** UK banks compare it too. */
  type?: AccountType | null | undefined;
};

/** Whose account it is: of an organisation or of a human being. */
export type AccountType =
  | 'BUSINESS'
  | 'PERSONAL';

/** What of an account is verified. Which of them a bank can answer depends on the bank. */
export type AccountVerificationType =
  /** The holder's identifiers; needs `account.identities`. */
  | 'ID'
  /** The holder's name; needs `account.name`. */
  | 'NAME'
  | 'STATUS';

export type AddKycCheckInput = {
  /** The configured bank when left out. */
  bankId?: string | null | undefined;
  comments: string;
  customerId: string;
  customerNumber: string;
  /** To the second. */
  date?: string | null | undefined;
  /** Free text, such as `online_meeting`. */
  how?: string | null | undefined;
  /** Names the record: the same id for the same customer is the same record. The ids of the provider are one set over all customers, so a new record gets one of its own; go by the id that is answered. Made here when left out. */
  id?: string | null | undefined;
  /** Makes the write repeatable: the same key with the same input is done once and answered again. 1 to 255 characters; kept 7 days. */
  idempotencyKey?: string | null | undefined;
  /** True when the customer passed. */
  satisfied: boolean;
  staffName: string;
  staffUserId: string;
};

export type AddKycDocumentInput = {
  /** The configured bank when left out. */
  bankId?: string | null | undefined;
  customerId: string;
  customerNumber: string;
  /** To the second. */
  expiryDate: string;
  /** Names the record: the same id for the same customer is the same record. The ids of the provider are one set over all customers, so a new record gets one of its own; go by the id that is answered. Made here when left out. */
  id?: string | null | undefined;
  /** Makes the write repeatable: the same key with the same input is done once and answered again. 1 to 255 characters; kept 7 days. */
  idempotencyKey?: string | null | undefined;
  /** To the second. */
  issueDate: string;
  issuePlace: string;
  number?: string | null | undefined;
  /** Free text, such as `passport`. */
  type?: string | null | undefined;
};

export type AddKycMediaInput = {
  /** The configured bank when left out. */
  bankId?: string | null | undefined;
  customerId: string;
  customerNumber: string;
  /** To the second. */
  date?: string | null | undefined;
  /** Names the record: the same id for the same customer is the same record. The ids of the provider are one set over all customers, so a new record gets one of its own; go by the id that is answered. Made here when left out. */
  id?: string | null | undefined;
  /** Makes the write repeatable: the same key with the same input is done once and answered again. 1 to 255 characters; kept 7 days. */
  idempotencyKey?: string | null | undefined;
  /** Empty when it relates to none. */
  relatesToKycCheckId: string;
  /** Empty when it relates to none. */
  relatesToKycDocumentId: string;
  /** Free text, such as `image`. */
  type?: string | null | undefined;
  /** Where it lies; the provider keeps nothing but this. */
  url?: string | null | undefined;
};

/** Replaces the bank's last word on the customer. */
export type AddKycStatusInput = {
  /** The configured bank when left out. */
  bankId?: string | null | undefined;
  customerId: string;
  customerNumber: string;
  /** To the second. */
  date: string;
  /** Makes the write repeatable: the same key with the same input is done once and answered again. 1 to 255 characters; kept 7 days. */
  idempotencyKey?: string | null | undefined;
  ok: boolean;
};

/** What an attribute says its value is; the provider does not check the value against it. */
export type AttributeType =
  | 'DATE_WITH_DAY'
  | 'DOUBLE'
  | 'INTEGER'
  | 'STRING';

/** Whether the person is kept out for fraud. */
export type BanStatus =
  | 'ALLOWED'
  /** By the provider's rules; only the provider moves a person into or out of it. */
  | 'BANNED'
  /** By hand; needs a note. */
  | 'SUSPENDED';

/** Names an account held at the institution. */
export type BankingAccountInput = {
  /** 2 to 17 digits; credit unions need it to process payments. */
  accountMicrNumber?: string | null | undefined;
  /** 1 to 32 letters, digits, spaces, dashes and dots, all of which count. */
  accountNumber: string;
  /** The provider's own id, where it is known. */
  id?: string | null | undefined;
  /** At most 50 characters. */
  nickname?: string | null | undefined;
  /** The institution's code of the product, 1 to 16 characters. */
  productCode: string;
  productType?: ProductType | null | undefined;
};

/** A way in which a customer can prove who they are. */
export type ChallengeFactorType =
  | 'AUTHENTICATOR_TOKEN'
  | 'EMAIL'
  | 'SECURITY_QUESTIONS'
  | 'SMS'
  | 'VOICE';

/** Members left out are sent in the provider's empty form, never invented. */
export type CreateCustomerInput = {
  /** The configured bank when left out. */
  bankId?: string | null | undefined;
  branchId?: string | null | undefined;
  creditLimit?: MonetaryAmountInput | null | undefined;
  creditRating?: CreditRatingInput | null | undefined;
  /** From 1900-01-01 to yesterday. */
  dateOfBirth: string;
  /** One for each dependant; at most 100. */
  datesOfBirthOfDependants?: Array<string> | null | undefined;
  /** Kept in lower case. */
  email: string;
  /** Free text, such as `worker`. */
  employmentStatus: string;
  faceImage?: FaceImageInput | null | undefined;
  /** Free text, such as `Master`. */
  highestEducationAttained: string;
  /** Makes the write repeatable: the same key with the same input is done once and answered again. 1 to 255 characters; kept 7 days. */
  idempotencyKey?: string | null | undefined;
  /** The bank's own KYC flag; true needs `kyc:write`. */
  kycStatus: boolean;
  /** When the data was last found in order, to the second. */
  lastOkDate: string;
  legalName: string;
  mobilePhoneNumber: string;
  nameSuffix?: string | null | undefined;
  /** Free text, such as `single`. */
  relationshipStatus: string;
  title?: string | null | undefined;
};

export type CreatePersonInput = {
  /** `BANNED` is refused: only the provider bans. */
  banStatus?: BanStatus | null | undefined;
  chosenName?: string | null | undefined;
  /** From 1900-01-01 to yesterday. */
  dateOfBirth?: string | null | undefined;
  email?: string | null | undefined;
  firstName?: string | null | undefined;
  /** Makes the write repeatable: the same key with the same input is done once and answered again. 1 to 255 characters; kept 7 days. */
  idempotencyKey?: string | null | undefined;
  /** True for someone with a direct relationship with the bank or fintech; must be true for anyone tied to an account. */
  isCustomer: boolean;
  lastName?: string | null | undefined;
  legalAddress?: PersonAddressInput | null | undefined;
  /** The integrator's own data; not for anything sensitive. */
  metadata?: Record<string, unknown> | null | undefined;
  middleName?: string | null | undefined;
  /** Required with `banStatus: SUSPENDED`. */
  note?: string | null | undefined;
  /** At most 20. */
  personalIds?: Array<PersonalIdInput> | null | undefined;
  /** E.164, such as `+14155550100`. */
  phoneNumber?: string | null | undefined;
  /** Left out: a copy of the legal address where none is stored. */
  shippingAddress?: PersonAddressInput | null | undefined;
  /** `NNN-NN-NNNN`; passed on to the provider, never kept. */
  ssn?: string | null | undefined;
  status: PersonStatus;
  /** The provider's workspace, where there are several. */
  tenant?: string | null | undefined;
};

export type CreditRatingInput = {
  rating: string;
  source: string;
};

/** Which customers to list, and in which order of `lastOkDate`. Without bounds the whole bank is listed. */
export type CustomerFilter = {
  /** Inclusive. */
  lastOkFrom?: string | null | undefined;
  /** Inclusive. */
  lastOkTo?: string | null | undefined;
  /** Newest `lastOkDate` first when left out. */
  sortDirection?: SortDirection | null | undefined;
};

export type FaceImageInput = {
  /** When it was taken, to the second. */
  date: string;
  url: string;
};

/** The bank that holds an account. */
export type HoldingEntityInput = {
  /** The kind of `value`: `BICFI`, or `INFSC` in India, `USPID` or `USABA` in the USA. */
  type: string;
  value: string;
};

/** An identifier of the holder. */
export type IdentityInput = {
  /** Such as `CRN`, `TXID` or `DUNS`. */
  type: string;
  value: string;
};

/** How far the provider is with an accepted write. */
export type JobStatus =
  /** Carried out. */
  | 'COMPLETED'
  /** Not carried out; `errors` says why. */
  | 'FAILED'
  /** Accepted, not yet carried out; also when the provider says something that this schema does not know. */
  | 'PENDING'
  /** For a day the provider has said nothing that this schema knows, and it is not asked any more. Look at the provider. */
  | 'UNKNOWN';

/** What is left out stays as it is; null removes the link. */
export type LinkCustomerInput = {
  /** The configured bank when left out. */
  bankId?: string | null | undefined;
  /** A banking customer at Apiture. */
  bankingCustomerId?: string | null | undefined;
  customerId: string;
  /** Makes the write repeatable: the same key with the same input is done once and answered again. 1 to 255 characters; kept 7 days. */
  idempotencyKey?: string | null | undefined;
  /** A person at Synctera, who must exist; needs `persons:read`. */
  personId?: string | null | undefined;
  /** An account's business identifier at SEI. */
  seiExternalId?: string | null | undefined;
};

/** An amount of money; a decimal text, never a float. */
export type MonetaryAmountInput = {
  /** Decimal, such as `1000.00`. */
  amount: string;
  /** ISO 4217, such as `EUR`. */
  currency: string;
};

/** How the name that was asked about compares with the holder's. */
export type NameCheckStatus =
  | 'FULL_MATCH'
  | 'NO_MATCH'
  /** Close, or right but for the type of account; `respondedName` may say the right one. */
  | 'PARTIAL_MATCH'
  /** Not compared; it says nothing of the name. */
  | 'UNABLE_TO_MATCH';

/** A postal address of a person. */
export type PersonAddressInput = {
  city?: string | null | undefined;
  /** ISO 3166-1 alpha-2. */
  countryCode: string;
  line1: string;
  line2?: string | null | undefined;
  postalCode?: string | null | undefined;
  /** ISO 3166-2 subdivision without the country, such as `NY`. */
  state?: string | null | undefined;
};

/** The integrator's own word on the person. */
export type PersonStatus =
  | 'ACTIVE'
  | 'DECEASED'
  | 'DENIED'
  | 'DORMANT'
  | 'ESCHEAT'
  | 'FROZEN'
  | 'INACTIVE'
  | 'PROSPECT'
  | 'SANCTION';

/** What one check answered. */
export type PersonVerificationOutcome =
  | 'ACCEPTED'
  | 'PENDING'
  | 'PROVISIONAL'
  | 'REJECTED'
  | 'REVIEW'
  | 'UNVERIFIED'
  /** The vendor behind the check failed; it says nothing of the person. */
  | 'VENDOR_ERROR';

/** What a check looks at. */
export type PersonVerificationType =
  | 'DOCUMENT_VERIFICATION'
  | 'IDENTITY'
  | 'LICENSE'
  /** A human decision; overrides the other checks. */
  | 'MANUAL_REVIEW'
  | 'RELATED_ENTITIES'
  | 'WATCHLIST';

/** An identifier that a state or agency gave to a person. */
export type PersonalIdInput = {
  /** ISO 3166-1 alpha-2; implied for SSN, ITIN and SIN, required for a passport. */
  countryCode?: string | null | undefined;
  expiryDate?: string | null | undefined;
  identifier: string;
  issueDate?: string | null | undefined;
  type: PersonalIdType;
};

/** Kinds of personal identifier. */
export type PersonalIdType =
  | 'CITIZENSHIP_CARD'
  | 'DRIVER_LICENSE'
  | 'ITIN'
  | 'NATIONAL_ID'
  | 'PASSPORT_NUMBER'
  | 'PROVINCIAL_ID'
  | 'PR_CARD'
  | 'SECURE_STATUS_CARD'
  | 'SIN'
  | 'SSN'
  | 'STATE_ID'
  | 'TAX_ID';

/** The kind of a banking account. */
export type ProductType =
  /** Certificate of deposit. */
  | 'CD'
  | 'CHECKING'
  | 'CREDIT_CARD'
  | 'HEALTH_SAVINGS'
  /** Individual retirement account. */
  | 'IRA'
  | 'LOAN'
  | 'MONEY_MARKET'
  | 'SAVINGS';

/** The providers behind the graph. */
export type Provider =
  | 'APITURE'
  | 'BANFICO'
  | 'OPEN_BANK_PROJECT'
  | 'SEI'
  | 'SYNCTERA';

/** Attributes of one account. */
export type SetAccountAttributesInput = {
  /** 1 to 100, no name twice. */
  attributes: Array<AccountAttributeInput>;
  /** The account id that the institution and the provider share; 1 to 255 characters. */
  externalId: string;
  /** Makes the write repeatable: the same key with the same input is done once and answered again. 1 to 255 characters; kept 7 days. */
  idempotencyKey?: string | null | undefined;
};

/** One assignment for all the listed accounts. */
export type SetAccountEntitlementsInput = {
  /** 1 to 16, no account number twice. The provider creates those that only the banking core knows. */
  accounts: Array<BankingAccountInput>;
  /** The provider's id of a customer who is enabled for digital banking. */
  bankingCustomerId: string;
  /** From a completed identity challenge; sent to the provider as its `Challenge` header, and only then. May differ under one `idempotencyKey`. */
  challengeToken?: string | null | undefined;
  /** The customer agrees to other documents in electronic form for all the listed accounts. */
  electronicDocumentElection: boolean;
  /** The customer agrees to electronic statements for all the listed accounts. */
  electronicStatementElection: boolean;
  /** Makes the write repeatable: the same key with the same input is done once and answered again. 1 to 255 characters; kept 7 days. */
  idempotencyKey?: string | null | undefined;
  roles: AccountRolesInput;
};

/** Smallest first or largest first. */
export type SortDirection =
  | 'ASC'
  | 'DESC';

/** On whose behalf an account is verified. */
export type VerificationInitiatorInput = {
  /** The kind of `idValue`, such as `ICQX`, `ICS` or `VAT`. */
  idType: string;
  idValue: string;
  /** What the check is for, such as an invoice number; a mandate reference begins with `RUM-`. */
  reference?: string | null | undefined;
};

/** Whether the account-holding bank has answered. */
export type VerificationState =
  | 'COMPLETED'
  /** It answers later; ask `verificationResult` from `nextPollAt` on. */
  | 'PENDING';

/** How far the identity of a person or customer is established. */
export type VerificationStatus =
  /** Verified. */
  | 'ACCEPTED'
  /** A check is running. */
  | 'PENDING'
  /** Verified in part, or with restrictions. */
  | 'PROVISIONAL'
  /** Not who they say they are, or not to be served. */
  | 'REJECTED'
  /** A check found something that a human must look at. */
  | 'REVIEW'
  /** No check has been completed. */
  | 'UNVERIFIED';

export type VerifyAccountInput = {
  account: AccountToVerifyInput;
  /** Makes the write repeatable: the same key with the same input is done once and answered again. 1 to 255 characters; kept 7 days. */
  idempotencyKey?: string | null | undefined;
  initiator?: VerificationInitiatorInput | null | undefined;
  /** How old a remembered answer to the same question may be, in seconds; the server has a cap of its own. The default only absorbs repeats within one journey: before a payment is authorised ask with 0. */
  maxAgeSeconds?: number | null | undefined;
  /** At least one, each once. */
  types: Array<AccountVerificationType>;
};

export type VerifyPersonInput = {
  /** True when the person agreed to be checked; without it nothing is asked. */
  customerConsent: boolean;
  /** IPv4 or IPv6 of the person. */
  customerIpAddress?: string | null | undefined;
  /** An identity document captured before. */
  documentId?: string | null | undefined;
  /** Makes the write repeatable: the same key with the same input is done once and answered again. 1 to 255 characters; kept 7 days. */
  idempotencyKey?: string | null | undefined;
  personId: string;
};

export type CustomersWithPersonsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  filter?: CustomerFilter | null | undefined;
}>;


export type CustomersWithPersonsQuery = { customers: { nodes: Array<{ id: string, number: string, legalName: string | null, kycStatus: boolean, lastOkDate: string | null, person: { id: string, status: PersonStatus | null, verificationStatus: VerificationStatus | null } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type CustomerPageQueryVariables = Exact<{
  customerId: string;
}>;


export type CustomerPageQuery = { customer: { id: string, bankId: string, number: string, legalName: string | null, title: string | null, nameSuffix: string | null, email: string | null, mobilePhoneNumber: string | null, dateOfBirth: string | null, relationshipStatus: string | null, dependants: number | null, datesOfBirthOfDependants: Array<string> | null, highestEducationAttained: string | null, employmentStatus: string | null, kycStatus: boolean, lastOkDate: string | null, branchId: string | null, faceImage: { url: string | null, date: string | null } | null, creditRating: { rating: string | null, source: string | null } | null, creditLimit: { currency: string, amount: string } | null, attributes: Array<{ id: string, name: string, type: AttributeType | null, value: string }> | null, addresses: Array<{ id: string, line1: string, line2: string | null, line3: string | null, city: string | null, county: string | null, state: string | null, postcode: string | null, countryCode: string, tags: Array<string> }> | null, taxResidences: Array<{ id: string, domain: string, taxNumber: string }> | null, socialMediaHandles: Array<{ type: string | null, handle: string }> | null, userLinks: Array<{ id: string, userId: string, isActive: boolean }> | null, creditLimitRequests: Array<{ rankAmount1: string | null, nominalInterest1: string | null }> | null, links: { personId: string | null, bankingCustomerId: string | null, seiExternalId: string | null } | null, kycOverview: { status: VerificationStatus, asOf: string, sources: Array<{ provider: Provider, status: VerificationStatus | null, detail: string | null, observedAt: string, available: boolean }> } | null, kycChecks: Array<{ id: string, date: string | null, how: string | null, staffName: string | null, satisfied: boolean, comments: string | null }> | null, kycDocuments: Array<{ id: string, type: string | null, number: string | null, issueDate: string | null, issuePlace: string | null, expiryDate: string | null, expired: boolean }> | null, kycMedia: Array<{ id: string, type: string | null, url: string | null, date: string | null, relatesToKycDocumentId: string | null, relatesToKycCheckId: string | null }> | null, kycStatuses: Array<{ ok: boolean, date: string | null }> | null, person: { id: string, firstName: string | null, lastName: string | null, status: PersonStatus | null, banStatus: BanStatus | null, verificationStatus: VerificationStatus | null, verificationLastRun: string | null, verifications: Array<{ type: PersonVerificationType | null, result: PersonVerificationOutcome | null, verifiedAt: string }> | null } | null, accountEntitlements: { confirmed: boolean, asOf: string, items: Array<{ account: { accountNumber: string, productType: ProductType | null, nickname: string | null }, roles: { default: boolean | null, view: boolean | null, basic: boolean | null, billPay: boolean | null, loanAdvance: boolean | null } }> } | null } | null };

export type EntitleMutationVariables = Exact<{
  input: SetAccountEntitlementsInput;
}>;


export type EntitleMutation = { setAccountEntitlements: { replayed: boolean, entitlements: { confirmed: boolean, asOf: string, items: Array<{ account: { id: string | null, accountNumber: string }, roles: { default: boolean | null, view: boolean | null, basic: boolean | null, billPay: boolean | null, loanAdvance: boolean | null } }> } | null, challenge: { operationId: string, challengeId: string, factors: Array<{ id: string | null, type: ChallengeFactorType | null, labels: Array<string> }> } | null } | null };

export type SetAttributesMutationVariables = Exact<{
  input: SetAccountAttributesInput;
}>;


export type SetAttributesMutation = { setAccountAttributes: { replayed: boolean, job: { key: string, status: JobStatus, submittedAt: string | null } } | null };

export type AttributesJobQueryVariables = Exact<{
  key: string;
}>;


export type AttributesJobQuery = { accountAttributesJob: { status: JobStatus, errors: Array<{ field: string | null, location: string | null }> } | null };

export type EverythingAboutACustomerQueryVariables = Exact<{
  customerId: string;
  verificationId: string;
  jobKey: string;
}>;


export type EverythingAboutACustomerQuery = { customer: { legalName: string | null, kycStatus: boolean, attributes: Array<{ name: string, value: string }> | null, kycChecks: Array<{ how: string | null, date: string | null, satisfied: boolean }> | null, person: { verificationStatus: VerificationStatus | null, verifications: Array<{ type: PersonVerificationType | null, result: PersonVerificationOutcome | null }> | null } | null, accountEntitlements: { confirmed: boolean, items: Array<{ account: { accountNumber: string, productType: ProductType | null }, roles: { view: boolean | null, billPay: boolean | null } }> } | null } | null, verificationResult: { state: VerificationState, account: { status: AccountStatus | null, nameCheckStatus: NameCheckStatus | null } | null } | null, accountAttributesJob: { status: JobStatus } | null };

export type KycReviewQueueQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type KycReviewQueueQuery = { customers: { nodes: Array<{ id: string, number: string, lastOkDate: string | null, kycOverview: { status: VerificationStatus, asOf: string, sources: Array<{ provider: Provider, status: VerificationStatus | null, detail: string | null, available: boolean }> } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type CreateCustomerMutationVariables = Exact<{
  input: CreateCustomerInput;
}>;


export type CreateCustomerMutation = { createCustomer: { replayed: boolean, customer: { id: string, bankId: string, number: string } } | null };

export type AddKycDocumentMutationVariables = Exact<{
  input: AddKycDocumentInput;
}>;


export type AddKycDocumentMutation = { addKycDocument: { replayed: boolean, kycDocument: { id: string, type: string | null, expired: boolean } } | null };

export type AddKycMediaMutationVariables = Exact<{
  input: AddKycMediaInput;
}>;


export type AddKycMediaMutation = { addKycMedia: { replayed: boolean, kycMedia: { id: string, relatesToKycDocumentId: string | null, relatesToKycCheckId: string | null } } | null };

export type AddKycCheckMutationVariables = Exact<{
  input: AddKycCheckInput;
}>;


export type AddKycCheckMutation = { addKycCheck: { replayed: boolean, kycCheck: { id: string, satisfied: boolean } } | null };

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


export type OnboardedQuery = { customer: { id: string, number: string, kycOverview: { status: VerificationStatus, asOf: string, sources: Array<{ provider: Provider, status: VerificationStatus | null, detail: string | null, available: boolean }> } | null, accountEntitlements: { confirmed: boolean, asOf: string, items: Array<{ account: { accountNumber: string }, roles: { default: boolean | null, view: boolean | null, basic: boolean | null, billPay: boolean | null, loanAdvance: boolean | null } }> } | null } | null };

export type CheckPayeeMutationVariables = Exact<{
  input: VerifyAccountInput;
}>;


export type CheckPayeeMutation = { verifyAccount: { replayed: boolean, result: { id: string, state: VerificationState, checkedAt: string, fromCache: boolean, nextPollAt: string | null, account: { status: AccountStatus | null, nameCheckStatus: NameCheckStatus | null, respondedName: string | null } | null } } | null };

export type PayeeCheckQueryVariables = Exact<{
  id: string;
}>;


export type PayeeCheckQuery = { verificationResult: { state: VerificationState, nextPollAt: string | null, account: { status: AccountStatus | null, nameCheckStatus: NameCheckStatus | null, respondedName: string | null } | null } | null };

export type PersonByIdQueryVariables = Exact<{
  id: string;
}>;


export type PersonByIdQuery = { person: { id: string, firstName: string | null, lastName: string | null, status: PersonStatus | null, verificationStatus: VerificationStatus | null, verifications: Array<{ type: PersonVerificationType | null, result: PersonVerificationOutcome | null, verifiedAt: string }> | null } | null };


export const CustomersWithPersonsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"CustomersWithPersons"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"CustomerFilter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customers"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"legalName"}},{"kind":"Field","name":{"kind":"Name","value":"kycStatus"}},{"kind":"Field","name":{"kind":"Name","value":"lastOkDate"}},{"kind":"Field","name":{"kind":"Name","value":"person"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"verificationStatus"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]} as unknown as DocumentNode<CustomersWithPersonsQuery, CustomersWithPersonsQueryVariables>;
export const CustomerPageDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"CustomerPage"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"customerId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"customerId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"bankId"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"legalName"}},{"kind":"Field","name":{"kind":"Name","value":"title"}},{"kind":"Field","name":{"kind":"Name","value":"nameSuffix"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"mobilePhoneNumber"}},{"kind":"Field","name":{"kind":"Name","value":"faceImage"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"date"}}]}},{"kind":"Field","name":{"kind":"Name","value":"dateOfBirth"}},{"kind":"Field","name":{"kind":"Name","value":"relationshipStatus"}},{"kind":"Field","name":{"kind":"Name","value":"dependants"}},{"kind":"Field","name":{"kind":"Name","value":"datesOfBirthOfDependants"}},{"kind":"Field","name":{"kind":"Name","value":"creditRating"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rating"}},{"kind":"Field","name":{"kind":"Name","value":"source"}}]}},{"kind":"Field","name":{"kind":"Name","value":"creditLimit"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"currency"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}},{"kind":"Field","name":{"kind":"Name","value":"highestEducationAttained"}},{"kind":"Field","name":{"kind":"Name","value":"employmentStatus"}},{"kind":"Field","name":{"kind":"Name","value":"kycStatus"}},{"kind":"Field","name":{"kind":"Name","value":"lastOkDate"}},{"kind":"Field","name":{"kind":"Name","value":"branchId"}},{"kind":"Field","name":{"kind":"Name","value":"attributes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}},{"kind":"Field","name":{"kind":"Name","value":"addresses"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"line1"}},{"kind":"Field","name":{"kind":"Name","value":"line2"}},{"kind":"Field","name":{"kind":"Name","value":"line3"}},{"kind":"Field","name":{"kind":"Name","value":"city"}},{"kind":"Field","name":{"kind":"Name","value":"county"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"postcode"}},{"kind":"Field","name":{"kind":"Name","value":"countryCode"}},{"kind":"Field","name":{"kind":"Name","value":"tags"}}]}},{"kind":"Field","name":{"kind":"Name","value":"taxResidences"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"domain"}},{"kind":"Field","name":{"kind":"Name","value":"taxNumber"}}]}},{"kind":"Field","name":{"kind":"Name","value":"socialMediaHandles"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"handle"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userLinks"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"isActive"}}]}},{"kind":"Field","name":{"kind":"Name","value":"creditLimitRequests"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rankAmount1"}},{"kind":"Field","name":{"kind":"Name","value":"nominalInterest1"}}]}},{"kind":"Field","name":{"kind":"Name","value":"links"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"personId"}},{"kind":"Field","name":{"kind":"Name","value":"bankingCustomerId"}},{"kind":"Field","name":{"kind":"Name","value":"seiExternalId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"kycOverview"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}},{"kind":"Field","name":{"kind":"Name","value":"sources"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"detail"}},{"kind":"Field","name":{"kind":"Name","value":"observedAt"}},{"kind":"Field","name":{"kind":"Name","value":"available"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"kycChecks"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"date"}},{"kind":"Field","name":{"kind":"Name","value":"how"}},{"kind":"Field","name":{"kind":"Name","value":"staffName"}},{"kind":"Field","name":{"kind":"Name","value":"satisfied"}},{"kind":"Field","name":{"kind":"Name","value":"comments"}}]}},{"kind":"Field","name":{"kind":"Name","value":"kycDocuments"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"issueDate"}},{"kind":"Field","name":{"kind":"Name","value":"issuePlace"}},{"kind":"Field","name":{"kind":"Name","value":"expiryDate"}},{"kind":"Field","name":{"kind":"Name","value":"expired"}}]}},{"kind":"Field","name":{"kind":"Name","value":"kycMedia"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"date"}},{"kind":"Field","name":{"kind":"Name","value":"relatesToKycDocumentId"}},{"kind":"Field","name":{"kind":"Name","value":"relatesToKycCheckId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"kycStatuses"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"date"}}]}},{"kind":"Field","name":{"kind":"Name","value":"person"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"firstName"}},{"kind":"Field","name":{"kind":"Name","value":"lastName"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"banStatus"}},{"kind":"Field","name":{"kind":"Name","value":"verificationStatus"}},{"kind":"Field","name":{"kind":"Name","value":"verificationLastRun"}},{"kind":"Field","name":{"kind":"Name","value":"verifications"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"result"}},{"kind":"Field","name":{"kind":"Name","value":"verifiedAt"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"accountEntitlements"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"confirmed"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}},{"kind":"Field","name":{"kind":"Name","value":"items"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"accountNumber"}},{"kind":"Field","name":{"kind":"Name","value":"productType"}},{"kind":"Field","name":{"kind":"Name","value":"nickname"}}]}},{"kind":"Field","name":{"kind":"Name","value":"roles"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"default"}},{"kind":"Field","name":{"kind":"Name","value":"view"}},{"kind":"Field","name":{"kind":"Name","value":"basic"}},{"kind":"Field","name":{"kind":"Name","value":"billPay"}},{"kind":"Field","name":{"kind":"Name","value":"loanAdvance"}}]}}]}}]}}]}}]}}]} as unknown as DocumentNode<CustomerPageQuery, CustomerPageQueryVariables>;
export const EntitleDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Entitle"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"SetAccountEntitlementsInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"setAccountEntitlements"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"entitlements"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"confirmed"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}},{"kind":"Field","name":{"kind":"Name","value":"items"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"accountNumber"}}]}},{"kind":"Field","name":{"kind":"Name","value":"roles"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"default"}},{"kind":"Field","name":{"kind":"Name","value":"view"}},{"kind":"Field","name":{"kind":"Name","value":"basic"}},{"kind":"Field","name":{"kind":"Name","value":"billPay"}},{"kind":"Field","name":{"kind":"Name","value":"loanAdvance"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"challenge"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"operationId"}},{"kind":"Field","name":{"kind":"Name","value":"challengeId"}},{"kind":"Field","name":{"kind":"Name","value":"factors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"labels"}}]}}]}}]}}]}}]} as unknown as DocumentNode<EntitleMutation, EntitleMutationVariables>;
export const SetAttributesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SetAttributes"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"SetAccountAttributesInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"setAccountAttributes"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"job"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"submittedAt"}}]}}]}}]}}]} as unknown as DocumentNode<SetAttributesMutation, SetAttributesMutationVariables>;
export const AttributesJobDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"AttributesJob"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"key"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"accountAttributesJob"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"key"},"value":{"kind":"Variable","name":{"kind":"Name","value":"key"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"location"}}]}}]}}]}}]} as unknown as DocumentNode<AttributesJobQuery, AttributesJobQueryVariables>;
export const EverythingAboutACustomerDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"EverythingAboutACustomer"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"customerId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"verificationId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"jobKey"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"customerId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"legalName"}},{"kind":"Field","name":{"kind":"Name","value":"kycStatus"}},{"kind":"Field","name":{"kind":"Name","value":"attributes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}},{"kind":"Field","name":{"kind":"Name","value":"kycChecks"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"how"}},{"kind":"Field","name":{"kind":"Name","value":"date"}},{"kind":"Field","name":{"kind":"Name","value":"satisfied"}}]}},{"kind":"Field","name":{"kind":"Name","value":"person"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"verificationStatus"}},{"kind":"Field","name":{"kind":"Name","value":"verifications"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"result"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"accountEntitlements"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"confirmed"}},{"kind":"Field","name":{"kind":"Name","value":"items"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"accountNumber"}},{"kind":"Field","name":{"kind":"Name","value":"productType"}}]}},{"kind":"Field","name":{"kind":"Name","value":"roles"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"view"}},{"kind":"Field","name":{"kind":"Name","value":"billPay"}}]}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"verificationResult"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"verificationId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"nameCheckStatus"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"accountAttributesJob"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"key"},"value":{"kind":"Variable","name":{"kind":"Name","value":"jobKey"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}}]}}]}}]} as unknown as DocumentNode<EverythingAboutACustomerQuery, EverythingAboutACustomerQueryVariables>;
export const KycReviewQueueDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"KycReviewQueue"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customers"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"sortDirection"},"value":{"kind":"EnumValue","value":"ASC"}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"lastOkDate"}},{"kind":"Field","name":{"kind":"Name","value":"kycOverview"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}},{"kind":"Field","name":{"kind":"Name","value":"sources"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"detail"}},{"kind":"Field","name":{"kind":"Name","value":"available"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]} as unknown as DocumentNode<KycReviewQueueQuery, KycReviewQueueQueryVariables>;
export const CreateCustomerDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateCustomer"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateCustomerInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createCustomer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"customer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"bankId"}},{"kind":"Field","name":{"kind":"Name","value":"number"}}]}}]}}]}}]} as unknown as DocumentNode<CreateCustomerMutation, CreateCustomerMutationVariables>;
export const AddKycDocumentDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"AddKycDocument"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"AddKycDocumentInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"addKycDocument"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"kycDocument"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"expired"}}]}}]}}]}}]} as unknown as DocumentNode<AddKycDocumentMutation, AddKycDocumentMutationVariables>;
export const AddKycMediaDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"AddKycMedia"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"AddKycMediaInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"addKycMedia"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"kycMedia"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"relatesToKycDocumentId"}},{"kind":"Field","name":{"kind":"Name","value":"relatesToKycCheckId"}}]}}]}}]}}]} as unknown as DocumentNode<AddKycMediaMutation, AddKycMediaMutationVariables>;
export const AddKycCheckDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"AddKycCheck"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"AddKycCheckInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"addKycCheck"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"kycCheck"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"satisfied"}}]}}]}}]}}]} as unknown as DocumentNode<AddKycCheckMutation, AddKycCheckMutationVariables>;
export const AddKycStatusDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"AddKycStatus"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"AddKycStatusInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"addKycStatus"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"kycStatus"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"ok"}},{"kind":"Field","name":{"kind":"Name","value":"date"}}]}}]}}]}}]} as unknown as DocumentNode<AddKycStatusMutation, AddKycStatusMutationVariables>;
export const CreatePersonDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreatePerson"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreatePersonInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createPerson"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"person"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"verificationStatus"}}]}}]}}]}}]} as unknown as DocumentNode<CreatePersonMutation, CreatePersonMutationVariables>;
export const VerifyPersonDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"VerifyPerson"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"VerifyPersonInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"verifyPerson"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"verification"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"results"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"result"}}]}}]}}]}}]}}]} as unknown as DocumentNode<VerifyPersonMutation, VerifyPersonMutationVariables>;
export const LinkCustomerDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"LinkCustomer"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"LinkCustomerInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"linkCustomer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"customer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"links"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"personId"}},{"kind":"Field","name":{"kind":"Name","value":"bankingCustomerId"}},{"kind":"Field","name":{"kind":"Name","value":"seiExternalId"}}]}}]}}]}}]}}]} as unknown as DocumentNode<LinkCustomerMutation, LinkCustomerMutationVariables>;
export const OnboardedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Onboarded"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"customerId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"customerId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"kycOverview"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}},{"kind":"Field","name":{"kind":"Name","value":"sources"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"detail"}},{"kind":"Field","name":{"kind":"Name","value":"available"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"accountEntitlements"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"confirmed"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}},{"kind":"Field","name":{"kind":"Name","value":"items"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"accountNumber"}}]}},{"kind":"Field","name":{"kind":"Name","value":"roles"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"default"}},{"kind":"Field","name":{"kind":"Name","value":"view"}},{"kind":"Field","name":{"kind":"Name","value":"basic"}},{"kind":"Field","name":{"kind":"Name","value":"billPay"}},{"kind":"Field","name":{"kind":"Name","value":"loanAdvance"}}]}}]}}]}}]}}]}}]} as unknown as DocumentNode<OnboardedQuery, OnboardedQueryVariables>;
export const CheckPayeeDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CheckPayee"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"VerifyAccountInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"verifyAccount"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"result"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"checkedAt"}},{"kind":"Field","name":{"kind":"Name","value":"fromCache"}},{"kind":"Field","name":{"kind":"Name","value":"nextPollAt"}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"nameCheckStatus"}},{"kind":"Field","name":{"kind":"Name","value":"respondedName"}}]}}]}}]}}]}}]} as unknown as DocumentNode<CheckPayeeMutation, CheckPayeeMutationVariables>;
export const PayeeCheckDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"PayeeCheck"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"verificationResult"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"nextPollAt"}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"nameCheckStatus"}},{"kind":"Field","name":{"kind":"Name","value":"respondedName"}}]}}]}}]}}]} as unknown as DocumentNode<PayeeCheckQuery, PayeeCheckQueryVariables>;
export const PersonByIdDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"PersonById"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"person"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"firstName"}},{"kind":"Field","name":{"kind":"Name","value":"lastName"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"verificationStatus"}},{"kind":"Field","name":{"kind":"Name","value":"verifications"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"result"}},{"kind":"Field","name":{"kind":"Name","value":"verifiedAt"}}]}}]}}]}}]} as unknown as DocumentNode<PersonByIdQuery, PersonByIdQueryVariables>;