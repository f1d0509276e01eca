import { setTimeout as delay } from 'node:timers/promises'
import { ADA } from '../../../datasources/emulator/people.js'
import type { ProviderName } from '../../../datasources/index.js'
import { atLeast, atMost, type Outcome, type Scenario } from '../scenario.js'
import { startWorld, type World } from '../world.js'

const REPLICAS = 6

/** A wrong secret of each provider that logs in, how it is asked, and where it logs in. */
const PROVIDERS = {
  obp: {
    wrong: { OBP_PASSWORD: 'wrong' },
    login: '/my/logins/direct',
    ask: `{ customer(id: "${ADA.customerId}") { id } }`,
  },
  apiture: {
    wrong: { APITURE_CLIENT_SECRET: 'wrong' },
    login: '/oidc/token',
    ask: `mutation { setAccountEntitlements(input: { bankingCustomerId: "${ADA.bankingCustomerId}", accounts: [{ accountNumber: "1001", productCode: "DDA_01" }], electronicStatementElection: true, electronicDocumentElection: true, roles: {} }) { replayed } }`,
  },
  sei: {
    wrong: { SEI_PASSWORD: 'wrong' },
    login: '/v2/oauthtoken',
    ask: `mutation { setAccountAttributes(input: { externalId: "${ADA.seiExternalId}", attributes: [{ name: "a", value: "b" }] }) { replayed } }`,
  },
} as const satisfies Partial<Record<ProviderName, { wrong: object; login: string; ask: string }>>

const NAMES = Object.keys(PROVIDERS) as (keyof typeof PROVIDERS)[]

async function logins(world: World, name: keyof typeof PROVIDERS): Promise<number> {
  const calls = await world.emulators.calls(name)
  return calls.filter(({ url }) => url.startsWith(PROVIDERS[name].login)).length
}

/** Asks every replica that runs for every provider; the codes of the answers. */
async function askAll(world: World): Promise<unknown[]> {
  const running = world.replicas.filter(({ isUp }) => isUp())
  const answers = await Promise.all(
    running.flatMap((replica) => NAMES.map((name) => world.query(replica, PROVIDERS[name].ask))),
  )
  return answers.map(({ errors }) => errors[0]?.extensions['code'])
}

/** Six replicas get a wrong secret, and one of them is started again; then a replica has the right one. */
export const wrongSecret: Scenario = {
  name: 'wrong-secret',
  title: 'A wrong secret at six replicas',
  async run({ folder, program, isShort, progress }): Promise<Outcome> {
    const wrong = Object.assign({}, ...NAMES.map((name) => PROVIDERS[name].wrong)) as Record<string, string>
    const world = await startWorld({
      folder,
      program,
      replicas: [...Array.from({ length: REPLICAS }, () => ({ settings: wrong })), { isLate: true }],
    })
    try {
      const seconds = isShort ? 5 : 300
      const codes = new Set<unknown>()
      const begun = Date.now()
      let isRestarted = false
      while (Date.now() - begun < seconds * 1000) {
        for (const code of await askAll(world)) codes.add(code)
        if (!isRestarted && Date.now() - begun > seconds * 300) {
          progress('one replica is killed and started again')
          isRestarted = true
          await world.replicas[0]!.kill()
          await world.replicas[0]!.start()
        }
        await delay(isShort ? 200 : 2_000)
      }
      const tries = await Promise.all(NAMES.map((name) => logins(world, name)))
      await world.replicas[REPLICAS]!.start()
      const right = await Promise.all(NAMES.map((name) => world.query(world.replicas[REPLICAS]!, PROVIDERS[name].ask)))
      return {
        checks: [
          ...NAMES.map((name, i) => atMost(`logins of six replicas at ${name} in ${seconds} s`, tries[i]!, 2)),
          {
            what: 'codes of their answers',
            bound: 'PROVIDER_REFUSED',
            seen: [...codes].map(String).join(', '),
            holds: codes.size === 1 && codes.has('PROVIDER_REFUSED'),
          },
          atLeast(
            'answers with the right secret at once',
            right.filter(({ errors }) => errors.length === 0).length,
            NAMES.length,
          ),
        ],
      }
    } finally {
      await world.close()
    }
  },
}
