import { type GraphQLResolveInfo, OperationTypeNode } from 'graphql'
import { Ctx, FieldResolver, Info, Resolver, Root } from 'type-graphql'
import type { ErrorCode } from '../datasources/contract/error-codes.js'
import { ApiError } from '../datasources/contract/errors.js'
import { Cost } from '../schema/cost-classes.js'
import { Customer } from '../schema/customer.js'
import { KycOverview } from '../schema/kyc-overview.js'
import { orOwn, Scopes } from '../schema/scopes.js'
import { KycProvider } from '../schema/shared.js'
import type { GuardedProviders, RequestContext } from './context.js'
import { type BankEvidence, overview, type Part, type SyncteraEvidence } from './kyc-rule.js'

const UNREACHABLE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'PROVIDER_TIMEOUT',
  'PROVIDER_UNAVAILABLE',
  'PROVIDER_MALFORMED',
  'PROVIDER_REFUSED',
  'DEADLINE_EXCEEDED',
  'RATE_LIMITED',
])

/** True where the provider itself answered that it does not have the operation. */
const isAbsentAtProvider = ({ code, extensions }: ApiError): boolean =>
  code === 'PROVIDER_NOT_CONFIGURED' && extensions['providerStatus'] !== undefined

/** A part of the evidence, or the sentence that says why it is unavailable; a missing scope and unforeseen errors stay errors. */
const reached = <Known>(evidence: Promise<Known>): Promise<Part<Known>> =>
  evidence.catch((error: unknown) => {
    if (error instanceof ApiError && (UNREACHABLE.has(error.code) || isAbsentAtProvider(error)))
      return { unreachable: error.message }
    throw error
  })

/** The bank's evidence; null where the caller may not know of the customer's records. */
async function loadBankEvidence(
  { obp }: Pick<GuardedProviders, 'obp'>,
  customer: Customer,
): Promise<Part<BankEvidence> | null> {
  // The customer at hand may come from a replayed answer; usually this customer is already loaded.
  const current = await reached(obp.customerById(customer))
  if (current === null || 'unreachable' in current) return current
  const [statuses, checks, documents] = await Promise.all([
    reached(obp.kycStatusesOf(customer)),
    reached(obp.kycChecksOf(customer)),
    reached(obp.kycDocumentsOf(customer)),
  ])
  return statuses && checks && documents && { kycStatus: current.kycStatus, statuses, checks, documents }
}

const isErrorOf = (error: unknown, code: ErrorCode, provider: KycProvider): boolean =>
  error instanceof ApiError && error.code === code && error.extensions['provider'] === provider

/** Synctera's evidence; null where the caller may not know of the customer's links. */
async function loadSyncteraEvidence(
  { obp, synctera, observer }: Pick<RequestContext, 'obp' | 'synctera' | 'observer'>,
  customer: Customer,
): Promise<SyncteraEvidence | null> {
  const links = await obp.linksOf(customer).catch((error: unknown) => {
    if (isErrorOf(error, 'CONFLICT', KycProvider.OPEN_BANK_PROJECT)) return 'contradicting' as const
    throw error
  })
  if (links === null) return null
  if (links === 'contradicting') return { contradicting: true }
  if (links.personId === null) return { recorded: false }
  observer?.watch('personVerification', links.personId)
  const [person, results, alerts] = await Promise.all([
    synctera.personById(links.personId),
    reached(synctera.verificationsOf(links.personId)),
    reached(synctera.alertEvidenceOf(links.personId)),
  ])
  return { recorded: true, person, results: results ?? [], alerts: alerts ?? [] }
}

/** Refuses a caller who lacks one of the scopes before any provider is called. False where this deployment has no Synctera. */
function assertAllowed({ obp, synctera }: Pick<GuardedProviders, 'obp' | 'synctera'>): boolean {
  obp.assertAllowed('customerById')
  obp.assertAllowed('kycStatusesOf')
  try {
    synctera.assertAllowed('personById')
    return true
  } catch (error) {
    if (isErrorOf(error, 'PROVIDER_NOT_CONFIGURED', KycProvider.SYNCTERA)) return false
    throw error
  }
}

/** The decision about a customer; null where the caller may not know of its records. */
export async function decideKyc(customer: Customer, context: RequestContext): Promise<KycOverview | null> {
  const now = new Date()
  const hasSynctera = assertAllowed(context)
  const [bank, synctera] = await Promise.all([
    loadBankEvidence(context, customer),
    hasSynctera ? reached(loadSyncteraEvidence(context, customer)) : undefined,
  ])
  return bank === null || synctera === null ? null : overview({ bank, synctera }, now)
}

/** The decisions of an operation, by customer. */
const decisionsOf = new WeakMap<RequestContext, Map<string, Promise<KycOverview | null>>>()

/** The root field of a mutation, of which each sees what those before it have written; one name for all of a query. */
function stepOf({ operation, path }: GraphQLResolveInfo): string | number {
  if (operation.operation === OperationTypeNode.QUERY) return ''
  let root = path
  while (root.prev) root = root.prev
  return root.key
}

@Resolver(() => Customer)
export class KycOverviewResolver {
  @Scopes(orOwn('customers:read'), orOwn('kyc:read'), orOwn('persons:read'))
  @Cost('several')
  @FieldResolver(() => KycOverview, {
    nullable: true,
    description:
      'The decision whether the customer is verified, from the current records of the bank and of the linked Synctera person. Requires the scopes `customers:read`, `kyc:read` and `persons:read`, or the `:own` form of each.',
  })
  kycOverview(
    @Root() customer: Customer,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<KycOverview | null> {
    const decisions = decisionsOf.get(context) ?? new Map<string, Promise<KycOverview | null>>()
    decisionsOf.set(context, decisions)
    // One answer states one decision of a customer, by whichever path it is reached.
    const key = JSON.stringify([stepOf(info), customer.bankId, customer.id])
    const decision = decisions.get(key) ?? decideKyc(customer, context)
    decisions.set(key, decision)
    return decision
  }
}
