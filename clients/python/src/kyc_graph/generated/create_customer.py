from typing import Optional

from pydantic import Field

from .base_model import BaseModel


class CreateCustomer(BaseModel):
    create_customer: Optional["CreateCustomerCreateCustomer"] = Field(
        alias="createCustomer"
    )


class CreateCustomerCreateCustomer(BaseModel):
    replayed: bool
    customer: "CreateCustomerCreateCustomerCustomer"


class CreateCustomerCreateCustomerCustomer(BaseModel):
    id: str
    bank_id: str = Field(alias="bankId")
    number: str


CreateCustomer.model_rebuild()
CreateCustomerCreateCustomer.model_rebuild()
