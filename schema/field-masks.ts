import type { PiiDecision } from './pii.js'

/**
 * PII review: a decision for every field, input member and argument of the schema. The decision of a field has four
 * effects:
 * - masking: a caller without `pii:read` (or an `…:own` scope) gets the masked value (`src/access/mask.ts`, at the guard)
 * - no value in logs, traces, metrics and errors: they accept no values, so nothing is redacted (`src/observability/log.ts`)
 * - encryption: stored values are encrypted with AES-256-GCM, names are keyed hashes (`src/store/encrypted.ts`)
 * - audit: the trail records which caller read the field, unmasked or masked, and not its value (`src/audit/`)
 *
 * The schema is not built while a field has no decision, or a decision has no field (`src/graphql/pii-review.ts`). Inputs
 * are personal as a whole: no input value reaches a log line, an error or the trail; a mask does not apply to them.
 */
export const piiGroups = {
  composed: { category: 'composed', reason: 'Groups other fields; each of them has its own decision.' },

  technical: {
    category: 'public',
    reason: 'States how this server, a provider or the protocol handled a request, or is fixed.',
  },
  catalogue: {
    category: 'public',
    reason: 'A code, product, definition, role or institution; the same for every person.',
  },

  integration: {
    category: 'public',
    reason: 'How a partner is reached, and how it knows this server; it says nothing of a person.',
  },

  identifier: {
    category: 'personal',
    reason: 'A pseudonym by which a record is read again; it says nothing of the person without that record.',
  },
  caseState: {
    category: 'personal',
    reason:
      'The state of a case, a record or a relation, which a caller without `pii:read` works with; it states no property of the person.',
  },
  recordTime: { category: 'personal', reason: 'When a record was made, checked or is due: a fact of the work.' },
  country: {
    category: 'personal',
    reason: 'A country alone singles out no person, and rules of jurisdiction need it.',
  },
  consent: { category: 'personal', reason: 'The agreement of the person to a check.' },

  name: { category: 'personal', mask: 'firstLetter', reason: 'The name of a person.' },
  honorific: {
    category: 'personal',
    mask: 'hidden',
    reason: 'A form of address may tell sex, profession or religion.',
  },
  email: { category: 'personal', mask: 'firstLetter', reason: 'An address by which a person is reached.' },
  phone: { category: 'personal', mask: 'lastFour', reason: 'A number by which a person is reached.' },
  address: { category: 'personal', mask: 'firstLetter', reason: 'Where a person lives, or was given a document.' },
  network: { category: 'personal', mask: 'hidden', reason: 'A network address of a person.' },
  online: { category: 'personal', mask: 'firstLetter', reason: 'Leads to what a person publishes.' },
  login: { category: 'personal', mask: 'firstLetter', reason: 'A name with which a person logs in.' },
  secret: {
    category: 'personal',
    mask: 'hidden',
    reason: 'Proves a person to be the one; it goes to the provider only.',
  },
  credential: {
    category: 'personal',
    reason: 'Opens one session of a person, to the caller who started it alone. No trail names it, also not by its id.',
  },
  challenge: { category: 'personal', mask: 'hidden', reason: 'Hints at what a person has or knows.' },
  birth: {
    category: 'personal',
    mask: 'hidden',
    reason: 'The date of birth identifies a person together with a name.',
  },
  occupation: { category: 'personal', mask: 'hidden', reason: 'The education and the employment of a person.' },
  staff: { category: 'personal', mask: 'firstLetter', reason: 'A person who works for the bank is a person too.' },
  officialNumber: {
    category: 'personal',
    mask: 'lastFour',
    reason: 'A number that an authority gave to a person.',
  },
  partOfNumber: {
    category: 'personal',
    mask: 'hidden',
    reason: 'A part of an official number that others take as proof of it.',
  },
  accountNumber: { category: 'personal', mask: 'lastFour', reason: 'A number by which money is paid or drawn.' },
  accountName: {
    category: 'personal',
    mask: 'firstLetter',
    reason: 'A name that a person chose for an account; it may hold names and purposes.',
  },

  identityDocument: {
    category: 'special',
    mask: 'hidden',
    reason: 'The kind, country and dates of an identity document tell nationality, origin or residence status.',
  },
  portrait: {
    category: 'special',
    mask: 'firstLetter',
    reason: 'A picture or recording tells ethnicity, religion or health, and is biometric.',
  },
  family: {
    category: 'special',
    mask: 'hidden',
    reason: 'The relationship and the children of a person let infer their sexual orientation.',
  },
  credit: { category: 'special', mask: 'hidden', reason: 'Creditworthiness, which banks treat as a special category.' },
  money: { category: 'special', mask: 'hidden', reason: 'A balance or limit, which is under bank secrecy.' },
  screening: {
    category: 'special',
    mask: 'hidden',
    reason: 'The outcome of a screening for crime, fraud, sanctions or death (GDPR art. 10).',
  },
  freeText: {
    category: 'special',
    mask: 'firstLetter',
    reason: 'Free text of a person, a bank or a provider may hold anything, special categories included.',
  },
  openValue: {
    category: 'special',
    mask: 'lastFour',
    reason: 'A value of a name that the bank or the client chose may be of any category.',
  },
  openData: {
    category: 'special',
    mask: 'hidden',
    reason: 'Data without a schema of its own may be of any category.',
  },
} as const satisfies Readonly<Record<string, PiiDecision>>

export type PiiGroup = keyof typeof piiGroups

/** The fields of a type, separated by spaces, by the group that decides them. */
export type FieldGroups = Readonly<Partial<Record<PiiGroup, string>>>

/** The members that are masked where they are fields: a search or an order by them tells as much as reading them. */
export const maskedMembersOf = (groups: FieldGroups): readonly string[] =>
  Object.entries(groups).flatMap(([group, names]) =>
    (piiGroups[group as PiiGroup] as PiiDecision).mask === undefined ? [] : names.split(/\s+/),
  )

/** The fields of output types. */
export const outputDecisions: Readonly<Record<string, FieldGroups>> = {
  Query: {
    composed: `accountAttributesJob accountEntitlements customerAttributeDefinitions customer customerByNumber customers
      customersByAttributes customersByMobilePhoneNumber crmEvents meeting meetings errorCodes person persons
      userCustomerLinks verificationResult verificationResults viewer accountVerifications kycReviewQueue
      personVerification webhookEndpoints webhookDeliveries`,
  },
  Mutation: {
    composed: `setAccountAttributes setAccountEntitlements setCustomerAttributeDefinition
      deleteCustomerAttributeDefinition createCustomer createCustomerAttribute updateCustomerAttribute
      deleteCustomerAttribute linkCustomer updateCustomerBranch updateCustomerCreditLimit updateCustomerCreditRating
      updateCustomerData updateCustomerEmail updateCustomerIdentity updateCustomerMobileNumber updateCustomerNumber
      createMeeting createCustomerMessage addKycCheck addKycStatus addKycDocument addKycMedia createAccount createUser
      createPerson updatePerson verifyPerson createCustomerAddress updateCustomerAddress deleteCustomerAddress
      createTaxResidence deleteTaxResidence addSocialMediaHandle requestCreditLimit createUserCustomerLink
      deleteUserCustomerLink verifyAccount startChallengeFactor verifyChallengeFactor recordDisclosure
      startDocumentVerification verifyAccounts addPersonalId correctPersonalId deletePersonalId recordPersonVerification
      subscribeToMonitoring endMonitoring setMonitoringAlertStatus createWebhookEndpoint rotateWebhookEndpointSecret
      disableWebhookEndpoint enableWebhookEndpoint deleteWebhookEndpoint replayWebhookDelivery`,
  },
  Subscription: {
    composed: 'verificationResult accountAttributesJob personVerification kycOverview accountVerifications',
  },
  PageInfo: { technical: 'hasNextPage hasPreviousPage startCursor endCursor' },
  ErrorCodeInfo: { technical: 'code meaning retryable httpStatuses' },
  Viewer: {
    identifier: 'id',
    technical: 'scopes seesPersonalData',
    composed: 'messages customers',
  },

  WebhookEndpoint: {
    integration: 'url types previousSecretUntil',
    technical: 'id isEnabled disabledReason disabledAt failingSince createdAt',
  },
  WebhookDelivery: {
    technical: 'eventId type state attempts lastOutcome nextAttemptAt createdAt endedAt',
  },
  WebhookDeliveryConnection: { composed: 'edges nodes pageInfo' },
  WebhookDeliveryEdge: { technical: 'cursor', composed: 'node' },
  CreateWebhookEndpointPayload: { technical: 'replayed', integration: 'secret', composed: 'endpoint' },
  RotateWebhookEndpointSecretPayload: { technical: 'replayed', integration: 'secret', composed: 'endpoint' },
  DisableWebhookEndpointPayload: { technical: 'replayed', composed: 'endpoint' },
  EnableWebhookEndpointPayload: { technical: 'replayed', composed: 'endpoint' },
  DeleteWebhookEndpointPayload: { technical: 'replayed deletedId' },
  ReplayWebhookDeliveryPayload: { technical: 'replayed', composed: 'delivery' },

  Customer: {
    identifier: 'id bankId number branchId',
    name: 'legalName nameSuffix',
    honorific: 'title',
    email: 'email',
    phone: 'mobilePhoneNumber',
    birth: 'dateOfBirth',
    family: 'relationshipStatus dependants datesOfBirthOfDependants',
    credit: 'creditRating',
    money: 'creditLimit',
    occupation: 'highestEducationAttained employmentStatus',
    caseState: 'kycStatus',
    recordTime: 'lastOkDate',
    composed: `faceImage attributes attribute links person accountEntitlements kycChecks kycDocuments kycMedia kycStatuses
      kycOverview addresses taxResidences socialMediaHandles creditLimitRequests creditLimitRequest userLinks`,
  },
  FaceImage: { portrait: 'url', recordTime: 'date' },
  CreditRating: { credit: 'rating source' },
  MonetaryAmount: { money: 'amount', catalogue: 'currency' },
  CustomerLinks: { identifier: 'personId bankingCustomerId seiExternalId' },
  CustomerConnection: { composed: 'edges nodes pageInfo' },
  CustomerEdge: { technical: 'cursor', composed: 'node' },
  CustomerAttribute: { identifier: 'id', catalogue: 'name type typeRaw', openValue: 'value' },
  CustomerAttributeDefinition: {
    catalogue: 'id bankId name category type description alias canBeSeenOnViews isActive',
  },
  CustomerAddress: {
    identifier: 'id',
    address: 'line1 line2 line3 city county state postcode',
    country: 'countryCode',
    openData: 'tags',
    freeText: 'status',
    recordTime: 'insertedAt',
  },
  TaxResidence: { identifier: 'id', officialNumber: 'taxNumber', address: 'domain' },
  SocialMediaHandle: { identifier: 'customerNumber', online: 'type handle', recordTime: 'addedAt activatedAt' },
  CreditLimitRequest: { technical: 'rankAmount1 nominalInterest1 rankAmount2 nominalInterest2' },
  CreditLimitRequestReceipt: { technical: 'executionTime executionDate token shortReference' },
  UserCustomerLink: {
    identifier: 'id userId customerId',
    recordTime: 'insertedAt',
    caseState: 'isActive',
    composed: 'customer',
  },

  KycCheck: {
    identifier: 'id bankId customerId customerNumber staffUserId',
    recordTime: 'date',
    freeText: 'how comments',
    staff: 'staffName',
    caseState: 'satisfied',
    composed: 'documents media customer',
  },
  KycDocument: {
    identifier: 'id bankId customerId customerNumber',
    identityDocument: 'type issueDate expiryDate',
    officialNumber: 'number',
    address: 'issuePlace',
    caseState: 'expired',
    composed: 'media',
  },
  KycMedia: {
    identifier: 'id bankId customerId customerNumber relatesToKycDocumentId relatesToKycCheckId',
    freeText: 'type',
    portrait: 'url',
    recordTime: 'date',
    composed: 'document check',
  },
  KycStatus: { identifier: 'customerId customerNumber', caseState: 'ok', recordTime: 'date' },
  KycOverview: { caseState: 'status', recordTime: 'asOf', composed: 'sources' },
  KycSource: { catalogue: 'provider', caseState: 'status detail', recordTime: 'observedAt', technical: 'available' },

  Person: {
    identifier: 'id tenant',
    caseState: 'isCustomer hasAccounts verificationStatus verificationStatusRaw ssnSource ssnSourceRaw',
    // An alert without its members still tells that the monitoring found something.
    screening: 'status statusRaw banStatus banStatusRaw monitoringAlerts',
    recordTime: 'verificationLastRun createdAt updatedAt',
    name: 'firstName middleName lastName chosenName',
    birth: 'dateOfBirth',
    email: 'email',
    phone: 'phoneNumber',
    partOfNumber: 'ssnLast4',
    openData: 'metadata',
    composed: `legalAddress shippingAddress personalIds verifications customers disclosures verificationHistory
      monitoringSubscriptions`,
  },
  PersonConnection: { composed: 'edges nodes pageInfo' },
  PersonEdge: { technical: 'cursor', composed: 'node' },
  PersonAddress: {
    identifier: 'id',
    catalogue: 'type',
    address: 'line1 line2 city state postalCode',
    country: 'countryCode',
  },
  PersonalId: {
    identifier: 'id',
    identityDocument: 'type typeRaw countryCode issueDate expiryDate',
    officialNumber: 'identifier',
    technical: 'systemProvided',
  },
  PersonVerification: { caseState: 'status statusRaw', composed: 'results person' },
  ChangedPersonalId: {
    identifier: 'id personId',
    identityDocument: 'type typeRaw countryCode issueDate expiryDate',
    partOfNumber: 'lastFour',
  },
  PersonVerificationResultConnection: { composed: 'edges nodes pageInfo' },
  PersonVerificationResultEdge: { technical: 'cursor', composed: 'node' },
  VendorCodeMeaning: { screening: 'outcome meaning', catalogue: 'source' },
  PersonVerificationResult: {
    identifier: 'id personId',
    catalogue: 'type typeRaw vendor',
    // That there is a finding, and how many there are, tells the outcome of the check.
    screening: 'result resultRaw details',
    recordTime: 'verifiedAt',
  },
  Disclosure: {
    identifier: 'id acknowledgingPersonId',
    catalogue: 'type typeRaw version',
    consent: 'eventType eventTypeRaw',
    recordTime: 'disclosedAt createdAt',
  },
  DocumentVerificationSession: { credential: 'token url' },
  // A reason names a check that did not pass.
  KycReview: { caseState: 'status', screening: 'action instruction reasons', composed: 'person' },
  KycReviewReason: {
    catalogue: 'type',
    screening: 'result category label description vendorCode',
    recordTime: 'verifiedAt',
  },
  KycReviewConnection: { composed: 'edges nodes pageInfo' },
  KycReviewEdge: { technical: 'cursor', composed: 'node' },
  VerificationDetail: {
    // Each code with a documented meaning speaks against the person.
    screening: 'category label description result score vendorCode vendorCodeMeaning',
  },
  MonitoringSubscription: { identifier: 'id', recordTime: 'createdAt' },
  MonitoringAlert: {
    identifier: 'id',
    screening: 'type typeRaw status statusRaw meaning title urls vendor',
    recordTime: 'createdAt updatedAt',
  },

  CrmEvent: {
    identifier: 'id bankId customerNumber',
    name: 'customerName',
    freeText: 'category detail channel result',
    recordTime: 'scheduledAt actualAt',
  },
  CustomerMessage: { identifier: 'id', recordTime: 'date', freeText: 'message', staff: 'fromDepartment fromPerson' },
  BankMeeting: {
    identifier: 'id bankId staffUserId customerUserId',
    catalogue: 'providerId',
    freeText: 'purposeId',
    recordTime: 'when',
    composed: 'creator invitees',
  },
  ContactDetails: { name: 'name', phone: 'mobilePhone', email: 'emailAddress' },
  MeetingInvitee: { composed: 'contactDetails', freeText: 'status' },

  AccountAttributesJob: {
    identifier: 'key externalId',
    caseState: 'status providerStatus',
    technical: 'requestTrackingId',
    recordTime: 'submittedAt nextPollAt',
    composed: 'errors',
  },
  JobError: { technical: 'field location', openData: 'reason' },
  AccountEntitlementSet: {
    identifier: 'bankingCustomerId',
    recordTime: 'asOf',
    caseState: 'confirmed',
    composed: 'items',
  },
  AccountEntitlement: {
    caseState: 'electronicStatementElection electronicDocumentElection',
    composed: 'account roles',
  },
  AccountRoles: { caseState: 'default view basic billPay loanAdvance' },
  BankingAccount: {
    identifier: 'accountId',
    accountNumber: 'accountNumber accountMicrNumber',
    catalogue: 'productType productTypeRaw productCode',
    accountName: 'nickname',
  },
  IdentityChallenge: { identifier: 'operationId challengeId', composed: 'factors' },
  ChallengeFactor: { identifier: 'factorId', catalogue: 'type typeRaw', challenge: 'labels securityQuestions' },
  SecurityQuestion: { identifier: 'questionId', challenge: 'prompt' },
  ChallengeProgress: {
    identifier: 'bankingCustomerId challengeId factorId',
    caseState: 'state stateRaw attemptsLeft',
    recordTime: 'expiresAt',
  },
  DepositAccount: {
    identifier: 'accountId bankId userId branchId',
    accountName: 'label',
    catalogue: 'productCode',
    composed: 'balance routings attributes',
  },
  AccountRouting: { catalogue: 'scheme', accountNumber: 'address' },
  AccountAttribute: { identifier: 'id', catalogue: 'productCode name type typeRaw', openValue: 'value' },
  BankUser: {
    identifier: 'id',
    email: 'email',
    login: 'username providerId',
    catalogue: 'provider',
    composed: 'entitlements',
  },
  UserEntitlement: { identifier: 'id', catalogue: 'roleName bankId' },

  VerificationResult: {
    identifier: 'id',
    caseState: 'state',
    freeText: 'message',
    recordTime: 'checkedAt nextPollAt',
    technical: 'fromCache',
    composed: 'account responder',
  },
  VerifiedAccount: {
    accountNumber: 'accountId secondaryId',
    caseState: 'status statusRaw nameCheckStatus nameCheckStatusRaw',
    name: 'respondedName',
    composed: 'identities',
  },
  VerifiedIdentity: { catalogue: 'type', officialNumber: 'value', caseState: 'status' },
  VerificationResponder: {
    catalogue: 'scheme apiVersion schemeUrl responseCodes',
    recordTime: 'receivedAt',
    openData: 'data',
    composed: 'entity',
  },
  ResponderEntity: { catalogue: 'idType idValue reference' },
  AccountVerificationJob: {
    identifier: 'id',
    caseState: 'state',
    recordTime: 'createdAt nextPollAt',
    composed: 'counts results',
  },
  AccountVerificationCounts: { caseState: 'total queued pending completed failed' },
  AccountVerificationConnection: { composed: 'edges nodes pageInfo' },
  AccountVerificationEdge: { technical: 'cursor', composed: 'node' },
  AccountVerification: { identifier: 'clientReference', caseState: 'state', composed: 'result error' },
  AccountVerificationError: { technical: 'code retryable message' },

  AddKycCheckPayload: { technical: 'replayed', composed: 'kycCheck' },
  AddKycDocumentPayload: { technical: 'replayed', composed: 'kycDocument' },
  AddKycMediaPayload: { technical: 'replayed', composed: 'kycMedia' },
  AddKycStatusPayload: { technical: 'replayed', composed: 'kycStatus' },
  AddSocialMediaHandlePayload: { technical: 'replayed', composed: 'handle' },
  CreateAccountPayload: { technical: 'replayed', composed: 'account' },
  CreateCustomerAddressPayload: { technical: 'replayed', composed: 'address' },
  CreateCustomerAttributePayload: { technical: 'replayed', composed: 'attribute' },
  CreateCustomerMessagePayload: { technical: 'replayed sent' },
  CreateCustomerPayload: { technical: 'replayed', composed: 'customer' },
  CreateMeetingPayload: { technical: 'replayed', composed: 'meeting' },
  CreatePersonPayload: { technical: 'replayed', composed: 'person' },
  CreateTaxResidencePayload: { technical: 'replayed', composed: 'taxResidence' },
  CreateUserCustomerLinkPayload: { technical: 'replayed', composed: 'link' },
  CreateUserPayload: { technical: 'replayed', composed: 'user' },
  DeleteCustomerAddressPayload: { technical: 'replayed', identifier: 'deletedId' },
  DeleteCustomerAttributeDefinitionPayload: { technical: 'replayed', identifier: 'deletedId' },
  DeleteCustomerAttributePayload: { technical: 'replayed', identifier: 'deletedId' },
  DeleteTaxResidencePayload: { technical: 'replayed', identifier: 'deletedId' },
  DeleteUserCustomerLinkPayload: { technical: 'replayed', identifier: 'deletedId' },
  LinkCustomerPayload: { technical: 'replayed', composed: 'customer' },
  RequestCreditLimitPayload: { technical: 'replayed', composed: 'receipt' },
  SetAccountAttributesPayload: { technical: 'replayed', composed: 'job' },
  SetAccountEntitlementsPayload: { technical: 'replayed', composed: 'entitlements challenge' },
  SetCustomerAttributeDefinitionPayload: { technical: 'replayed', composed: 'definition' },
  StartChallengeFactorPayload: { technical: 'replayed', composed: 'progress' },
  UpdateCustomerAddressPayload: { technical: 'replayed', composed: 'address' },
  UpdateCustomerAttributePayload: { technical: 'replayed', composed: 'attribute' },
  UpdateCustomerBranchPayload: { technical: 'replayed', composed: 'customer' },
  UpdateCustomerCreditLimitPayload: { technical: 'replayed', composed: 'customer' },
  UpdateCustomerCreditRatingPayload: { technical: 'replayed', composed: 'customer' },
  UpdateCustomerDataPayload: { technical: 'replayed', composed: 'customer' },
  UpdateCustomerEmailPayload: { technical: 'replayed', composed: 'customer' },
  UpdateCustomerIdentityPayload: { technical: 'replayed', composed: 'customer' },
  UpdateCustomerMobileNumberPayload: { technical: 'replayed', composed: 'customer' },
  UpdateCustomerNumberPayload: { technical: 'replayed', composed: 'customer' },
  UpdatePersonPayload: { technical: 'replayed', composed: 'person' },
  VerifyAccountsPayload: { technical: 'replayed', composed: 'job' },
  VerifyAccountPayload: { technical: 'replayed', composed: 'result' },
  VerifyChallengeFactorPayload: { technical: 'replayed', composed: 'progress' },
  VerifyPersonPayload: { technical: 'replayed', composed: 'verification' },
  RecordDisclosurePayload: { technical: 'replayed', composed: 'disclosure' },
  StartDocumentVerificationPayload: { technical: 'replayed', composed: 'session' },
  AddPersonalIdPayload: { technical: 'replayed', composed: 'personalId' },
  CorrectPersonalIdPayload: { technical: 'replayed', composed: 'personalId' },
  DeletePersonalIdPayload: { technical: 'replayed', identifier: 'personalIdId' },
  RecordPersonVerificationPayload: { technical: 'replayed', composed: 'verification' },
  SubscribeToMonitoringPayload: { technical: 'replayed', composed: 'subscription' },
  EndMonitoringPayload: { technical: 'replayed', identifier: 'deletedId' },
  SetMonitoringAlertStatusPayload: { technical: 'replayed', composed: 'alert' },
}

/** The members of input types. */
export const inputDecisions: Readonly<Record<string, FieldGroups>> = {
  CustomerFilter: { recordTime: 'lastOkFrom lastOkTo', technical: 'sortDirection' },
  CustomerAttributeMatch: { catalogue: 'name', openValue: 'value' },
  PersonFilter: {
    identifier: 'ids',
    caseState: 'isCustomer hasAccounts verificationStatuses',
    screening: 'status banStatuses',
    name: 'firstName lastName',
    birth: 'dateOfBirth',
    email: 'email',
    phone: 'phoneNumber',
    partOfNumber: 'ssnLast4',
  },
  PersonOrder: { technical: 'field direction' },

  SetAccountAttributesInput: { identifier: 'idempotencyKey externalId', composed: 'attributes' },
  AccountAttributeInput: { catalogue: 'name fieldsToNull', openValue: 'value', freeText: 'explanation' },
  SetAccountEntitlementsInput: {
    identifier: 'idempotencyKey bankingCustomerId',
    caseState: 'electronicStatementElection electronicDocumentElection',
    secret: 'challengeToken',
    composed: 'accounts roles',
  },
  BankingAccountInput: {
    identifier: 'id',
    accountNumber: 'accountNumber accountMicrNumber',
    catalogue: 'productType productCode',
    accountName: 'nickname',
  },
  AccountRolesInput: { caseState: 'default view basic billPay loanAdvance' },
  StartChallengeFactorInput: { identifier: 'idempotencyKey challengeId factorId' },
  VerifyChallengeFactorInput: {
    identifier: 'idempotencyKey challengeId factorId',
    secret: 'code',
    composed: 'answers',
  },
  SecurityAnswerInput: { identifier: 'questionId', secret: 'answer' },
  SetCustomerAttributeDefinitionInput: {
    identifier: 'idempotencyKey',
    catalogue: 'bankId name type description alias canBeSeenOnViews isActive',
  },
  DeleteCustomerAttributeDefinitionInput: { identifier: 'idempotencyKey', catalogue: 'bankId definitionId' },

  CreateCustomerInput: {
    identifier: 'idempotencyKey bankId branchId',
    name: 'legalName nameSuffix',
    honorific: 'title',
    phone: 'mobilePhoneNumber',
    email: 'email',
    birth: 'dateOfBirth',
    family: 'relationshipStatus datesOfBirthOfDependants',
    occupation: 'highestEducationAttained employmentStatus',
    caseState: 'kycStatus',
    recordTime: 'lastOkDate',
    composed: 'faceImage creditRating creditLimit',
  },
  FaceImageInput: { portrait: 'url', recordTime: 'date' },
  CreditRatingInput: { credit: 'rating source' },
  MonetaryAmountInput: { money: 'amount', catalogue: 'currency' },
  CreateCustomerAttributeInput: {
    identifier: 'idempotencyKey bankId customerId',
    catalogue: 'name type',
    openValue: 'value',
  },
  UpdateCustomerAttributeInput: {
    identifier: 'idempotencyKey bankId customerId attributeId',
    catalogue: 'name type',
    openValue: 'value',
  },
  DeleteCustomerAttributeInput: { identifier: 'idempotencyKey bankId customerId attributeId' },
  LinkCustomerInput: { identifier: 'idempotencyKey bankId customerId personId bankingCustomerId seiExternalId' },
  UpdateCustomerBranchInput: { identifier: 'idempotencyKey bankId customerId branchId' },
  UpdateCustomerCreditLimitInput: { identifier: 'idempotencyKey bankId customerId', composed: 'creditLimit' },
  UpdateCustomerCreditRatingInput: { identifier: 'idempotencyKey bankId customerId', credit: 'rating source' },
  UpdateCustomerDataInput: {
    identifier: 'idempotencyKey bankId customerId',
    family: 'relationshipStatus dependants',
    occupation: 'highestEducationAttained employmentStatus',
    composed: 'faceImage',
  },
  UpdateCustomerEmailInput: { identifier: 'idempotencyKey bankId customerId', email: 'email' },
  UpdateCustomerIdentityInput: {
    identifier: 'idempotencyKey bankId customerId',
    name: 'legalName nameSuffix',
    honorific: 'title',
    birth: 'dateOfBirth',
  },
  UpdateCustomerMobileNumberInput: { identifier: 'idempotencyKey bankId customerId', phone: 'mobilePhoneNumber' },
  UpdateCustomerNumberInput: { identifier: 'idempotencyKey bankId customerId customerNumber' },
  CreateCustomerAddressInput: {
    identifier: 'idempotencyKey bankId customerId',
    address: 'line1 line2 line3 city county state postcode',
    country: 'countryCode',
    openData: 'tags',
  },
  UpdateCustomerAddressInput: {
    identifier: 'idempotencyKey bankId customerId addressId',
    address: 'line1 line2 line3 city county state postcode',
    country: 'countryCode',
    openData: 'tags',
  },
  DeleteCustomerAddressInput: { identifier: 'idempotencyKey bankId customerId addressId' },
  CreateTaxResidenceInput: {
    identifier: 'idempotencyKey bankId customerId',
    address: 'domain',
    officialNumber: 'taxNumber',
  },
  DeleteTaxResidenceInput: { identifier: 'idempotencyKey bankId customerId taxResidenceId' },
  AddSocialMediaHandleInput: {
    identifier: 'idempotencyKey bankId customerId customerNumber',
    online: 'type handle',
    recordTime: 'addedAt activatedAt',
  },
  RequestCreditLimitInput: {
    identifier: 'idempotencyKey bankId customerId',
    money: `requestedCurrentRateAmount1 requestedCurrentRateAmount2 requestedCurrentValidEndDate
      temporaryRequestedCurrentAmount requestedTemporaryValidEndDate`,
    freeText: 'currentCreditDocumentation temporaryCreditDocumentation',
  },
  CreateUserCustomerLinkInput: { identifier: 'idempotencyKey bankId customerId userId' },
  DeleteUserCustomerLinkInput: { identifier: 'idempotencyKey bankId linkId customerId' },

  CreateWebhookEndpointInput: { identifier: 'idempotencyKey', integration: 'url types' },
  RotateWebhookEndpointSecretInput: { identifier: 'idempotencyKey', technical: 'endpointId' },
  DisableWebhookEndpointInput: { identifier: 'idempotencyKey', technical: 'endpointId' },
  EnableWebhookEndpointInput: { identifier: 'idempotencyKey', technical: 'endpointId' },
  DeleteWebhookEndpointInput: { identifier: 'idempotencyKey', technical: 'endpointId' },
  ReplayWebhookDeliveryInput: { identifier: 'idempotencyKey', technical: 'endpointId eventId' },

  CreateMeetingInput: {
    identifier: 'idempotencyKey bankId',
    catalogue: 'providerId',
    freeText: 'purposeId',
    recordTime: 'date',
    composed: 'creator invitees',
  },
  ContactDetailsInput: { name: 'name', phone: 'mobilePhone', email: 'emailAddress' },
  MeetingInviteeInput: { composed: 'contactDetails', freeText: 'status' },
  CreateCustomerMessageInput: {
    identifier: 'idempotencyKey bankId customerId',
    freeText: 'message',
    staff: 'fromDepartment fromPerson',
  },
  AddKycCheckInput: {
    identifier: 'idempotencyKey bankId customerId id customerNumber staffUserId',
    recordTime: 'date',
    freeText: 'how comments',
    staff: 'staffName',
    caseState: 'satisfied',
  },
  AddKycStatusInput: {
    identifier: 'idempotencyKey bankId customerId customerNumber',
    caseState: 'ok',
    recordTime: 'date',
  },
  AddKycDocumentInput: {
    identifier: 'idempotencyKey bankId customerId id customerNumber',
    identityDocument: 'type issueDate expiryDate',
    officialNumber: 'number',
    address: 'issuePlace',
  },
  AddKycMediaInput: {
    identifier: `idempotencyKey bankId customerId id customerNumber relatesToKycDocumentId relatesToKycCheckId`,
    freeText: 'type',
    portrait: 'url',
    recordTime: 'date',
  },
  CreateAccountInput: {
    identifier: 'idempotencyKey bankId accountId userId branchId',
    accountName: 'label',
    catalogue: 'productCode currency',
    composed: 'routings',
  },
  AccountRoutingInput: { catalogue: 'scheme', accountNumber: 'address' },
  CreateUserInput: {
    identifier: 'idempotencyKey',
    email: 'email',
    login: 'username',
    secret: 'password',
    name: 'firstName lastName',
  },

  CreatePersonInput: {
    identifier: 'idempotencyKey tenant',
    screening: 'banStatus status',
    name: 'firstName middleName lastName chosenName',
    birth: 'dateOfBirth',
    email: 'email',
    phone: 'phoneNumber',
    officialNumber: 'ssn',
    openData: 'metadata',
    freeText: 'note',
    caseState: 'isCustomer',
    composed: 'legalAddress shippingAddress personalIds',
  },
  UpdatePersonInput: {
    identifier: 'idempotencyKey id',
    screening: 'banStatus status',
    name: 'firstName middleName lastName chosenName',
    birth: 'dateOfBirth',
    email: 'email',
    phone: 'phoneNumber',
    officialNumber: 'ssn',
    openData: 'metadata',
    freeText: 'note',
    caseState: 'isCustomer',
    composed: 'legalAddress shippingAddress',
  },
  PersonAddressInput: { address: 'line1 line2 city state postalCode', country: 'countryCode' },
  PersonalIdInput: { identityDocument: 'type countryCode issueDate expiryDate', officialNumber: 'identifier' },
  AddPersonalIdInput: {
    identifier: 'idempotencyKey personId',
    identityDocument: 'type countryCode issueDate expiryDate',
    officialNumber: 'identifier',
  },
  CorrectPersonalIdInput: {
    identifier: 'idempotencyKey personId personalIdId',
    identityDocument: 'countryCode issueDate expiryDate',
    officialNumber: 'identifier',
  },
  DeletePersonalIdInput: { identifier: 'idempotencyKey personId personalIdId' },
  PersonVerificationFilter: { catalogue: 'types', screening: 'outcomes' },
  RecordPersonVerificationInput: {
    identifier: 'idempotencyKey personId',
    catalogue: 'type vendor',
    screening: 'result',
    recordTime: 'verifiedAt',
    composed: 'details',
  },
  VerificationDetailInput: { screening: 'category result description score vendorCode' },
  VerifyPersonInput: {
    identifier: 'idempotencyKey personId',
    credential: 'documentId',
    consent: 'customerConsent',
    network: 'customerIpAddress',
  },
  RecordDisclosureInput: {
    identifier: 'idempotencyKey personId acknowledgingPersonId',
    catalogue: 'type version',
    consent: 'eventType',
    recordTime: 'disclosedAt',
  },
  StartDocumentVerificationInput: {
    identifier: 'idempotencyKey personId',
    identityDocument: 'documentType',
    technical: 'language sendMessage',
  },
  SubscribeToMonitoringInput: { identifier: 'idempotencyKey personId' },
  EndMonitoringInput: { identifier: 'idempotencyKey subscriptionId' },
  SetMonitoringAlertStatusInput: { identifier: 'idempotencyKey alertId', screening: 'status' },

  VerifyAccountInput: {
    identifier: 'idempotencyKey',
    catalogue: 'types',
    technical: 'maxAgeSeconds',
    composed: 'account initiator',
  },
  VerifyAccountsInput: {
    identifier: 'idempotencyKey',
    catalogue: 'types',
    technical: 'maxAgeSeconds',
    composed: 'accounts initiator',
  },
  AccountOfJobInput: { identifier: 'clientReference', composed: 'account' },
  AccountToVerifyInput: {
    catalogue: 'type idScheme',
    name: 'name',
    accountNumber: 'id secondaryId',
    composed: 'holders holdingEntity identities',
  },
  HolderNameInput: { name: 'fullName', composed: 'parts' },
  HolderNamePartsInput: { name: 'lastName firstName middleName', honorific: 'honorific' },
  HoldingEntityInput: { catalogue: 'type value' },
  IdentityInput: { catalogue: 'type', officialNumber: 'value' },
  VerificationInitiatorInput: { catalogue: 'idType idValue', freeText: 'reference' },
}

/** The arguments of fields. `input` of a mutation groups the members of its type. */
export const argumentDecisions: Readonly<Record<string, FieldGroups>> = {
  'Query.accountAttributesJob': { identifier: 'key' },
  'Query.accountEntitlements': { identifier: 'bankingCustomerId' },
  'Query.customerAttributeDefinitions': { catalogue: 'bankId' },
  'Query.customer': { identifier: 'bankId id' },
  'Query.customerByNumber': { identifier: 'bankId customerNumber' },
  'Query.customers': { technical: 'first after', identifier: 'bankId', composed: 'filter' },
  'Query.customersByAttributes': { technical: 'first', identifier: 'bankId', composed: 'attributes' },
  'Query.customersByMobilePhoneNumber': {
    technical: 'first match',
    identifier: 'bankId',
    phone: 'mobilePhoneNumber',
  },
  'Query.crmEvents': { technical: 'first', identifier: 'bankId' },
  'Query.meeting': { identifier: 'bankId id' },
  'Query.meetings': { technical: 'first', identifier: 'bankId' },
  'Query.person': { identifier: 'id' },
  'Query.persons': { technical: 'first after', composed: 'filter orderBy' },
  'Query.personVerification': { identifier: 'id' },
  'Query.kycReviewQueue': { technical: 'first after' },
  'Query.webhookDeliveries': { technical: 'first after endpointId state' },
  'Query.userCustomerLinks': { identifier: 'bankId userId' },
  'Query.accountVerifications': { identifier: 'jobId' },
  'AccountVerificationJob.results': { technical: 'first after' },
  'Query.verificationResult': { identifier: 'id' },
  'Query.verificationResults': { identifier: 'ids' },
  'Subscription.verificationResult': { identifier: 'id' },
  'Subscription.accountAttributesJob': { identifier: 'key' },
  'Subscription.personVerification': { identifier: 'personId' },
  'Subscription.kycOverview': { identifier: 'customerId bankId' },
  'Subscription.accountVerifications': { identifier: 'jobId' },
  'Viewer.messages': { identifier: 'bankId' },
  'Person.verificationHistory': { technical: 'first after', composed: 'filter' },
  'Customer.attribute': { identifier: 'id' },
  'Customer.creditLimitRequest': { identifier: 'id' },
}
