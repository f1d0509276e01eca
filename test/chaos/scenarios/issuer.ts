import { setTimeout as delay } from 'node:timers/promises'
import { generateKeyPair, SignJWT } from 'jose'
import { request } from 'undici'
import { AUDIENCE } from '../../../src/dev/issuer.js'
import type { Check, Outcome, Scenario } from '../scenario.js'
import { startWorld, type World } from '../world.js'

const STALE_SECONDS = 6
const PATIENCE_MS = 15_000
const QUERY = '{ viewer { id } }'

/** What the server says at one moment. */
interface Said {
  /** The status of an operation with a token of the known key, and its code. */
  readonly known: string
  /** The same with a token of a key that the server does not know. */
  readonly unknown: string
  readonly ready: string
}

type Tokens = (client: string) => Promise<string>

/** Signs tokens by a key that the issuer does not publish. */
async function strangeTokens(issuer: string): Promise<Tokens> {
  const { privateKey } = await generateKeyPair('ES256')
  return (client) =>
    new SignJWT({ sub: client })
      .setProtectedHeader({ alg: 'ES256', kid: 'another' })
      .setIssuer(issuer)
      .setAudience(AUDIENCE)
      .setExpirationTime('1h')
      .sign(privateKey)
}

let asked = 0

/** Asks with tokens that are new, so that none was verified before. */
async function ask(world: World, strange: Tokens): Promise<Said> {
  const [replica] = world.replicas
  const client = `client-${(asked += 1)}`
  const said = async (token?: string) => {
    const { status, errors, headers } = await world.query(replica!, QUERY, undefined, token ? { token } : { client })
    const wait = headers['retry-after'] === undefined ? '' : ', Retry-After'
    return `${status}${errors[0] ? ` ${String(errors[0].extensions['code'])}` : ''}${wait}`
  }
  const unknown = await said(await strange(client))
  const known = await said()
  const { statusCode, body } = await request(`${replica!.adminUrl}/ready`)
  const { reasons } = (await body.json()) as { reasons: { issuer?: string } }
  return { known, unknown, ready: `${statusCode}${reasons.issuer ? ` ${reasons.issuer}` : ''}` }
}

const AWAY = '503 ISSUER_UNAVAILABLE, Retry-After'
const EXPECTED: readonly (readonly [string, Said])[] = [
  ['no keys at the start', { known: AWAY, unknown: AWAY, ready: '503 ECONNREFUSED' }],
  ['the issuer comes', { known: '200', unknown: '401 UNAUTHENTICATED', ready: '200' }],
  ['the issuer goes', { known: '200', unknown: AWAY, ready: '200 ECONNREFUSED' }],
  ['its keys are too old', { known: AWAY, unknown: AWAY, ready: '503 ECONNREFUSED' }],
  ['the issuer comes back', { known: '200', unknown: '401 UNAUTHENTICATED', ready: '200' }],
]

const textOf = ({ known, unknown, ready }: Said): string => `${known}; ${unknown}; ${ready}`

/** Waits until the server says what it should, or gives up and returns what it says. */
async function settle(world: World, strange: Tokens, expected: Said): Promise<Said> {
  for (const begun = Date.now(); ; await delay(200)) {
    const said = await ask(world, strange)
    if (textOf(said) === textOf(expected) || Date.now() - begun > PATIENCE_MS) return said
  }
}

/** The issuer's keys cannot be read at the start, then can, and then again cannot for longer than they may be used. */
export const issuer: Scenario = {
  name: 'issuer',
  title: "The issuer's keys come and go",
  async run({ folder, program, progress }): Promise<Outcome> {
    const settings = { AUTH_JWKS_STALE_SECONDS: String(STALE_SECONDS) }
    const world = await startWorld({ folder, program, redis: false, settings, replicas: [{ isLate: true }] })
    try {
      const strange = await strangeTokens(world.issuer.issuer)
      const steps = [world.issuer.stop, world.issuer.start, world.issuer.stop, async () => {}, world.issuer.start]
      const rows: string[][] = [['when', 'token of a known key', 'token of an unknown key', '/ready']]
      const checks: Check[] = []
      for (const [i, [when, expected]] of EXPECTED.entries()) {
        progress(when)
        await steps[i]!()
        if (i === 0) await world.replicas[0]!.start()
        const said = await settle(world, strange, expected)
        rows.push([when, said.known, said.unknown, said.ready])
        const [bound, seen] = [textOf(expected), textOf(said)]
        checks.push({ what: when, bound, seen, holds: bound === seen })
      }
      const lines = world.written().match(/dependency [a-z ]+/g) ?? []
      const wanted = [
        'dependency is not usable',
        'dependency is usable again',
        'dependency fails and is not needed yet',
        'dependency is not usable',
        'dependency is usable again',
      ].join(', ')
      checks.push({
        what: 'lines of the log',
        bound: wanted,
        seen: lines.join(', '),
        holds: lines.join(', ') === wanted,
      })
      return { checks, table: rows }
    } finally {
      await world.close()
    }
  },
}
