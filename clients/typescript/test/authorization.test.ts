import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { DpopKey } from '../src/index.js'
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

  test('is called anew after one call of it that hangs and heeds no signal', async () => {
    const timeout = AbortSignal.timeout.bind(AbortSignal)
    const spy = vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => timeout(ms === 30_000 ? 50 : ms))
    onTestFinished(() => spy.mockRestore())
    let calls = 0
    const kyc = createClient({
      token() {
        calls += 1
        return calls === 1 ? new Promise<string>(() => undefined) : tokenOf()
      },
    })
    const hanging = [1, 2].map(() => kyc.query(PersonByIdDocument, variables))
    for (const outcome of await Promise.allSettled(hanging))
      expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'TimeoutError' } })
    expect((await kyc.query(PersonByIdDocument, variables)).person!.id).toBe(variables.id)
    expect(calls).toBe(2)
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
