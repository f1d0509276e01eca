import { AccountVerificationJobResolver } from './account-verification-job.js'
import { AccountAttributesResolver } from './account-attributes.js'
import { EntitlementResolver } from './entitlement.js'
import { AttributeDefinitionResolver } from './attribute-definition.js'
import { ChallengeResolver } from './challenge.js'
import { CustomerResolver } from './customer.js'
import { CustomerUpdateResolver } from './customer-update.js'
import { BankMeetingResolver, CrmEventResolver, CustomerMessageResolver, ViewerMessagesResolver } from './engagement.js'
import { CustomerKycResolver, KycCheckResolver, KycDocumentResolver, KycMediaResolver } from './kyc.js'
import { ErrorCodeResolver } from './error-code-info.js'
import { DisclosureResolver } from './disclosures.js'
import { DocumentVerificationResolver } from './document-verification.js'
import { KycOverviewResolver } from './kyc-overview.js'
import { KycReviewResolver } from './kyc-review.js'
import { MonitoringResolver } from './monitoring.js'
import { BankUserResolver, DepositAccountResolver } from './onboarding.js'
import { PersonResolver, PersonVerificationResolver } from './person.js'
import { PersonalIdResolver } from './personal-id.js'
import { CustomerRecordsResolver } from './records.js'
import { SubscriptionResolver } from './subscription.js'
import { CustomerUserLinkResolver, UserCustomerLinkResolver } from './user-link.js'
import { VerificationResolver } from './verification.js'
import { VerificationHistoryResolver } from './verification-history.js'
import { ViewerResolver } from './viewer.js'
import { WebhookEndpointResolver } from './webhook-endpoint.js'

export { keys as referenceKeys, references } from './references.js'

/** Every resolver, one line each. */
export const resolvers = [
  CustomerResolver,
  CustomerRecordsResolver,
  CustomerUpdateResolver,
  CustomerUserLinkResolver,
  UserCustomerLinkResolver,
  AttributeDefinitionResolver,
  CustomerKycResolver,
  KycCheckResolver,
  KycDocumentResolver,
  KycMediaResolver,
  KycOverviewResolver,
  KycReviewResolver,
  CrmEventResolver,
  BankMeetingResolver,
  CustomerMessageResolver,
  DepositAccountResolver,
  BankUserResolver,
  PersonResolver,
  PersonVerificationResolver,
  EntitlementResolver,
  AccountAttributesResolver,
  VerificationResolver,
  ViewerResolver,
  ViewerMessagesResolver,
  ErrorCodeResolver,
  ChallengeResolver,
  DisclosureResolver,
  DocumentVerificationResolver,
  AccountVerificationJobResolver,
  PersonalIdResolver,
  VerificationHistoryResolver,
  MonitoringResolver,
  WebhookEndpointResolver,
  SubscriptionResolver,
] as const
