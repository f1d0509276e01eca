import { TypedDocumentString } from '../typed-document.js'
import type * as types from './types.js'

export const AccountAttributesUpdatesDocument = /* @__PURE__ */ new TypedDocumentString<
  types.AccountAttributesUpdatesSubscription,
  types.AccountAttributesUpdatesSubscriptionVariables
>(`subscription AccountAttributesUpdates($key: ID!) {
  accountAttributesJob(key: $key) {
    key
    status
    errors {
      field
      reason
    }
  }
}`)

export const AddKycCheckDocument = /* @__PURE__ */ new TypedDocumentString<
  types.AddKycCheckMutation,
  types.AddKycCheckMutationVariables
>(`mutation AddKycCheck($input: AddKycCheckInput!) {
  addKycCheck(input: $input) {
    replayed
    kycCheck {
      id
      satisfied
    }
  }
}`)

export const AddKycDocumentDocument = /* @__PURE__ */ new TypedDocumentString<
  types.AddKycDocumentMutation,
  types.AddKycDocumentMutationVariables
>(`mutation AddKycDocument($input: AddKycDocumentInput!) {
  addKycDocument(input: $input) {
    replayed
    kycDocument {
      id
      type
      expired
    }
  }
}`)

export const AddKycMediaDocument = /* @__PURE__ */ new TypedDocumentString<
  types.AddKycMediaMutation,
  types.AddKycMediaMutationVariables
>(`mutation AddKycMedia($input: AddKycMediaInput!) {
  addKycMedia(input: $input) {
    replayed
    kycMedia {
      id
      relatesToKycDocumentId
      relatesToKycCheckId
    }
  }
}`)

export const AddKycStatusDocument = /* @__PURE__ */ new TypedDocumentString<
  types.AddKycStatusMutation,
  types.AddKycStatusMutationVariables
>(`mutation AddKycStatus($input: AddKycStatusInput!) {
  addKycStatus(input: $input) {
    replayed
    kycStatus {
      ok
      date
    }
  }
}`)

export const AddPersonalIdDocument = /* @__PURE__ */ new TypedDocumentString<
  types.AddPersonalIdMutation,
  types.AddPersonalIdMutationVariables
>(`mutation AddPersonalId($input: AddPersonalIdInput!) {
  addPersonalId(input: $input) {
    replayed
    personalId {
      id
      type
      lastFour
    }
  }
}`)

export const AttributesJobDocument = /* @__PURE__ */ new TypedDocumentString<
  types.AttributesJobQuery,
  types.AttributesJobQueryVariables
>(`query AttributesJob($key: ID!) {
  accountAttributesJob(key: $key) {
    status
    errors {
      field
      location
    }
  }
}`)

export const CheckPayeeDocument = /* @__PURE__ */ new TypedDocumentString<
  types.CheckPayeeMutation,
  types.CheckPayeeMutationVariables
>(`mutation CheckPayee($input: VerifyAccountInput!) {
  verifyAccount(input: $input) {
    replayed
    result {
      id
      state
      checkedAt
      fromCache
      nextPollAt
      account {
        status
        nameCheckStatus
        respondedName
      }
    }
  }
}`)

export const CheckPayeesDocument = /* @__PURE__ */ new TypedDocumentString<
  types.CheckPayeesMutation,
  types.CheckPayeesMutationVariables
>(`mutation CheckPayees($input: VerifyAccountsInput!) {
  verifyAccounts(input: $input) {
    replayed
    job {
      id
      state
      nextPollAt
    }
  }
}`)

export const CorrectPersonalIdDocument = /* @__PURE__ */ new TypedDocumentString<
  types.CorrectPersonalIdMutation,
  types.CorrectPersonalIdMutationVariables
>(`mutation CorrectPersonalId($input: CorrectPersonalIdInput!) {
  correctPersonalId(input: $input) {
    replayed
    personalId {
      id
      type
      lastFour
    }
  }
}`)

export const CreateCustomerDocument = /* @__PURE__ */ new TypedDocumentString<
  types.CreateCustomerMutation,
  types.CreateCustomerMutationVariables
>(`mutation CreateCustomer($input: CreateCustomerInput!) {
  createCustomer(input: $input) {
    replayed
    customer {
      id
      bankId
      number
    }
  }
}`)

export const CreatePersonDocument = /* @__PURE__ */ new TypedDocumentString<
  types.CreatePersonMutation,
  types.CreatePersonMutationVariables
>(`mutation CreatePerson($input: CreatePersonInput!) {
  createPerson(input: $input) {
    replayed
    person {
      id
      status
      verificationStatus
    }
  }
}`)

export const CreateWebhookEndpointDocument = /* @__PURE__ */ new TypedDocumentString<
  types.CreateWebhookEndpointMutation,
  types.CreateWebhookEndpointMutationVariables
>(`mutation CreateWebhookEndpoint($input: CreateWebhookEndpointInput!) {
  createWebhookEndpoint(input: $input) {
    replayed
    secret
    endpoint {
      id
      url
      types
      createdAt
    }
  }
}`)

export const CustomerPageDocument = /* @__PURE__ */ new TypedDocumentString<
  types.CustomerPageQuery,
  types.CustomerPageQueryVariables
>(`query CustomerPage($customerId: ID!) {
  customer(id: $customerId) {
    id
    bankId
    number
    legalName
    title
    nameSuffix
    email
    mobilePhoneNumber
    faceImage {
      url
      date
    }
    dateOfBirth
    relationshipStatus
    dependants
    datesOfBirthOfDependants
    creditRating {
      rating
      source
    }
    creditLimit {
      currency
      amount
    }
    highestEducationAttained
    employmentStatus
    kycStatus
    lastOkDate
    branchId
    attributes {
      id
      name
      type
      value
    }
    addresses {
      id
      line1
      line2
      line3
      city
      county
      state
      postcode
      countryCode
      tags
    }
    taxResidences {
      id
      domain
      taxNumber
    }
    socialMediaHandles {
      type
      handle
    }
    userLinks {
      id
      userId
      isActive
    }
    links {
      personId
      bankingCustomerId
      seiExternalId
    }
    kycOverview {
      status
      asOf
      sources {
        provider
        status
        detail
        observedAt
        available
      }
    }
    kycChecks {
      id
      date
      how
      staffName
      satisfied
      comments
    }
    kycDocuments {
      id
      type
      number
      issueDate
      issuePlace
      expiryDate
      expired
    }
    kycMedia {
      id
      type
      url
      date
      relatesToKycDocumentId
      relatesToKycCheckId
    }
    kycStatuses {
      ok
      date
    }
    person {
      id
      firstName
      lastName
      status
      banStatus
      verificationStatus
      verificationLastRun
      verifications {
        type
        result
        verifiedAt
      }
    }
    accountEntitlements {
      confirmed
      asOf
      items {
        account {
          accountNumber
          productType
          nickname
        }
        roles {
          default
          view
          basic
          billPay
          loanAdvance
        }
      }
    }
  }
}`)

export const CustomersWithPersonsDocument = /* @__PURE__ */ new TypedDocumentString<
  types.CustomersWithPersonsQuery,
  types.CustomersWithPersonsQueryVariables
>(`query CustomersWithPersons($first: Int, $after: String, $filter: CustomerFilter) {
  customers(first: $first, after: $after, filter: $filter) {
    nodes {
      id
      number
      legalName
      kycStatus
      lastOkDate
      person {
        id
        status
        verificationStatus
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}`)

export const DeletePersonalIdDocument = /* @__PURE__ */ new TypedDocumentString<
  types.DeletePersonalIdMutation,
  types.DeletePersonalIdMutationVariables
>(`mutation DeletePersonalId($input: DeletePersonalIdInput!) {
  deletePersonalId(input: $input) {
    replayed
    personalIdId
  }
}`)

export const EndMonitoringDocument = /* @__PURE__ */ new TypedDocumentString<
  types.EndMonitoringMutation,
  types.EndMonitoringMutationVariables
>(`mutation EndMonitoring($input: EndMonitoringInput!) {
  endMonitoring(input: $input) {
    replayed
    deletedId
  }
}`)

export const EntitleDocument = /* @__PURE__ */ new TypedDocumentString<
  types.EntitleMutation,
  types.EntitleMutationVariables
>(`mutation Entitle($input: SetAccountEntitlementsInput!) {
  setAccountEntitlements(input: $input) {
    replayed
    entitlements {
      confirmed
      asOf
      items {
        account {
          accountId
          accountNumber
        }
        roles {
          default
          view
          basic
          billPay
          loanAdvance
        }
      }
    }
    challenge {
      operationId
      challengeId
      factors {
        factorId
        type
        labels
        securityQuestions {
          questionId
          prompt
        }
      }
    }
  }
}`)

export const EverythingAboutACustomerDocument = /* @__PURE__ */ new TypedDocumentString<
  types.EverythingAboutACustomerQuery,
  types.EverythingAboutACustomerQueryVariables
>(`query EverythingAboutACustomer($customerId: ID!, $verificationId: ID!, $jobKey: ID!) {
  customer(id: $customerId) {
    id
    legalName
    kycStatus
    attributes {
      name
      value
    }
    kycChecks {
      id
      how
      date
      satisfied
    }
    person {
      id
      verificationStatus
      verifications {
        type
        result
      }
    }
    accountEntitlements {
      confirmed
      items {
        account {
          accountNumber
          productType
        }
        roles {
          view
          billPay
        }
      }
    }
  }
  verificationResult(id: $verificationId) {
    state
    account {
      status
      nameCheckStatus
    }
  }
  accountAttributesJob(key: $jobKey) {
    status
  }
}`)

export const FindPersonsDocument = /* @__PURE__ */ new TypedDocumentString<
  types.FindPersonsQuery,
  types.FindPersonsQueryVariables
>(`query FindPersons($filter: PersonFilter, $first: Int, $after: String) {
  persons(filter: $filter, first: $first, after: $after) {
    nodes {
      id
      verificationStatus
      banStatus
      hasAccounts
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}`)

export const KycOverviewUpdatesDocument = /* @__PURE__ */ new TypedDocumentString<
  types.KycOverviewUpdatesSubscription,
  types.KycOverviewUpdatesSubscriptionVariables
>(`subscription KycOverviewUpdates($customerId: ID!, $bankId: ID) {
  kycOverview(customerId: $customerId, bankId: $bankId) {
    status
    sources {
      provider
      status
      detail
      available
    }
    asOf
  }
}`)

export const KycReviewQueueDocument = /* @__PURE__ */ new TypedDocumentString<
  types.KycReviewQueueQuery,
  types.KycReviewQueueQueryVariables
>(`query KycReviewQueue($first: Int, $after: String) {
  customers(first: $first, after: $after, filter: {sortDirection: ASC}) {
    nodes {
      id
      number
      lastOkDate
      kycOverview {
        status
        asOf
        sources {
          provider
          status
          detail
          available
        }
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}`)

export const LinkCustomerDocument = /* @__PURE__ */ new TypedDocumentString<
  types.LinkCustomerMutation,
  types.LinkCustomerMutationVariables
>(`mutation LinkCustomer($input: LinkCustomerInput!) {
  linkCustomer(input: $input) {
    replayed
    customer {
      id
      links {
        personId
        bankingCustomerId
        seiExternalId
      }
    }
  }
}`)

export const OnboardedDocument = /* @__PURE__ */ new TypedDocumentString<
  types.OnboardedQuery,
  types.OnboardedQueryVariables
>(`query Onboarded($customerId: ID!) {
  customer(id: $customerId) {
    id
    number
    kycOverview {
      status
      asOf
      sources {
        provider
        status
        detail
        available
      }
    }
    accountEntitlements {
      confirmed
      asOf
      items {
        account {
          accountNumber
        }
        roles {
          default
          view
          basic
          billPay
          loanAdvance
        }
      }
    }
  }
}`)

export const PayeeCheckDocument = /* @__PURE__ */ new TypedDocumentString<
  types.PayeeCheckQuery,
  types.PayeeCheckQueryVariables
>(`query PayeeCheck($id: ID!) {
  verificationResult(id: $id) {
    state
    nextPollAt
    account {
      status
      nameCheckStatus
      respondedName
    }
  }
}`)

export const PayeeCheckAccessDocument = /* @__PURE__ */ new TypedDocumentString<
  types.PayeeCheckAccessQuery,
  types.PayeeCheckAccessQueryVariables
>(`query PayeeCheckAccess {
  viewer {
    scopes
    seesPersonalData
  }
}`)

export const PayeeCheckUpdatesDocument = /* @__PURE__ */ new TypedDocumentString<
  types.PayeeCheckUpdatesSubscription,
  types.PayeeCheckUpdatesSubscriptionVariables
>(`subscription PayeeCheckUpdates($id: ID!) {
  verificationResult(id: $id) {
    id
    state
    account {
      status
      nameCheckStatus
      respondedName
    }
    nextPollAt
  }
}`)

export const PayeeChecksDocument = /* @__PURE__ */ new TypedDocumentString<
  types.PayeeChecksQuery,
  types.PayeeChecksQueryVariables
>(`query PayeeChecks($jobId: ID!, $first: Int, $after: String) {
  accountVerifications(jobId: $jobId) {
    id
    state
    nextPollAt
    counts {
      total
      queued
      pending
      completed
      failed
    }
    results(first: $first, after: $after) {
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        clientReference
        state
        result {
          id
          state
          checkedAt
          fromCache
          account {
            status
            nameCheckStatus
            nameCheckStatusRaw
            respondedName
          }
          responder {
            scheme
            responseCodes
          }
        }
        error {
          code
          retryable
          message
        }
      }
    }
  }
}`)

export const PayeeJobDocument = /* @__PURE__ */ new TypedDocumentString<
  types.PayeeJobQuery,
  types.PayeeJobQueryVariables
>(`query PayeeJob($jobId: ID!) {
  accountVerifications(jobId: $jobId) {
    id
    state
    nextPollAt
    counts {
      total
      queued
      pending
      completed
      failed
    }
  }
}`)

export const PayeeJobUpdatesDocument = /* @__PURE__ */ new TypedDocumentString<
  types.PayeeJobUpdatesSubscription,
  types.PayeeJobUpdatesSubscriptionVariables
>(`subscription PayeeJobUpdates($jobId: ID!) {
  accountVerifications(jobId: $jobId) {
    id
    state
    counts {
      total
      queued
      pending
      completed
      failed
    }
  }
}`)

export const PersonByIdDocument = /* @__PURE__ */ new TypedDocumentString<
  types.PersonByIdQuery,
  types.PersonByIdQueryVariables
>(`query PersonById($id: ID!) {
  person(id: $id) {
    id
    firstName
    lastName
    status
    verificationStatus
    verifications {
      type
      result
      verifiedAt
    }
  }
}`)

export const PersonChecksDocument = /* @__PURE__ */ new TypedDocumentString<
  types.PersonChecksQuery,
  types.PersonChecksQueryVariables
>(`query PersonChecks($id: ID!) {
  person(id: $id) {
    id
    verificationStatus
    verificationLastRun
    verifications {
      type
      typeRaw
      result
      resultRaw
      verifiedAt
      details {
        category
        label
        result
        vendorCode
      }
    }
  }
}`)

export const PersonDisclosuresDocument = /* @__PURE__ */ new TypedDocumentString<
  types.PersonDisclosuresQuery,
  types.PersonDisclosuresQueryVariables
>(`query PersonDisclosures($id: ID!) {
  person(id: $id) {
    id
    disclosures {
      id
      type
      typeRaw
      version
      eventType
      disclosedAt
    }
  }
}`)

export const PersonMonitoringDocument = /* @__PURE__ */ new TypedDocumentString<
  types.PersonMonitoringQuery,
  types.PersonMonitoringQueryVariables
>(`query PersonMonitoring($id: ID!) {
  person(id: $id) {
    id
    monitoringSubscriptions {
      id
      createdAt
    }
    monitoringAlerts {
      id
      type
      typeRaw
      status
      statusRaw
      meaning
      title
      urls
      vendor
      createdAt
      updatedAt
    }
  }
}`)

export const PersonVerificationByIdDocument = /* @__PURE__ */ new TypedDocumentString<
  types.PersonVerificationByIdQuery,
  types.PersonVerificationByIdQueryVariables
>(`query PersonVerificationById($id: ID!) {
  personVerification(id: $id) {
    id
    personId
    type
    result
    verifiedAt
    vendor
    details {
      category
      label
      result
      vendorCode
      vendorCodeMeaning {
        outcome
        meaning
        source
      }
    }
  }
}`)

export const PersonVerificationUpdatesDocument = /* @__PURE__ */ new TypedDocumentString<
  types.PersonVerificationUpdatesSubscription,
  types.PersonVerificationUpdatesSubscriptionVariables
>(`subscription PersonVerificationUpdates($personId: ID!) {
  personVerification(personId: $personId) {
    status
    results {
      id
      type
      result
    }
  }
}`)

export const RecordDisclosureDocument = /* @__PURE__ */ new TypedDocumentString<
  types.RecordDisclosureMutation,
  types.RecordDisclosureMutationVariables
>(`mutation RecordDisclosure($input: RecordDisclosureInput!) {
  recordDisclosure(input: $input) {
    replayed
    disclosure {
      id
      type
      version
      eventType
      disclosedAt
    }
  }
}`)

export const RecordPersonVerificationDocument = /* @__PURE__ */ new TypedDocumentString<
  types.RecordPersonVerificationMutation,
  types.RecordPersonVerificationMutationVariables
>(`mutation RecordPersonVerification($input: RecordPersonVerificationInput!) {
  recordPersonVerification(input: $input) {
    replayed
    verification {
      id
      type
      result
      verifiedAt
      vendor
    }
  }
}`)

export const ReviewQueueDocument = /* @__PURE__ */ new TypedDocumentString<
  types.ReviewQueueQuery,
  types.ReviewQueueQueryVariables
>(`query ReviewQueue($first: Int, $after: String) {
  kycReviewQueue(first: $first, after: $after) {
    nodes {
      status
      action
      instruction
      reasons {
        type
        result
        category
        label
        vendorCode
        verifiedAt
      }
      person {
        id
        firstName
        lastName
        createdAt
        customers {
          id
          number
        }
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}`)

export const SetAttributesDocument = /* @__PURE__ */ new TypedDocumentString<
  types.SetAttributesMutation,
  types.SetAttributesMutationVariables
>(`mutation SetAttributes($input: SetAccountAttributesInput!) {
  setAccountAttributes(input: $input) {
    replayed
    job {
      key
      status
      submittedAt
    }
  }
}`)

export const SetMonitoringAlertStatusDocument = /* @__PURE__ */ new TypedDocumentString<
  types.SetMonitoringAlertStatusMutation,
  types.SetMonitoringAlertStatusMutationVariables
>(`mutation SetMonitoringAlertStatus($input: SetMonitoringAlertStatusInput!) {
  setMonitoringAlertStatus(input: $input) {
    replayed
    alert {
      id
      status
    }
  }
}`)

export const StartChallengeFactorDocument = /* @__PURE__ */ new TypedDocumentString<
  types.StartChallengeFactorMutation,
  types.StartChallengeFactorMutationVariables
>(`mutation StartChallengeFactor($input: StartChallengeFactorInput!) {
  startChallengeFactor(input: $input) {
    replayed
    progress {
      bankingCustomerId
      challengeId
      factorId
      state
      stateRaw
      attemptsLeft
      expiresAt
    }
  }
}`)

export const StartDocumentVerificationDocument = /* @__PURE__ */ new TypedDocumentString<
  types.StartDocumentVerificationMutation,
  types.StartDocumentVerificationMutationVariables
>(`mutation StartDocumentVerification($input: StartDocumentVerificationInput!) {
  startDocumentVerification(input: $input) {
    replayed
    session {
      token
      url
    }
  }
}`)

export const SubscribeToMonitoringDocument = /* @__PURE__ */ new TypedDocumentString<
  types.SubscribeToMonitoringMutation,
  types.SubscribeToMonitoringMutationVariables
>(`mutation SubscribeToMonitoring($input: SubscribeToMonitoringInput!) {
  subscribeToMonitoring(input: $input) {
    replayed
    subscription {
      id
      createdAt
    }
  }
}`)

export const VerificationHistoryDocument = /* @__PURE__ */ new TypedDocumentString<
  types.VerificationHistoryQuery,
  types.VerificationHistoryQueryVariables
>(`query VerificationHistory($personId: ID!, $first: Int, $after: String, $filter: PersonVerificationFilter) {
  person(id: $personId) {
    id
    verificationHistory(first: $first, after: $after, filter: $filter) {
      nodes {
        id
        type
        result
        verifiedAt
        vendor
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}`)

export const VerifyChallengeFactorDocument = /* @__PURE__ */ new TypedDocumentString<
  types.VerifyChallengeFactorMutation,
  types.VerifyChallengeFactorMutationVariables
>(`mutation VerifyChallengeFactor($input: VerifyChallengeFactorInput!) {
  verifyChallengeFactor(input: $input) {
    replayed
    progress {
      bankingCustomerId
      challengeId
      factorId
      state
      stateRaw
      attemptsLeft
      expiresAt
    }
  }
}`)

export const VerifyPersonDocument = /* @__PURE__ */ new TypedDocumentString<
  types.VerifyPersonMutation,
  types.VerifyPersonMutationVariables
>(`mutation VerifyPerson($input: VerifyPersonInput!) {
  verifyPerson(input: $input) {
    replayed
    verification {
      status
      results {
        type
        result
      }
    }
  }
}`)

export const WebhookEndpointsDocument = /* @__PURE__ */ new TypedDocumentString<
  types.WebhookEndpointsQuery,
  types.WebhookEndpointsQueryVariables
>(`query WebhookEndpoints {
  webhookEndpoints {
    id
    url
    types
    isEnabled
    disabledReason
    disabledAt
    failingSince
    previousSecretUntil
    createdAt
  }
}`)
