from typing import Any, Optional, Union

from .add_kyc_check import AddKycCheck
from .add_kyc_document import AddKycDocument
from .add_kyc_media import AddKycMedia
from .add_kyc_status import AddKycStatus
from .add_personal_id import AddPersonalId
from .attributes_job import AttributesJob
from .base_client import BaseClient
from .base_model import UNSET, UnsetType
from .check_payee import CheckPayee
from .check_payees import CheckPayees
from .correct_personal_id import CorrectPersonalId
from .create_customer import CreateCustomer
from .create_person import CreatePerson
from .create_webhook_endpoint import CreateWebhookEndpoint
from .customer_page import CustomerPage
from .customers_with_persons import CustomersWithPersons
from .delete_personal_id import DeletePersonalId
from .end_monitoring import EndMonitoring
from .entitle import Entitle
from .everything_about_a_customer import EverythingAboutACustomer
from .find_persons import FindPersons
from .input_types import (
    AddKycCheckInput,
    AddKycDocumentInput,
    AddKycMediaInput,
    AddKycStatusInput,
    AddPersonalIdInput,
    CorrectPersonalIdInput,
    CreateCustomerInput,
    CreatePersonInput,
    CreateWebhookEndpointInput,
    CustomerFilter,
    DeletePersonalIdInput,
    EndMonitoringInput,
    LinkCustomerInput,
    PersonFilter,
    PersonVerificationFilter,
    RecordDisclosureInput,
    RecordPersonVerificationInput,
    SetAccountAttributesInput,
    SetAccountEntitlementsInput,
    SetMonitoringAlertStatusInput,
    StartChallengeFactorInput,
    StartDocumentVerificationInput,
    SubscribeToMonitoringInput,
    VerifyAccountInput,
    VerifyAccountsInput,
    VerifyChallengeFactorInput,
    VerifyPersonInput,
)
from .kyc_review_queue import KycReviewQueue
from .link_customer import LinkCustomer
from .onboarded import Onboarded
from .payee_check import PayeeCheck
from .payee_check_access import PayeeCheckAccess
from .payee_checks import PayeeChecks
from .payee_job import PayeeJob
from .person_by_id import PersonById
from .person_checks import PersonChecks
from .person_disclosures import PersonDisclosures
from .person_monitoring import PersonMonitoring
from .person_verification_by_id import PersonVerificationById
from .record_disclosure import RecordDisclosure
from .record_person_verification import RecordPersonVerification
from .review_queue import ReviewQueue
from .set_attributes import SetAttributes
from .set_monitoring_alert_status import SetMonitoringAlertStatus
from .start_challenge_factor import StartChallengeFactor
from .start_document_verification import StartDocumentVerification
from .subscribe_to_monitoring import SubscribeToMonitoring
from .verification_history import VerificationHistory
from .verify_challenge_factor import VerifyChallengeFactor
from .verify_person import VerifyPerson
from .webhook_endpoints import WebhookEndpoints


def gql(q: str) -> str:
    return q


class KycGraph(BaseClient):
    def customers_with_persons(
        self,
        first: Union[Optional[int], UnsetType] = UNSET,
        after: Union[Optional[str], UnsetType] = UNSET,
        filter_: Union[Optional[CustomerFilter], UnsetType] = UNSET,
        **kwargs: Any,
    ) -> CustomersWithPersons:
        query = gql("""
            query CustomersWithPersons($first: Int, $after: String, $filter: CustomerFilter) {
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
            }
            """)
        variables: dict[str, object] = {
            "first": first,
            "after": after,
            "filter": filter_,
        }
        response = self.execute(
            query=query,
            operation_name="CustomersWithPersons",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return CustomersWithPersons.model_validate(data)

    def start_challenge_factor(
        self, input: StartChallengeFactorInput, **kwargs: Any
    ) -> StartChallengeFactor:
        query = gql("""
            mutation StartChallengeFactor($input: StartChallengeFactorInput!) {
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
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = self.execute(
            query=query,
            operation_name="StartChallengeFactor",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return StartChallengeFactor.model_validate(data)

    def verify_challenge_factor(
        self, input: VerifyChallengeFactorInput, **kwargs: Any
    ) -> VerifyChallengeFactor:
        query = gql("""
            mutation VerifyChallengeFactor($input: VerifyChallengeFactorInput!) {
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
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = self.execute(
            query=query,
            operation_name="VerifyChallengeFactor",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return VerifyChallengeFactor.model_validate(data)

    def add_personal_id(
        self, input: AddPersonalIdInput, **kwargs: Any
    ) -> AddPersonalId:
        query = gql("""
            mutation AddPersonalId($input: AddPersonalIdInput!) {
              addPersonalId(input: $input) {
                replayed
                personalId {
                  id
                  type
                  lastFour
                }
              }
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = self.execute(
            query=query, operation_name="AddPersonalId", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return AddPersonalId.model_validate(data)

    def correct_personal_id(
        self, input: CorrectPersonalIdInput, **kwargs: Any
    ) -> CorrectPersonalId:
        query = gql("""
            mutation CorrectPersonalId($input: CorrectPersonalIdInput!) {
              correctPersonalId(input: $input) {
                replayed
                personalId {
                  id
                  type
                  lastFour
                }
              }
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = self.execute(
            query=query,
            operation_name="CorrectPersonalId",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return CorrectPersonalId.model_validate(data)

    def delete_personal_id(
        self, input: DeletePersonalIdInput, **kwargs: Any
    ) -> DeletePersonalId:
        query = gql("""
            mutation DeletePersonalId($input: DeletePersonalIdInput!) {
              deletePersonalId(input: $input) {
                replayed
                personalIdId
              }
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = self.execute(
            query=query,
            operation_name="DeletePersonalId",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return DeletePersonalId.model_validate(data)

    def verification_history(
        self,
        person_id: str,
        first: Union[Optional[int], UnsetType] = UNSET,
        after: Union[Optional[str], UnsetType] = UNSET,
        filter_: Union[Optional[PersonVerificationFilter], UnsetType] = UNSET,
        **kwargs: Any,
    ) -> VerificationHistory:
        query = gql("""
            query VerificationHistory($personId: ID!, $first: Int, $after: String, $filter: PersonVerificationFilter) {
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
            }
            """)
        variables: dict[str, object] = {
            "personId": person_id,
            "first": first,
            "after": after,
            "filter": filter_,
        }
        response = self.execute(
            query=query,
            operation_name="VerificationHistory",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return VerificationHistory.model_validate(data)

    def person_verification_by_id(
        self, id: str, **kwargs: Any
    ) -> PersonVerificationById:
        query = gql("""
            query PersonVerificationById($id: ID!) {
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
            }
            """)
        variables: dict[str, object] = {"id": id}
        response = self.execute(
            query=query,
            operation_name="PersonVerificationById",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return PersonVerificationById.model_validate(data)

    def record_person_verification(
        self, input: RecordPersonVerificationInput, **kwargs: Any
    ) -> RecordPersonVerification:
        query = gql("""
            mutation RecordPersonVerification($input: RecordPersonVerificationInput!) {
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
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = self.execute(
            query=query,
            operation_name="RecordPersonVerification",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return RecordPersonVerification.model_validate(data)

    def customer_page(self, customer_id: str, **kwargs: Any) -> CustomerPage:
        query = gql("""
            query CustomerPage($customerId: ID!) {
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
            }
            """)
        variables: dict[str, object] = {"customerId": customer_id}
        response = self.execute(
            query=query, operation_name="CustomerPage", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return CustomerPage.model_validate(data)

    def record_disclosure(
        self, input: RecordDisclosureInput, **kwargs: Any
    ) -> RecordDisclosure:
        query = gql("""
            mutation RecordDisclosure($input: RecordDisclosureInput!) {
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
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = self.execute(
            query=query,
            operation_name="RecordDisclosure",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return RecordDisclosure.model_validate(data)

    def person_disclosures(self, id: str, **kwargs: Any) -> PersonDisclosures:
        query = gql("""
            query PersonDisclosures($id: ID!) {
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
            }
            """)
        variables: dict[str, object] = {"id": id}
        response = self.execute(
            query=query,
            operation_name="PersonDisclosures",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return PersonDisclosures.model_validate(data)

    def start_document_verification(
        self, input: StartDocumentVerificationInput, **kwargs: Any
    ) -> StartDocumentVerification:
        query = gql("""
            mutation StartDocumentVerification($input: StartDocumentVerificationInput!) {
              startDocumentVerification(input: $input) {
                replayed
                session {
                  token
                  url
                }
              }
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = self.execute(
            query=query,
            operation_name="StartDocumentVerification",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return StartDocumentVerification.model_validate(data)

    def person_checks(self, id: str, **kwargs: Any) -> PersonChecks:
        query = gql("""
            query PersonChecks($id: ID!) {
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
            }
            """)
        variables: dict[str, object] = {"id": id}
        response = self.execute(
            query=query, operation_name="PersonChecks", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return PersonChecks.model_validate(data)

    def entitle(self, input: SetAccountEntitlementsInput, **kwargs: Any) -> Entitle:
        query = gql("""
            mutation Entitle($input: SetAccountEntitlementsInput!) {
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
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = self.execute(
            query=query, operation_name="Entitle", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return Entitle.model_validate(data)

    def set_attributes(
        self, input: SetAccountAttributesInput, **kwargs: Any
    ) -> SetAttributes:
        query = gql("""
            mutation SetAttributes($input: SetAccountAttributesInput!) {
              setAccountAttributes(input: $input) {
                replayed
                job {
                  key
                  status
                  submittedAt
                }
              }
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = self.execute(
            query=query, operation_name="SetAttributes", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return SetAttributes.model_validate(data)

    def attributes_job(self, key: str, **kwargs: Any) -> AttributesJob:
        query = gql("""
            query AttributesJob($key: ID!) {
              accountAttributesJob(key: $key) {
                status
                errors {
                  field
                  location
                }
              }
            }
            """)
        variables: dict[str, object] = {"key": key}
        response = self.execute(
            query=query, operation_name="AttributesJob", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return AttributesJob.model_validate(data)

    def everything_about_a_customer(
        self, customer_id: str, verification_id: str, job_key: str, **kwargs: Any
    ) -> EverythingAboutACustomer:
        query = gql("""
            query EverythingAboutACustomer($customerId: ID!, $verificationId: ID!, $jobKey: ID!) {
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
            }
            """)
        variables: dict[str, object] = {
            "customerId": customer_id,
            "verificationId": verification_id,
            "jobKey": job_key,
        }
        response = self.execute(
            query=query,
            operation_name="EverythingAboutACustomer",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return EverythingAboutACustomer.model_validate(data)

    def kyc_review_queue(
        self,
        first: Union[Optional[int], UnsetType] = UNSET,
        after: Union[Optional[str], UnsetType] = UNSET,
        **kwargs: Any,
    ) -> KycReviewQueue:
        query = gql("""
            query KycReviewQueue($first: Int, $after: String) {
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
            }
            """)
        variables: dict[str, object] = {"first": first, "after": after}
        response = self.execute(
            query=query, operation_name="KycReviewQueue", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return KycReviewQueue.model_validate(data)

    def subscribe_to_monitoring(
        self, input: SubscribeToMonitoringInput, **kwargs: Any
    ) -> SubscribeToMonitoring:
        query = gql("""
            mutation SubscribeToMonitoring($input: SubscribeToMonitoringInput!) {
              subscribeToMonitoring(input: $input) {
                replayed
                subscription {
                  id
                  createdAt
                }
              }
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = self.execute(
            query=query,
            operation_name="SubscribeToMonitoring",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return SubscribeToMonitoring.model_validate(data)

    def end_monitoring(self, input: EndMonitoringInput, **kwargs: Any) -> EndMonitoring:
        query = gql("""
            mutation EndMonitoring($input: EndMonitoringInput!) {
              endMonitoring(input: $input) {
                replayed
                deletedId
              }
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = self.execute(
            query=query, operation_name="EndMonitoring", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return EndMonitoring.model_validate(data)

    def person_monitoring(self, id: str, **kwargs: Any) -> PersonMonitoring:
        query = gql("""
            query PersonMonitoring($id: ID!) {
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
            }
            """)
        variables: dict[str, object] = {"id": id}
        response = self.execute(
            query=query,
            operation_name="PersonMonitoring",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return PersonMonitoring.model_validate(data)

    def set_monitoring_alert_status(
        self, input: SetMonitoringAlertStatusInput, **kwargs: Any
    ) -> SetMonitoringAlertStatus:
        query = gql("""
            mutation SetMonitoringAlertStatus($input: SetMonitoringAlertStatusInput!) {
              setMonitoringAlertStatus(input: $input) {
                replayed
                alert {
                  id
                  status
                }
              }
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = self.execute(
            query=query,
            operation_name="SetMonitoringAlertStatus",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return SetMonitoringAlertStatus.model_validate(data)

    def create_customer(
        self, input: CreateCustomerInput, **kwargs: Any
    ) -> CreateCustomer:
        query = gql("""
            mutation CreateCustomer($input: CreateCustomerInput!) {
              createCustomer(input: $input) {
                replayed
                customer {
                  id
                  bankId
                  number
                }
              }
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = self.execute(
            query=query, operation_name="CreateCustomer", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return CreateCustomer.model_validate(data)

    def add_kyc_document(
        self, input: AddKycDocumentInput, **kwargs: Any
    ) -> AddKycDocument:
        query = gql("""
            mutation AddKycDocument($input: AddKycDocumentInput!) {
              addKycDocument(input: $input) {
                replayed
                kycDocument {
                  id
                  type
                  expired
                }
              }
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = self.execute(
            query=query, operation_name="AddKycDocument", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return AddKycDocument.model_validate(data)

    def add_kyc_check(self, input: AddKycCheckInput, **kwargs: Any) -> AddKycCheck:
        query = gql("""
            mutation AddKycCheck($input: AddKycCheckInput!) {
              addKycCheck(input: $input) {
                replayed
                kycCheck {
                  id
                  satisfied
                }
              }
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = self.execute(
            query=query, operation_name="AddKycCheck", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return AddKycCheck.model_validate(data)

    def add_kyc_media(self, input: AddKycMediaInput, **kwargs: Any) -> AddKycMedia:
        query = gql("""
            mutation AddKycMedia($input: AddKycMediaInput!) {
              addKycMedia(input: $input) {
                replayed
                kycMedia {
                  id
                  relatesToKycDocumentId
                  relatesToKycCheckId
                }
              }
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = self.execute(
            query=query, operation_name="AddKycMedia", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return AddKycMedia.model_validate(data)

    def add_kyc_status(self, input: AddKycStatusInput, **kwargs: Any) -> AddKycStatus:
        query = gql("""
            mutation AddKycStatus($input: AddKycStatusInput!) {
              addKycStatus(input: $input) {
                replayed
                kycStatus {
                  ok
                  date
                }
              }
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = self.execute(
            query=query, operation_name="AddKycStatus", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return AddKycStatus.model_validate(data)

    def create_person(self, input: CreatePersonInput, **kwargs: Any) -> CreatePerson:
        query = gql("""
            mutation CreatePerson($input: CreatePersonInput!) {
              createPerson(input: $input) {
                replayed
                person {
                  id
                  status
                  verificationStatus
                }
              }
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = self.execute(
            query=query, operation_name="CreatePerson", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return CreatePerson.model_validate(data)

    def verify_person(self, input: VerifyPersonInput, **kwargs: Any) -> VerifyPerson:
        query = gql("""
            mutation VerifyPerson($input: VerifyPersonInput!) {
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
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = self.execute(
            query=query, operation_name="VerifyPerson", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return VerifyPerson.model_validate(data)

    def link_customer(self, input: LinkCustomerInput, **kwargs: Any) -> LinkCustomer:
        query = gql("""
            mutation LinkCustomer($input: LinkCustomerInput!) {
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
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = self.execute(
            query=query, operation_name="LinkCustomer", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return LinkCustomer.model_validate(data)

    def onboarded(self, customer_id: str, **kwargs: Any) -> Onboarded:
        query = gql("""
            query Onboarded($customerId: ID!) {
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
            }
            """)
        variables: dict[str, object] = {"customerId": customer_id}
        response = self.execute(
            query=query, operation_name="Onboarded", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return Onboarded.model_validate(data)

    def create_webhook_endpoint(
        self, input: CreateWebhookEndpointInput, **kwargs: Any
    ) -> CreateWebhookEndpoint:
        query = gql("""
            mutation CreateWebhookEndpoint($input: CreateWebhookEndpointInput!) {
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
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = self.execute(
            query=query,
            operation_name="CreateWebhookEndpoint",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return CreateWebhookEndpoint.model_validate(data)

    def webhook_endpoints(self, **kwargs: Any) -> WebhookEndpoints:
        query = gql("""
            query WebhookEndpoints {
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
            }
            """)
        variables: dict[str, object] = {}
        response = self.execute(
            query=query,
            operation_name="WebhookEndpoints",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return WebhookEndpoints.model_validate(data)

    def check_payee(self, input: VerifyAccountInput, **kwargs: Any) -> CheckPayee:
        query = gql("""
            mutation CheckPayee($input: VerifyAccountInput!) {
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
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = self.execute(
            query=query, operation_name="CheckPayee", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return CheckPayee.model_validate(data)

    def payee_check(self, id: str, **kwargs: Any) -> PayeeCheck:
        query = gql("""
            query PayeeCheck($id: ID!) {
              verificationResult(id: $id) {
                state
                nextPollAt
                account {
                  status
                  nameCheckStatus
                  respondedName
                }
              }
            }
            """)
        variables: dict[str, object] = {"id": id}
        response = self.execute(
            query=query, operation_name="PayeeCheck", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return PayeeCheck.model_validate(data)

    def check_payees(self, input: VerifyAccountsInput, **kwargs: Any) -> CheckPayees:
        query = gql("""
            mutation CheckPayees($input: VerifyAccountsInput!) {
              verifyAccounts(input: $input) {
                replayed
                job {
                  id
                  state
                  nextPollAt
                }
              }
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = self.execute(
            query=query, operation_name="CheckPayees", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return CheckPayees.model_validate(data)

    def payee_checks(
        self,
        job_id: str,
        first: Union[Optional[int], UnsetType] = UNSET,
        after: Union[Optional[str], UnsetType] = UNSET,
        **kwargs: Any,
    ) -> PayeeChecks:
        query = gql("""
            query PayeeChecks($jobId: ID!, $first: Int, $after: String) {
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
            }
            """)
        variables: dict[str, object] = {"jobId": job_id, "first": first, "after": after}
        response = self.execute(
            query=query, operation_name="PayeeChecks", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return PayeeChecks.model_validate(data)

    def payee_job(self, job_id: str, **kwargs: Any) -> PayeeJob:
        query = gql("""
            query PayeeJob($jobId: ID!) {
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
            }
            """)
        variables: dict[str, object] = {"jobId": job_id}
        response = self.execute(
            query=query, operation_name="PayeeJob", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return PayeeJob.model_validate(data)

    def payee_check_access(self, **kwargs: Any) -> PayeeCheckAccess:
        query = gql("""
            query PayeeCheckAccess {
              viewer {
                scopes
                seesPersonalData
              }
            }
            """)
        variables: dict[str, object] = {}
        response = self.execute(
            query=query,
            operation_name="PayeeCheckAccess",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return PayeeCheckAccess.model_validate(data)

    def person_by_id(self, id: str, **kwargs: Any) -> PersonById:
        query = gql("""
            query PersonById($id: ID!) {
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
            }
            """)
        variables: dict[str, object] = {"id": id}
        response = self.execute(
            query=query, operation_name="PersonById", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return PersonById.model_validate(data)

    def review_queue(
        self,
        first: Union[Optional[int], UnsetType] = UNSET,
        after: Union[Optional[str], UnsetType] = UNSET,
        **kwargs: Any,
    ) -> ReviewQueue:
        query = gql("""
            query ReviewQueue($first: Int, $after: String) {
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
            }
            """)
        variables: dict[str, object] = {"first": first, "after": after}
        response = self.execute(
            query=query, operation_name="ReviewQueue", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return ReviewQueue.model_validate(data)

    def find_persons(
        self,
        filter_: Union[Optional[PersonFilter], UnsetType] = UNSET,
        first: Union[Optional[int], UnsetType] = UNSET,
        after: Union[Optional[str], UnsetType] = UNSET,
        **kwargs: Any,
    ) -> FindPersons:
        query = gql("""
            query FindPersons($filter: PersonFilter, $first: Int, $after: String) {
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
            }
            """)
        variables: dict[str, object] = {
            "filter": filter_,
            "first": first,
            "after": after,
        }
        response = self.execute(
            query=query, operation_name="FindPersons", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return FindPersons.model_validate(data)
