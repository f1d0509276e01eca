import type { Redis } from 'ioredis'
import { type Contender, rawKeys } from './contender.js'
import type { Tokens } from './dataset.js'
import { allRequests, type GraphqlRequest, requestAt, requestsOf, sendOnce } from './requests.js'
import { each } from './seed.js'
import type { Workload } from './workloads.js'

/** Runs the operations whose results a build of this server stores and the workloads read; callers take turns. */
export async function prepareServer(server: Contender, workloads: readonly Workload[], tokens: Tokens): Promise<void> {
  for (const { prepare, ...workload } of workloads.filter(({ prepare }) => prepare.length > 0)) {
    const requests = requestsOf({ ...workload, name: '', operations: prepare, prepare }, tokens, server)
    await each(prepare, (_operation, i) => sendOnce(server, requestAt(requests, i)))
  }
}

/** Stores this server's answers in Redis for the raw server, which computes none of them. */
export async function storeRawData(
  redis: Redis,
  server: Contender,
  workloads: readonly Workload[],
  tokens: Tokens,
): Promise<void> {
  for (const { name, store } of RAW_DATA) {
    for (const workload of workloads.filter((own) => own.name === name)) {
      await each(allRequests(requestsOf(workload, tokens, server)), async (request) => {
        const { data } = JSON.parse(await sendOnce(server, request)) as { data: Data }
        await redis.set(...store(data, request))
      })
    }
  }
}

type Data = Readonly<Record<string, Readonly<Record<string, unknown>>>>

const variablesOf = ({ body }: GraphqlRequest) =>
  (JSON.parse(body) as { variables: { id: string; input: { account: { id: string } } } }).variables

/** By the name of a workload: the Redis key and value that its answer gives. */
const RAW_DATA: readonly {
  readonly name: string
  readonly store: (data: Data, request: GraphqlRequest) => [key: string, value: string]
}[] = [
  {
    name: 'CustomerPage',
    store({ customer }) {
      const { bankingCustomerId } = customer!['links'] as { bankingCustomerId: string }
      return [rawKeys.entitlements(bankingCustomerId), JSON.stringify(customer!['accountEntitlements'])]
    },
  },
  {
    name: 'StoredVerification',
    store: ({ verificationResult }, request) => [
      rawKeys.verification(variablesOf(request).id),
      JSON.stringify(verificationResult),
    ],
  },
  {
    name: 'VerifyAccount',
    store: ({ verifyAccount }, request) => [
      rawKeys.account(`Bearer ${request.token}`, variablesOf(request).input.account.id),
      JSON.stringify(verifyAccount!['result']),
    ],
  },
]
