/** Types without an id: objects of them belong to the object above them. */
export const TYPES_WITHOUT_KEY = [
  'AccountAttributesJob', 'AccountEntitlement', 'AccountEntitlementSet', 'AccountRoles',
  'AccountRouting', 'AccountVerification', 'AccountVerificationConnection',
  'AccountVerificationCounts', 'AccountVerificationEdge', 'AccountVerificationError',
  'AddKycCheckPayload', 'AddKycDocumentPayload', 'AddKycMediaPayload', 'AddKycStatusPayload',
  'AddPersonalIdPayload', 'AddSocialMediaHandlePayload', 'BankingAccount', 'ChallengeFactor',
  'ChallengeProgress', 'ContactDetails', 'CorrectPersonalIdPayload', 'CreateAccountPayload',
  'CreateCustomerAddressPayload', 'CreateCustomerAttributePayload', 'CreateCustomerMessagePayload',
  'CreateCustomerPayload', 'CreateMeetingPayload', 'CreatePersonPayload',
  'CreateTaxResidencePayload', 'CreateUserCustomerLinkPayload', 'CreateUserPayload',
  'CreateWebhookEndpointPayload', 'CreditLimitRequest', 'CreditLimitRequestReceipt', 'CreditRating',
  'CustomerConnection', 'CustomerEdge', 'CustomerLinks', 'DeleteCustomerAddressPayload',
  'DeleteCustomerAttributeDefinitionPayload', 'DeleteCustomerAttributePayload',
  'DeletePersonalIdPayload', 'DeleteTaxResidencePayload', 'DeleteUserCustomerLinkPayload',
  'DeleteWebhookEndpointPayload', 'DepositAccount', 'DisableWebhookEndpointPayload',
  'DocumentVerificationSession', 'EnableWebhookEndpointPayload', 'EndMonitoringPayload',
  'ErrorCodeInfo', 'FaceImage', 'IdentityChallenge', 'JobError', 'KycOverview', 'KycReview',
  'KycReviewConnection', 'KycReviewEdge', 'KycReviewReason', 'KycSource', 'KycStatus',
  'LinkCustomerPayload', 'MeetingInvitee', 'MonetaryAmount', 'PageInfo', 'PersonConnection',
  'PersonEdge', 'PersonVerification', 'PersonVerificationResultConnection',
  'PersonVerificationResultEdge', 'RecordDisclosurePayload', 'RecordPersonVerificationPayload',
  'ReplayWebhookDeliveryPayload', 'RequestCreditLimitPayload', 'ResponderEntity',
  'RotateWebhookEndpointSecretPayload', 'SecurityQuestion', 'SetAccountAttributesPayload',
  'SetAccountEntitlementsPayload', 'SetCustomerAttributeDefinitionPayload',
  'SetMonitoringAlertStatusPayload', 'SocialMediaHandle', 'StartChallengeFactorPayload',
  'StartDocumentVerificationPayload', 'SubscribeToMonitoringPayload',
  'UpdateCustomerAddressPayload', 'UpdateCustomerAttributePayload', 'UpdateCustomerBranchPayload',
  'UpdateCustomerCreditLimitPayload', 'UpdateCustomerCreditRatingPayload',
  'UpdateCustomerDataPayload', 'UpdateCustomerEmailPayload', 'UpdateCustomerIdentityPayload',
  'UpdateCustomerMobileNumberPayload', 'UpdateCustomerNumberPayload', 'UpdatePersonPayload',
  'VendorCodeMeaning', 'VerificationDetail', 'VerificationResponder', 'VerifiedAccount',
  'VerifiedIdentity', 'VerifyAccountPayload', 'VerifyAccountsPayload',
  'VerifyChallengeFactorPayload', 'VerifyPersonPayload', 'WebhookDelivery',
  'WebhookDeliveryConnection', 'WebhookDeliveryEdge',
] as const

/** Types whose id may be null: such an object has no key then. */
export const TYPES_WITH_NULLABLE_KEY = [
  'Disclosure', 'PersonAddress', 'PersonVerificationResult',
] as const

/** Whether Apollo Client merges two selections of one object of the type, or replaces it as a whole. */
export const OBJECT_MERGES = {
  AccountAttributesJob: true,
  AccountEntitlementSet: false,
  CustomerLinks: true,
  KycOverview: true,
  VerifiedAccount: true,
  VerificationResponder: true,
} as const
