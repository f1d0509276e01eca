import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { DpopKey, type TokenProvider } from '../src/index.js'
import { PersonByIdDocument } from '../src/operations.js'
import { clear, createClient, requests, tokenOf } from './support/control.js'

afterEach(async () => {
  vi.useRealTimers()
  await clear()
})

const variables = { id: 'a0000000-0000-4000-8000-000000000001' }
const now = () => Math.floor(Date.now() / 1_000)
const expired = () => tokenOf({ claims: { iat: now() - 120, exp: now() - 60 } })

describe('the token provider', () => {
  test('is called again when the server refuses the token', async () => {
    const given: string[] = []
    const kyc = createClient({
      async token() {
        const token = given.length === 0 ? await expired() : await tokenOf()
        given.push(token)
        // The client cannot know that it has expired.
        return { accessToken: token, expiresAt: Infinity }
      },
    })
    expect((await kyc.query(PersonByIdDocument, variables)).person!.id).toBe(variables.id)
    expect(given).toHaveLength(2)
    expect(await requests('PersonById')).toHaveLength(2)
  })

  test('is called before the token expires, without a refused request', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    let calls = 0
    const kyc = createClient({
      async token() {
        calls += 1
        return tokenOf({ client: `client-${calls}` })
      },
    })
    await kyc.query(PersonByIdDocument, variables)
    await kyc.query(PersonByIdDocument, variables)
    expect(calls).toBe(1)
    // The tokens of the tests live for twelve hours.
    vi.setSystemTime(Date.now() + 12 * 3_600_000 - 20_000)
    await kyc.query(PersonByIdDocument, variables)
    expect(calls).toBe(2)
    expect(await requests('PersonById')).toHaveLength(3)
  })

  test('is called once for calls that run at the same time', async () => {
    let calls = 0
    const kyc = createClient({
      token() {
        calls += 1
        return tokenOf()
      },
    })
    await Promise.all(Array.from({ length: 5 }, () => kyc.query(PersonByIdDocument, variables)))
    expect(calls).toBe(1)
  })

  test('ends the call with the refusal of the server when it has no better token', async () => {
    const kyc = createClient({ token: 'no token' })
    await expect(kyc.query(PersonByIdDocument, variables)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      status: 401,
    })
    expect(await requests('PersonById')).toHaveLength(3)
  })

  /** A client whose provider hangs at its first calls, each of which gets this time. */
  function clientThatHangs(times: number, ms: number, hang: TokenProvider) {
    const timeout = AbortSignal.timeout.bind(AbortSignal)
    const spy = vi.spyOn(AbortSignal, 'timeout').mockImplementation((given) => timeout(given === 30_000 ? ms : given))
    onTestFinished(() => spy.mockRestore())
    const did = { calls: 0 }
    const token: TokenProvider = (signal) => {
      did.calls += 1
      return did.calls <= times ? hang(signal) : tokenOf()
    }
    return { did, kyc: createClient({ token }) }
  }
  const forever = () => new Promise<never>(() => undefined)
  const untilAborted: TokenProvider = (signal) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('Aborted.'))))

  test.each([
    ['heeds no signal', forever],
    ['heeds its signal', untilAborted],
  ])('is called anew by those who wait for a call of it that hangs and %s', async (_title, hang) => {
    const { kyc, did } = clientThatHangs(1, 50, hang)
    const waiting = [1, 2, 3].map(() => kyc.query(PersonByIdDocument, variables))
    for (const { person } of await Promise.all(waiting)) expect(person!.id).toBe(variables.id)
    expect(did.calls).toBe(2)
  })

  test('ends the calls that wait for it where it hangs again', async () => {
    const { kyc, did } = clientThatHangs(2, 50, forever)
    const waiting = [1, 2].map(() => kyc.query(PersonByIdDocument, variables))
    for (const outcome of await Promise.allSettled(waiting))
      expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'TimeoutError' } })
    expect(did.calls).toBe(2)
    expect((await kyc.query(PersonByIdDocument, variables)).person!.id).toBe(variables.id)
    expect(did.calls).toBe(3)
  })

  test('is not called anew for a call whose own time is over', async () => {
    const { kyc, did } = clientThatHangs(1, 200, forever)
    await expect(kyc.query(PersonByIdDocument, variables, { timeoutMs: 50 })).rejects.toMatchObject({ code: 'TIMEOUT' })
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(did.calls).toBe(1)
  })

  test('ends the call with its own failure', async () => {
    const kyc = createClient({ token: () => Promise.reject(new Error('The issuer is away.')) })
    await expect(kyc.query(PersonByIdDocument, variables)).rejects.toThrow('The issuer is away.')
    expect(await requests('PersonById')).toEqual([])
  })
})

describe('DPoP', () => {
  test('each request has a proof of its own, with the nonce that the server asks for', async () => {
    const dpop = await DpopKey.generate()
    const jkt = await dpop.thumbprint()
    const kyc = createClient({ dpop, token: () => tokenOf({ claims: { cnf: { jkt } } }) })
    await kyc.query(PersonByIdDocument, variables)
    // The first request is told the nonce, and repeated; the others have it.
    await Promise.all([kyc.query(PersonByIdDocument, variables), kyc.query(PersonByIdDocument, variables)])
    expect(await requests('PersonById')).toHaveLength(4)
  })

  test('a proof by a clock that is wrong is refused, and the call ends', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 300_000 })
    const dpop = await DpopKey.generate()
    const jkt = await dpop.thumbprint()
    let calls = 0
    const kyc = createClient({
      dpop,
      token() {
        calls += 1
        return tokenOf({ claims: { cnf: { jkt } } })
      },
    })
    await expect(kyc.query(PersonByIdDocument, variables)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      status: 401,
    })
    expect(calls).toBeLessThanOrEqual(3)
    expect(await requests('PersonById')).toHaveLength(3)
  })

  test('a token of another key is refused', async () => {
    const dpop = await DpopKey.generate()
    const jkt = await (await DpopKey.generate()).thumbprint()
    const kyc = createClient({ dpop, token: () => tokenOf({ claims: { cnf: { jkt } } }) })
    await expect(kyc.query(PersonByIdDocument, variables)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })
})
