"""The steps of docs/onboarding.md with the package kyc-graph, against `npm run dev`.

The package repeats what may be repeated, so there is no loop here; a second run with the same KEY does nothing twice.
"""

import os
import sys

import httpx
from kyc_graph import (
    AddKycCheckInput,
    AddKycDocumentInput,
    AddKycMediaInput,
    AddKycStatusInput,
    BankingAccountInput,
    AccountRolesInput,
    CreateCustomerInput,
    CreatePersonInput,
    KycGraph,
    KycGraphError,
    LinkCustomerInput,
    PersonAddressInput,
    PersonStatus,
    SetAccountEntitlementsInput,
    VerifyPersonInput,
)

URL = os.environ.get("KYC_GRAPH_URL", "http://127.0.0.1:4000")
KEY = os.environ.get("KEY", "nia-python")
SCOPES = (
    "customers:read customers:write links:write kyc:read kyc:write "
    "persons:read persons:write entitlements:read entitlements:write"
)


def development_token() -> str:
    """A token of development's issuer; in production that of the bank."""
    form = {"grant_type": "client_credentials", "client_id": "partner", "scope": SCOPES}
    return httpx.post(f"{URL}/oauth/token", data=form).raise_for_status().json()["access_token"]


def enter_at_bank(kyc: KycGraph) -> str:
    """Records at the bank: the customer, the document, the check, its picture, the decision."""
    created = kyc.create_customer(
        CreateCustomerInput(
            idempotencyKey=f"{KEY}-1",
            legalName="Nia Newcomer",
            mobilePhoneNumber="+14155550300",
            email="nia.newcomer@example.com",
            dateOfBirth="1960-03-10",
            relationshipStatus="single",
            highestEducationAttained="Master",
            employmentStatus="worker",
            kycStatus=False,
            lastOkDate="2024-05-01T09:00:00Z",
        )
    ).create_customer.customer
    record = {"customerId": created.id, "customerNumber": created.number}
    document = kyc.add_kyc_document(
        AddKycDocumentInput(
            **record,
            idempotencyKey=f"{KEY}-2",
            type="passport",
            number="P1234567",
            issueDate="2020-01-01T00:00:00Z",
            issuePlace="Berlin",
            expiryDate="2090-01-01T00:00:00Z",
        )
    ).add_kyc_document.kyc_document
    check = kyc.add_kyc_check(
        AddKycCheckInput(
            **record,
            idempotencyKey=f"{KEY}-3",
            date="2024-05-01T09:10:00Z",
            how="online_meeting",
            staffUserId="staff-7",
            staffName="Sam",
            satisfied=True,
            comments="The passport is hers.",
        )
    ).add_kyc_check.kyc_check
    kyc.add_kyc_media(
        AddKycMediaInput(
            **record,
            idempotencyKey=f"{KEY}-4",
            type="image",
            url="https://media.example.com/nia.png",
            relatesToKycDocumentId=document.id,
            relatesToKycCheckId=check.id,
        )
    )
    kyc.add_kyc_status(
        AddKycStatusInput(**record, idempotencyKey=f"{KEY}-5", ok=True, date="2024-05-01T09:15:00Z")
    )
    return created.id


def enter_person(kyc: KycGraph) -> str:
    """The person at Synctera, checked there."""
    person = kyc.create_person(
        CreatePersonInput(
            idempotencyKey=f"{KEY}-6",
            isCustomer=True,
            status=PersonStatus.ACTIVE,
            firstName="Nia",
            lastName="Newcomer",
            dateOfBirth="1960-03-10",
            email="nia.newcomer@example.com",
            phoneNumber="+14155550300",
            ssn="900-55-0200",
            legalAddress=PersonAddressInput(
                line1="100 Main St.", city="New York", state="NY", postalCode="10001", countryCode="US"
            ),
        )
    ).create_person.person
    kyc.verify_person(VerifyPersonInput(idempotencyKey=f"{KEY}-7", personId=person.id, customerConsent=True))
    return person.id


def onboard(kyc: KycGraph) -> None:
    customer_id = enter_at_bank(kyc)
    person_id = enter_person(kyc)
    kyc.link_customer(
        LinkCustomerInput(
            idempotencyKey=f"{KEY}-8",
            customerId=customer_id,
            personId=person_id,
            bankingCustomerId="banking-nia",
            seiExternalId="sei-nia",
        )
    )
    kyc.entitle(
        SetAccountEntitlementsInput(
            idempotencyKey=f"{KEY}-9",
            bankingCustomerId="banking-nia",
            accounts=[
                BankingAccountInput(accountNumber="90070010000200", productType="CHECKING", productCode="DDA_01")
            ],
            electronicStatementElection=True,
            electronicDocumentElection=True,
            roles=AccountRolesInput(view=True, billPay=True),
        )
    )
    customer = kyc.onboarded(customer_id).customer
    print(f"KYC {customer.kyc_overview.status}, entitlements confirmed: {customer.account_entitlements.confirmed}")


if __name__ == "__main__":
    with KycGraph(f"{URL}/graphql", development_token) as kyc_graph:
        try:
            onboard(kyc_graph)
        except KycGraphError as error:
            sys.exit(f"{error.code}: {error}")
