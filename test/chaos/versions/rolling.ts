import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { ADA } from '../../../datasources/emulator/people.js'
import type { Proxy } from '../proxies.js'
import { atLeast, atMost, type ChaosContext, type Check } from '../scenario.js'
import type { Answer, World } from '../world.js'

type Replica = World['replicas'][number]

const READ = 'query($id: ID!) { person(id: $id) { firstName } }'
const CREATE = 'mutation($input: CreatePersonInput!) { createPerson(input: $input) { replayed person { id } } }'
const VERIFY = 'mutation($input: VerifyAccountInput!) { verifyAccount(input: $input) { result { id state } } }'
const RESULT = 'query($id: ID!) { verificationResult(id: $id) { state } }'
const NAME = 'Rolling'
const TICK_MS = 10
const POLL_MS = 50
const PATIENCE_MS = 20_000
/** A key is repeated this much later, by whichever replica nginx chooses. */
const REPEATED_AFTER_MS = 1_000
/** nginx closes the idle connections of its clients when it reads its file again, so each request has one of its own. */
const OPTIONS = { headers: { connection: 'close' } }
/** Codes of a write that is to be asked for again. */
const BUSY = 'IDEMPOTENCY_IN_PROGRESS'

export interface RollingForm {
  readonly perSecond: number
  readonly rounds: number
  /** How long the replicas serve between two steps. */
  readonly stepMs: number
}

/** What the load was told. */
class Ledger {
  /** The ids that the answers to a key have told, and the replays among them. */
  readonly keys = new Map<string, { readonly ids: Set<string>; replays: number }>()
  readonly verifications: string[] = []
  readonly failures: string[] = []
  operations = 0

  fail(what: string, { failure, status, errors }: Answer): void {
    const code = errors[0]?.extensions['code'] as string | undefined
    this.failures.push(`${what}: ${failure ?? code ?? `status ${status}`}`)
  }
}

/** Callers of the address of nginx. */
class Load {
  readonly #world: World
  readonly #url: string
  readonly ledger = new Ledger()
  readonly #running: Promise<void>[] = []

  constructor(world: World, url: string) {
    this.#world = world
    this.#url = url
  }

  /** Sends at a fixed rate until it is stopped, and then waits for every answer. */
  start(perSecond: number): () => Promise<void> {
    const begun = performance.now()
    const timer = setInterval(() => {
      for (const due = ((performance.now() - begun) / 1000) * perSecond; this.#running.length < due;)
        this.#running.push(this.#operation(this.#running.length))
    }, TICK_MS)
    return async () => {
      clearInterval(timer)
      await Promise.all(this.#running)
    }
  }

  #ask(document: string, variables: object): Promise<Answer> {
    this.ledger.operations += 1
    return this.#world.query(this.#url, document, variables, OPTIONS)
  }

  #operation(i: number): Promise<void> {
    const { verifications } = this.ledger
    const known = verifications[i % Math.max(1, verifications.length)]
    if (i % 4 === 0) return this.#keyed()
    if (i % 20 === 1) return this.#verify()
    if (i % 4 === 1 && known !== undefined) return this.#result(known)
    return this.#read()
  }

  async #read(): Promise<void> {
    const answer = await this.#ask(READ, { id: ADA.personId })
    if (!answer.data?.person) this.ledger.fail('read', answer)
  }

  /** A new key, and the same one later. */
  async #keyed(): Promise<void> {
    const key = randomUUID()
    this.ledger.keys.set(key, { ids: new Set(), replays: 0 })
    await this.#write(key)
    await delay(REPEATED_AFTER_MS)
    await this.#write(key)
  }

  async #write(idempotencyKey: string): Promise<void> {
    const input = { idempotencyKey, isCustomer: true, status: 'PROSPECT', firstName: NAME }
    for (const end = performance.now() + PATIENCE_MS; ; await delay(POLL_MS)) {
      const answer = await this.#ask(CREATE, { input })
      const told = answer.data?.createPerson as { replayed: boolean; person: { id: string } } | undefined
      const entry = this.ledger.keys.get(idempotencyKey)!
      if (told) {
        entry.ids.add(told.person.id)
        if (told.replayed) entry.replays += 1
      } else if (answer.errors[0]?.extensions['code'] === BUSY && performance.now() < end) continue
      else this.ledger.fail('keyed write', answer)
      return
    }
  }

  async #verify(): Promise<void> {
    const account = { type: 'PERSONAL', idScheme: 'SCAN', id: ADA.account, name: `${ADA.lastName},${ADA.firstName}` }
    const answer = await this.#ask(VERIFY, { input: { types: ['NAME'], account } })
    const id = answer.data?.verifyAccount?.result.id as string | undefined
    if (id === undefined) this.ledger.fail('verification', answer)
    else this.ledger.verifications.push(id)
  }

  async #result(id: string): Promise<void> {
    const answer = await this.#ask(RESULT, { id })
    if (!answer.data?.verificationResult?.state) this.ledger.fail('result of a verification', answer)
  }
}

/** Replaces each replica of one version by one of the other: the new one serves first, then the old one is taken out and stopped. */
async function roll(proxy: Proxy, from: readonly Replica[], to: readonly Replica[], stepMs: number): Promise<number> {
  let unclean = 0
  for (const [i, old] of from.entries()) {
    const next = to[i]!
    await next.start()
    await proxy.use([...from.slice(i), ...to.slice(0, i + 1)])
    await delay(stepMs)
    await proxy.use([...from.slice(i + 1), ...to.slice(0, i + 1)])
    if ((await old.stop()) !== 0) unclean += 1
  }
  await delay(stepMs)
  return unclean
}

async function judge(world: World, { keys, verifications, failures, operations }: Ledger): Promise<readonly Check[]> {
  const sent = (await world.emulators.calls('synctera')).filter(({ method }) => method === 'POST').length
  const told = [...keys.values()]
  return [
    atMost(`rolling: failed operations of ${operations}`, failures.length, 0),
    atMost(
      `rolling: keys of ${keys.size} that the provider was sent more or less often than once`,
      Math.abs(sent - keys.size),
      0,
    ),
    atMost('rolling: keys told two outcomes', told.filter(({ ids }) => ids.size !== 1).length, 0),
    atMost('rolling: keys whose repetition was no replay', told.filter(({ replays }) => replays !== 1).length, 0),
    atLeast('rolling: verifications that both versions read', verifications.length, 1),
  ]
}

/** Under load, all replicas are replaced by those of the other version, and back again. */
export async function rollBothWays(
  world: World,
  proxy: Proxy,
  [earlier, current]: readonly [earlier: readonly Replica[], current: readonly Replica[]],
  { perSecond, rounds, stepMs }: RollingForm,
  progress: ChaosContext['progress'],
): Promise<{ readonly checks: readonly Check[]; readonly failures: readonly string[] }> {
  await world.emulators.clear()
  const load = new Load(world, proxy.url)
  const stop = load.start(perSecond)
  await delay(stepMs)
  let unclean = 0
  for (let round = 1; round <= rounds; round += 1) {
    progress(`to this version, round ${round} of ${rounds}`)
    unclean += await roll(proxy, earlier, current, stepMs)
    progress(`and back, round ${round} of ${rounds}`)
    unclean += await roll(proxy, current, earlier, stepMs)
  }
  await stop()
  const checks = await judge(world, load.ledger)
  return {
    checks: [...checks, atMost('rolling: replicas that ended with another code than 0', unclean, 0)],
    failures: load.ledger.failures,
  }
}
