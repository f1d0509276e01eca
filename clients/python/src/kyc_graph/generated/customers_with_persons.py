from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import PersonStatus, VerificationStatus


class CustomersWithPersons(BaseModel):
    customers: Optional["CustomersWithPersonsCustomers"]


class CustomersWithPersonsCustomers(BaseModel):
    nodes: list["CustomersWithPersonsCustomersNodes"]
    page_info: "CustomersWithPersonsCustomersPageInfo" = Field(alias="pageInfo")


class CustomersWithPersonsCustomersNodes(BaseModel):
    id: str
    number: str
    legal_name: Optional[str] = Field(alias="legalName")
    kyc_status: bool = Field(alias="kycStatus")
    last_ok_date: Optional[datetime] = Field(alias="lastOkDate")
    person: Optional["CustomersWithPersonsCustomersNodesPerson"]


class CustomersWithPersonsCustomersNodesPerson(BaseModel):
    id: str
    status: Optional[PersonStatus]
    verification_status: Optional[VerificationStatus] = Field(
        alias="verificationStatus"
    )


class CustomersWithPersonsCustomersPageInfo(BaseModel):
    has_next_page: bool = Field(alias="hasNextPage")
    end_cursor: Optional[str] = Field(alias="endCursor")


CustomersWithPersons.model_rebuild()
CustomersWithPersonsCustomers.model_rebuild()
CustomersWithPersonsCustomersNodes.model_rebuild()
