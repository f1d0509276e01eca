import { AccountAttributesResolver } from './account-attributes.js'
import { EntitlementResolver } from './entitlement.js'
import { AttributeDefinitionResolver } from './attribute-definition.js'
import { CustomerResolver } from './customer.js'
import { CustomerUpdateResolver } from './customer-update.js'
import { CustomerKycResolver, KycCheckResolver, KycDocumentResolver, KycMediaResolver } from './kyc.js'
import { PersonResolver, PersonVerificationResolver } from './person.js'
import { CustomerUserLinkResolver, UserCustomerLinkResolver } from './user-link.js'
import { VerificationResolver } from './verification.js'
import { ViewerResolver } from './viewer.js'

export { references } from './references.js'

/** Every resolver, one line each. */
export const resolvers = [
  CustomerResolver,
  CustomerUpdateResolver,
  CustomerUserLinkResolver,
  UserCustomerLinkResolver,
  AttributeDefinitionResolver,
  CustomerKycResolver,
  KycCheckResolver,
  KycDocumentResolver,
  KycMediaResolver,
  PersonResolver,
  PersonVerificationResolver,
  EntitlementResolver,
  AccountAttributesResolver,
  VerificationResolver,
  ViewerResolver,
] as const
