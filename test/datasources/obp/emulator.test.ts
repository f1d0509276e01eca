import fetch from 'node-fetch'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ADA, BANK, PEOPLE, NAMED_PEOPLE, OTHER_BANK } from '../../../datasources/emulator/people.js'
import { type App, startApp } from '../../support/app.js'
import { besideTheGraph, control, logInBeside } from '../../support/obp.js'

// The emulator keeps the provider's odd habits, or what is proved against it proves nothing.
let app: App
let ask: Awaited<ReturnType<typeof besideTheGraph>>
let url: string
beforeAll(async () => {
  app = await startApp()
  ask = await besideTheGraph(app)
  url = app.emulators.obp.url
})
afterAll(() => app.close())

const RHEA = NAMED_PEOPLE.find(({ firstName }) => firstName === 'Rhea')!
const at = (path: string) => `${url}/obp/v4.0.0${path}`
const check = {
  customer_number: 7,
  date: '2024-01-01T00:00:00Z',
  how: null,
  staff_user_id: 's',
  staff_name: 's',
  satisfied: true,
  comments: '',
}

describe('transport and login', () => {
  test('an unauthenticated request gets 401 and the DirectLogin challenge', async () => {
    const answer = await fetch(at(`/banks/${BANK}/customers/${ADA.customerId}`))
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toContain('DirectLogin realm=')
    expect(answer.headers.get('correlation-id')).toBeTruthy()
    expect(await answer.json()).toEqual({
      code: 401,
      message: 'OBP-20001: User not logged in. Authentication is required!',
    })
  })

  test('a token that is over is 400', async () => {
    const answer = await fetch(at('/users/current/customers'), {
      headers: { authorization: 'DirectLogin token="old"' },
    })
    expect([answer.status, await answer.json()]).toEqual([
      400,
      { code: 400, message: 'OBP-20003: This DirectLogin token is invalid or expired: old' },
    ])
  })

  test.each([
    [undefined, 400, 'OBP-20002: These DirectLogin parameters are missing: username, password, consumer_key'],
    ['DirectLogin username="u",password="p"', 400, 'OBP-20002: These DirectLogin parameters are missing: consumer_key'],
    ['DirectLogin username="u",password="p",consumer_key="a-b"', 400, 'OBP-20011: Value contains invalid characters'],
    ['DirectLogin username="u",password="p",consumer_key="ab"', 401, 'OBP-20008: Invalid Consumer Key.'],
  ])('a login with %s is %i', async (authorization, status, message) => {
    const answer = await fetch(`${url}/my/logins/direct`, {
      method: 'POST',
      headers: authorization === undefined ? {} : { authorization },
    })
    expect([answer.status, ((await answer.json()) as { message: string }).message]).toEqual([status, message])
  })

  test('what is not JSON, or wants something else than JSON, does not find its way', async () => {
    const form = await fetch(at(`/banks/${BANK}/customers`), {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: '{}',
    })
    const html = await fetch(at(`/banks/${BANK}/customers/${ADA.customerId}`), { headers: { accept: 'text/html' } })
    const broken = await fetch(at(`/banks/${BANK}/customers`), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{',
    })
    const messages = await Promise.all(
      [form, html, broken].map(async (answer) => [
        answer.status,
        ((await answer.json()) as { message: string }).message.slice(0, 9),
      ]),
    )
    expect(messages).toEqual([
      [404, 'OBP-10404'],
      [404, 'OBP-10404'],
      [400, 'OBP-10001'],
    ])
    expect((await fetch(at('/nowhere'), { method: 'OPTIONS' })).status).toBe(204)
  })

  test('a user of the cast has no role', async () => {
    const answer = await fetch(at(`/banks/${BANK}/customers/${ADA.customerId}`), {
      headers: { authorization: `Bearer ${await app.token({ client: 'ada' })}` },
    })
    expect([answer.status, await answer.json()]).toEqual([
      403,
      { code: 403, message: 'OBP-20006: User is missing one or more roles: CanGetCustomer' },
    ])
  })
})

describe('customers', () => {
  test('are found under any bank, without their attributes there', async () => {
    const { status, body } = await ask('GET', `/banks/${OTHER_BANK}/customers/${ADA.customerId}`)
    expect([status, body.bank_id, body.customer_attributes]).toEqual([200, BANK, []])
    expect((await ask('GET', `/banks/${OTHER_BANK}/customers/${ADA.customerId}/attributes`)).body.message).toBe(
      `OBP-30113: Invalid Bank Id (${OTHER_BANK}). The Customer(${ADA.customerId}) does not belong to this Bank`,
    )
    expect((await ask('GET', `/banks/nowhere/customers/${ADA.customerId}`)).body).toEqual({
      code: 404,
      message: 'OBP-30001: Bank not found. Please specify a valid value for BANK_ID. Current BankId is nowhere',
    })
  })

  test('come once for each attribute that fits', async () => {
    const { body } = await ask(
      'GET',
      `/banks/${BANK}/customers?SYNCTERA_PERSON_ID=${ADA.personId}&SYNCTERA_PERSON_ID=${RHEA.personId}&SEI_EXTERNAL_ID=${ADA.seiExternalId}`,
    )
    expect(body.customers.map((row: { customer_id: string }) => row.customer_id)).toEqual([
      ADA.customerId,
      ADA.customerId,
      RHEA.customerId,
    ])
    expect((await ask('GET', `/banks/${BANK}/customers?limit=1`)).body.customers).toEqual([])
  })

  test('older than a year or in the future stay out of the firehose by default', async () => {
    const all = (
      await ask(
        'GET',
        `/banks/${BANK}/firehose/customers?limit=100&from_date=1970-01-01T00:00:00.000Z&to_date=9000-01-01T00:00:00.000Z`,
      )
    ).body.customers
    const usual = (await ask('GET', `/banks/${BANK}/firehose/customers?limit=100`)).body.customers
    expect(all).toHaveLength(PEOPLE.filter(({ bankId }) => bankId === BANK).length)
    expect(all[0].date_of_birth).toMatch(/^\d{4}-\d{2}-\d{2}$/)
    expect(usual.length).toBeLessThan(all.length)
  })

  test.each([
    ['limit=0', 'OBP-10025'],
    ['offset=-1', 'OBP-10024'],
    ['sort_direction=UP', 'OBP-10023'],
    ['from_date=2024-01-01T00:00:00Z', 'OBP-10026'],
  ])('are not listed with %s', async (query, code) => {
    const { status, body } = await ask('GET', `/banks/${BANK}/firehose/customers?${query}`)
    expect([status, body.message]).toEqual([
      400,
      expect.stringContaining(`OBP-10016: Incorrect filter Parameters in URL.  <- ${code}: `),
    ])
  })
})

describe('attributes', () => {
  test('move with an update, and are gone after a delete, which minds nothing', async () => {
    const { body } = await ask('POST', `/banks/${BANK}/customers/${ADA.customerId}/attribute`, {
      name: 'N',
      type: 'INTEGER',
      value: 7,
    })
    expect(body).toEqual({ customer_attribute_id: expect.any(String), name: 'N', type: 'INTEGER', value: '7' })
    const id = body.customer_attribute_id as string
    await ask('PUT', `/banks/${BANK}/customers/${RHEA.customerId}/attributes/${id}`, {
      name: 'N',
      type: 'STRING',
      value: 'moved',
    })
    expect(
      (await ask('GET', `/banks/${BANK}/customers/${RHEA.customerId}/attributes`)).body.customer_attributes,
    ).toContainEqual({ customer_attribute_id: id, name: 'N', type: 'STRING', value: 'moved' })
    for (let i = 0; i < 2; i += 1)
      expect(await ask('DELETE', `/banks/${OTHER_BANK}/customers/attributes/${id}`)).toEqual({
        status: 204,
        body: undefined,
      })
    expect(
      (
        await ask('PUT', `/banks/${BANK}/customers/${RHEA.customerId}/attributes/${id}`, {
          name: 'N',
          type: 'STRING',
          value: 'x',
        })
      ).body,
    ).toMatchObject({ code: 400, message: expect.stringContaining('OBP-30069') })
    expect(
      (
        await ask('POST', `/banks/${BANK}/customers/${ADA.customerId}/attribute`, {
          name: 'N',
          type: 'string',
          value: 'x',
        })
      ).body.message,
    ).toContain('The `Type` filed')
  })
})

describe('KYC records', () => {
  test('are put by id, which moves them, and the last one changed comes first', async () => {
    const put = (customerId: string, bank = BANK) =>
      ask('PUT', `/banks/${bank}/customers/${customerId}/kyc_check/moving`, check)
    expect(await put(ADA.customerId)).toMatchObject({
      status: 201,
      body: { id: 'moving', bank_id: BANK, customer_id: ADA.customerId, customer_number: '7', how: null },
    })
    expect(
      (await ask('GET', `/customers/${ADA.customerId}/kyc_checks`)).body.checks.map(({ id }: { id: string }) => id),
    ).toEqual(['moving', 'check-ada'])
    expect((await put(RHEA.customerId, OTHER_BANK)).status).toBe(201)
    expect((await ask('GET', `/customers/${ADA.customerId}/kyc_checks`)).body.checks).toHaveLength(1)
  })

  test('one status is kept for each bank and customer', async () => {
    const put = (ok: boolean, bank: string) =>
      ask('PUT', `/banks/${bank}/customers/${RHEA.customerId}/kyc_statuses`, {
        customer_number: '1',
        ok,
        date: '2024-01-01T00:00:00Z',
      })
    for (const [ok, bank] of [
      [true, BANK],
      [false, BANK],
      [true, OTHER_BANK],
    ] as const)
      await put(ok, bank)
    expect(
      (await ask('GET', `/customers/${RHEA.customerId}/kyc_statuses`)).body.statuses.map(
        ({ ok }: { ok: boolean }) => ok,
      ),
    ).toEqual([true, false])
  })

  test.each([
    ['an instant with milliseconds', { date: '2024-01-01T00:00:00.000Z' }],
    ['a missing member', { comments: undefined }],
    ['a text for a flag', { satisfied: 'true' }],
  ])('with %s are 400', async (_what, change) => {
    const { status, body } = await ask('PUT', `/banks/${BANK}/customers/${ADA.customerId}/kyc_check/x`, {
      ...check,
      ...change,
    })
    expect([status, body.message]).toEqual([
      400,
      'OBP-10001: Incorrect json format. The Json body should be the PostKycCheckJSON ',
    ])
  })

  test('of an unknown customer are 404, before the body is looked at', async () => {
    expect((await ask('PUT', `/banks/${BANK}/customers/nobody/kyc_check/x`, {})).body).toEqual({
      code: 404,
      message:
        'OBP-30046: Customer not found. Please specify a valid value for CUSTOMER_ID.. Current CustomerId(nobody)',
    })
  })
})

describe.each([
  ['2020-10', { repeats: 200, older: 200, hasOneOrder: true }],
  ['2023-04', { repeats: 400, older: 400, hasOneOrder: false }],
  ['2024-10', { repeats: 400, older: 200, hasOneOrder: false }],
])('the release %s', (release, { repeats, older, hasOneOrder }) => {
  beforeAll(async () => {
    await control(app, 'release', { release })
    await control(app, 'crowd', { count: 12, lastOkDate: '2001-01-01T00:00:00Z' })
  })
  afterAll(() => control(app, 'release', { release: '2020-10' }))

  test.each(['NAME=a&NAME=b', 'NAME=a&OTHER=b&NAME=a', 'limit=1&limit=2'])(
    `answers ${repeats} to the query %s`,
    async (query) => {
      const { status, body } = await ask('GET', `/banks/${BANK}/customers?${query}`)
      expect(status).toBe(repeats)
      if (repeats === 400) expect(body.message).toContain('OBP-09016')
    },
  )

  test(`answers ${older} to the older of two tokens`, async () => {
    const [first, second] = [await logInBeside(app), await logInBeside(app)]
    const statusOf = async (token: string) =>
      (await fetch(at('/users/current'), { headers: { authorization: `DirectLogin token="${token}"` } })).status
    expect([await statusOf(second), await statusOf(first)]).toEqual([200, older])
  })

  test(`lists customers of one date ${hasOneOrder ? 'in one order' : 'in another order for each limit and offset'}`, async () => {
    const idsOf = async (limit: number, offset: number): Promise<string[]> => {
      const window = 'from_date=0001-01-01T00:00:00.000Z&to_date=9999-12-31T23:59:59.999Z'
      const { body } = await ask(
        'GET',
        `/banks/${BANK}/firehose/customers?sort_direction=ASC&${window}&limit=${limit}&offset=${offset}`,
      )
      return body.customers.map(({ customer_id: id }: { customer_id: string }) => id)
    }
    const whole = await idsOf(12, 0)
    expect(await idsOf(12, 0)).toEqual(whole)
    const pages = [...(await idsOf(4, 0)), ...(await idsOf(4, 4)), ...(await idsOf(4, 8))]
    expect(pages.join() === whole.join()).toBe(hasOneOrder)
  })
})
