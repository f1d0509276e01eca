/** Every scope a token may hold, and what it opens. */
export const SCOPES = {
  'customers:read': 'customers and their own collections',
  'customers:write': 'changes to those, and linkCustomer',
  'kyc:read': 'KYC checks, documents, media and statuses',
  'kyc:write': 'changes to those',
  'persons:read': 'persons and their verifications',
  'persons:write': 'creating, changing and verifying persons',
  'entitlements:read': 'account entitlements',
  'entitlements:write': 'changes to those',
  'attributes:write': 'account attributes and their jobs',
  'verifications:read': 'account verification results',
  'verifications:write': 'verifyAccount',
  'verifications:read:any': 'account verification results of other tenants',
  'engagement:read': 'CRM events, meetings and messages',
  'engagement:write': 'creating meetings and messages',
  'accounts:write': 'createAccount',
  'users:write': 'createUser',
  'pii:read': 'personal values unmasked',
  'schema:read': 'introspection outside dev',
  'customers:read:own': 'the same, of customers the provider links to the caller',
  'kyc:read:own': 'the same, of customers the provider links to the caller',
  'persons:read:own': 'the same, of persons linked to those customers',
} as const

export type Scope = keyof typeof SCOPES
