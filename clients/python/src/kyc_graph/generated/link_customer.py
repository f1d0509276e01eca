from typing import Optional

from pydantic import Field

from .base_model import BaseModel


class LinkCustomer(BaseModel):
    link_customer: Optional["LinkCustomerLinkCustomer"] = Field(alias="linkCustomer")


class LinkCustomerLinkCustomer(BaseModel):
    replayed: bool
    customer: "LinkCustomerLinkCustomerCustomer"


class LinkCustomerLinkCustomerCustomer(BaseModel):
    id: str
    links: Optional["LinkCustomerLinkCustomerCustomerLinks"]


class LinkCustomerLinkCustomerCustomerLinks(BaseModel):
    person_id: Optional[str] = Field(alias="personId")
    banking_customer_id: Optional[str] = Field(alias="bankingCustomerId")
    sei_external_id: Optional[str] = Field(alias="seiExternalId")


LinkCustomer.model_rebuild()
LinkCustomerLinkCustomer.model_rebuild()
LinkCustomerLinkCustomerCustomer.model_rebuild()
