import { AccountAttributesResolver } from './account-attributes.js'
import { EntitlementResolver } from './entitlement.js'
import { CustomerResolver } from './customer.js'
import { CrmEventResolver, CustomerMessageResolver, MeetingResolver, ViewerMessagesResolver } from './engagement.js'
import { CustomerKycResolver, KycCheckResolver, KycDocumentResolver, KycMediaResolver } from './kyc.js'
import { AccountResolver, UserResolver } from './onboarding.js'
import { PersonResolver, PersonVerificationResolver } from './person.js'
import { VerificationResolver } from './verification.js'
import { ViewerResolver } from './viewer.js'

export { references } from './references.js'

/** Every resolver, one line each. */
export const resolvers = [
  CustomerResolver,
  CustomerKycResolver,
  KycCheckResolver,
  KycDocumentResolver,
  KycMediaResolver,
  CrmEventResolver,
  MeetingResolver,
  CustomerMessageResolver,
  AccountResolver,
  UserResolver,
  PersonResolver,
  PersonVerificationResolver,
  EntitlementResolver,
  AccountAttributesResolver,
  VerificationResolver,
  ViewerResolver,
  ViewerMessagesResolver,
] as const
