/** A caller of `npm run dev`; a bank's app has its users sign in at its own issuer. */
export interface Persona {
  readonly client: string
  readonly title: string
  readonly scopes: readonly string[]
}

const READ = ['customers:read', 'kyc:read', 'persons:read', 'entitlements:read', 'verifications:read']
const WRITE = ['customers:write', 'kyc:write', 'links:write', 'persons:write', 'entitlements:write']

export const PERSONAS: readonly Persona[] = [
  {
    client: 'ops',
    title: 'Operations: sees everything',
    scopes: [...READ, ...WRITE, 'verifications:write', 'pii:read'],
  },
  { client: 'partner', title: 'A partner: sees masks', scopes: [...READ, ...WRITE, 'verifications:write'] },
  {
    client: 'ada',
    title: 'Ada, a customer: her own records',
    scopes: [
      'customers:read:own',
      'kyc:read:own',
      'persons:read:own',
      'entitlements:read:own',
      'verifications:read:own',
      'verifications:write:own',
    ],
  },
]
