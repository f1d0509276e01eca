import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql'
import { type ErrorCode, ApiError } from '../datasources/contract/errors.js'
import { Cost } from '../schema/cost.js'
import { Customer } from '../schema/customer.js'
import { KycOverview } from '../schema/kyc-overview.js'
import { orOwn, Scopes } from '../schema/scopes.js'
import { Provider } from '../schema/shared.js'
import type { RequestContext, Loaders } from './context.js'
import { type BankEvidence, overview, type Part, type SyncteraEvidence } from './kyc-rule.js'

const UNREACHABLE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'PROVIDER_TIMEOUT',
  'PROVIDER_UNAVAILABLE',
  'PROVIDER_MALFORMED',
  'PROVIDER_REFUSED',
  'DEADLINE_EXCEEDED',
  'RATE_LIMITED',
])

/** What is known, or the sentence that says why it cannot be; a missing scope and whatever nobody foresaw stay errors. */
const reached = <Known>(evidence: Promise<Known>): Promise<Part<Known>> =>
  evidence.catch((error: unknown) => {
    if (error instanceof ApiError && UNREACHABLE.has(error.code)) return { unreachable: error.message }
    throw error
  })

/** Null where the caller may not know of the customer's records. */
async function askBank(loaders: Loaders, customer: Customer): Promise<Part<BankEvidence> | null> {
  const { customerById, kycStatusesOf, kycChecksOf, kycDocumentsOf } = loaders.obp
  // The customer at hand may come from an answer that was given again; usually this is the one already asked for.
  const asked = await reached(customerById.load(customer))
  if (asked === null || 'unreachable' in asked) return asked
  const [statuses, checks, documents] = await Promise.all([
    reached(kycStatusesOf.load(customer)),
    reached(kycChecksOf.load(customer)),
    reached(kycDocumentsOf.load(customer)),
  ])
  return statuses && checks && documents && { kycStatus: asked.kycStatus, statuses, checks, documents }
}

const isFailure = (error: unknown, code: ErrorCode, provider: Provider): boolean =>
  error instanceof ApiError && error.code === code && error.extensions['provider'] === provider

/** Null where the caller may not know of the customer's links. */
async function askSynctera(loaders: Loaders, customer: Customer): Promise<SyncteraEvidence | null> {
  const links = await loaders.obp.linksOf.load(customer).catch((error: unknown) => {
    if (isFailure(error, 'CONFLICT', Provider.OPEN_BANK_PROJECT)) return 'contradicting' as const
    throw error
  })
  if (links === null) return null
  if (links === 'contradicting') return { contradicting: true }
  if (links.personId === null) return { recorded: false }
  const [person, results] = await Promise.all([
    loaders.synctera.personById.load(links.personId),
    reached(loaders.synctera.verificationsOf.load(links.personId)),
  ])
  return { recorded: true, person, results: results ?? [] }
}

/** Refuses whoever lacks one of the scopes, before anybody is asked. False where this deployment has no Synctera. */
function admit(loaders: Loaders): boolean {
  loaders.obp.customerById.admit()
  loaders.obp.kycStatusesOf.admit()
  try {
    loaders.synctera.personById.admit()
    return true
  } catch (error) {
    if (isFailure(error, 'PROVIDER_NOT_CONFIGURED', Provider.SYNCTERA)) return false
    throw error
  }
}

@Resolver(() => Customer)
export class KycOverviewResolver {
  @Scopes(orOwn('customers:read'), orOwn('kyc:read'), orOwn('persons:read'))
  @Cost('several')
  @FieldResolver(() => KycOverview, {
    nullable: true,
    description:
      'One answer to "is this customer verified?" from the bank\'s records and the person recorded at Synctera, asked now. Needs `customers:read`, `kyc:read` and `persons:read`.',
  })
  async kycOverview(@Root() customer: Customer, @Ctx() { loaders }: RequestContext): Promise<KycOverview | null> {
    const now = new Date()
    const asksSynctera = admit(loaders)
    const [bank, synctera] = await Promise.all([
      askBank(loaders, customer),
      asksSynctera ? reached(askSynctera(loaders, customer)) : undefined,
    ])
    return bank === null || synctera === null ? null : overview({ bank, synctera }, now)
  }
}
