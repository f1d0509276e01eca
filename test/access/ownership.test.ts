import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA, BANK, NAMED_PEOPLE, OTHER_BANK } from '../../datasources/emulator/people.js'
import type { Scope } from '../../schema/scopes.js'
import { type App, startApp } from '../support/app.js'
import { besideTheGraph } from '../support/obp.js'

const OTTO = NAMED_PEOPLE.find(({ firstName }) => firstName === 'Otto')!
const RHEA = NAMED_PEOPLE.find(({ firstName }) => firstName === 'Rhea')!
const OWN: readonly Scope[] = ['customers:read:own', 'kyc:read:own', 'persons:read:own']
const MINE = 'GET /obp/v4.0.0/users/current/customers'

let app: App
beforeAll(async () => {
  app = await startApp({ OBP_BANK_IDS: `${BANK},${OTHER_BANK}` })
})
beforeEach(() => app.clear())
afterAll(() => app.close())

const as = (client: string, scopes: readonly Scope[] = OWN) => ({ client, scopes })

describe('a caller with only :own scopes', () => {
  test('reads their own data unmasked', async () => {
    const { data, errors } = await app.run(
      `{ customer(id: "${ADA.customerId}") { legalName dateOfBirth attributes { name value } kycChecks { comments documents { number } } person { firstName dateOfBirth verifications { result } customers { legalName } } } }`,
      undefined,
      as('ada'),
    )
    expect(errors).toEqual([])
    expect(data.customer).toMatchObject({
      legalName: 'Ada Accepted',
      dateOfBirth: ADA.dateOfBirth,
      attributes: expect.arrayContaining([{ name: 'SPECIAL_TAX_NUMBER', value: 'tax-5000001' }]),
      kycChecks: [{ comments: 'All documents match.', documents: [{ number: 'ADA-5000001' }] }],
      person: { firstName: 'Ada', dateOfBirth: ADA.dateOfBirth, customers: [{ legalName: 'Ada Accepted' }] },
    })
    expect(app.calls('obp').filter((call) => call === MINE)).toHaveLength(1)
  })

  test('gets null for every other customer and person, on any access path, as for an unknown id', async () => {
    const { data, errors } = await app.run(
      `query($representations: [_Any!]!) {
        otto: customer(id: "${OTTO.customerId}", bankId: "${OTHER_BANK}") { id } rhea: customer(id: "${RHEA.customerId}") { id } nobody: customer(id: "nobody") { id }
        person(id: "${RHEA.personId}") { id }
        _entities(representations: $representations) { __typename } }`,
      {
        representations: [
          { __typename: 'Customer', bankId: BANK, id: RHEA.customerId },
          { __typename: 'KycCheck', customerId: RHEA.customerId, id: 'check-rhea' },
          { __typename: 'Person', id: RHEA.personId },
        ],
      },
      as('ada'),
    )
    expect(errors).toEqual([])
    expect(data).toEqual({ otto: null, rhea: null, nobody: null, person: null, _entities: [null, null, null] })
    expect(app.calls('obp')).toEqual([MINE])
    expect(app.calls('synctera')).toEqual([])
  })

  test('is refused the queries over all customers', async () => {
    const { errors } = await app.run(
      '{ customers { nodes { id } } customerByNumber(customerNumber: "5000001") { id } persons { nodes { id } } }',
      undefined,
      as('ada'),
    )
    expect(errors.map(({ message }) => message)).toEqual([
      'This needs the scope customers:read.',
      'This needs the scope customers:read.',
      'This needs the scope persons:read.',
    ])
    expect(app.calls('obp')).toEqual([])
  })

  test('reads their own data at every bank that the token names, and at no other', async () => {
    const query = `{ customer(id: "${OTTO.customerId}", bankId: "${OTHER_BANK}") { legalName } person(id: "${OTTO.personId}") { firstName } viewer { customers { bankId } } }`
    expect((await app.run(query, undefined, as('otto'))).data).toEqual({
      customer: { legalName: 'Otto Otherbank' },
      person: { firstName: 'Otto' },
      viewer: { customers: [{ bankId: OTHER_BANK }] },
    })
    const narrowed = await app.run(query, undefined, { ...as('otto'), claims: { banks: [BANK] } })
    expect(narrowed.data).toEqual({ customer: null, person: null, viewer: { customers: [] } })
  })

  test('gets null for another customer that is linked to the same person', async () => {
    const beside = await besideTheGraph(app)
    await beside('POST', `/banks/${BANK}/customers/${NAMED_PEOPLE[6]!.customerId}/attribute`, {
      name: 'SYNCTERA_PERSON_ID',
      type: 'STRING',
      value: ADA.personId,
    })
    const query = `{ person(id: "${ADA.personId}") { customers { id } } }`
    expect((await app.run(query, undefined, as('ada'))).data.person.customers).toEqual([{ id: ADA.customerId }])
    expect((await app.run(query)).data.person.customers).toHaveLength(2)
  })

  test('gets no person through contradictory links', async () => {
    const beside = await besideTheGraph(app)
    await beside('POST', `/banks/${BANK}/customers/${RHEA.customerId}/attribute`, {
      name: 'SYNCTERA_PERSON_ID',
      type: 'STRING',
      value: ADA.personId,
    })
    const { data, errors } = await app.run(
      `{ ada: person(id: "${ADA.personId}") { id } rhea: person(id: "${RHEA.personId}") { id } customer(id: "${RHEA.customerId}") { legalName } }`,
      undefined,
      as('rhea'),
    )
    expect(errors).toEqual([])
    expect(data).toEqual({ ada: null, rhea: null, customer: { legalName: 'Rhea Review' } })
  })

  test('with a full scope as well gets the rights and the masking of the full scope', async () => {
    const { data } = await app.run(
      `{ customer(id: "${RHEA.customerId}") { legalName } }`,
      undefined,
      as('ada', ['customers:read', 'customers:read:own']),
    )
    expect(data.customer).toEqual({ legalName: 'R•••' })
    expect(app.calls('obp')).not.toContain(MINE)
  })

  test('may not link anything', async () => {
    const { errors } = await app.run(
      `mutation { linkCustomer(input: { customerId: "${ADA.customerId}", seiExternalId: "mine" }) { replayed } }`,
      undefined,
      as('ada'),
    )
    expect(errors[0]!.message).toBe('This needs the scope links:write.')
  })

  test('that the provider does not know gets PROVIDER_REFUSED', async () => {
    const { data, errors } = await app.run(`{ customer(id: "${ADA.customerId}") { id } }`, undefined, as('mallory'))
    expect(data.customer).toBeNull()
    expect(errors[0]!.extensions).toMatchObject({
      code: 'PROVIDER_REFUSED',
      provider: 'OPEN_BANK_PROJECT',
      providerStatus: 401,
    })
    // The server cannot renew the caller's token.
    expect(app.calls('obp')).toEqual([MINE])
  })
})

describe("the viewer's customers", () => {
  test('need a valid token and nothing more', async () => {
    const { data, errors } = await app.run(
      '{ viewer { id customers { id legalName links { personId } } } }',
      undefined,
      as('ada', []),
    )
    expect(data.viewer).toEqual({ id: 'ada', customers: [{ id: ADA.customerId, legalName: 'A•••', links: null }] })
    expect(errors.map(({ message }) => message)).toEqual(['This needs the scope customers:read.'])
    expect(app.calls('obp')).toEqual([MINE])
    expect(app.recorded('obp')[0]!.headers['authorization']).toMatch(/^Bearer ey/)
  })

  test.each<[readonly Scope[], string]>([
    [['customers:read:own'], 'Ada Accepted'],
    [['pii:read'], 'Ada Accepted'],
    [['customers:read'], 'A•••'],
    [['customers:read', 'customers:read:own'], 'A•••'],
  ])('with the scopes %j are shown as %s', async (scopes, legalName) => {
    const { data } = await app.run('{ viewer { customers { legalName } } }', undefined, as('ada', scopes))
    expect(data.viewer.customers).toEqual([{ legalName }])
  })

  test('are not available where the deployment cannot call the provider as the caller', async () => {
    const other = await startApp({ OBP_USER_TOKEN: undefined })
    const { data, errors } = await other.run(
      `{ viewer { id customers { id } } customer(id: "${ADA.customerId}") { id } }`,
      undefined,
      as('ada'),
    )
    expect(data).toEqual({ viewer: { id: 'ada', customers: null }, customer: null })
    for (const { message, extensions } of errors) {
      expect(message).toBe('This deployment cannot ask Open Bank Project as the caller.')
      expect(extensions.code).toBe('PROVIDER_NOT_CONFIGURED')
    }
    expect((await other.run(`{ customer(id: "${ADA.customerId}") { id } }`)).data.customer).toEqual({
      id: ADA.customerId,
    })
    await other.close()
  })
})

test('without the Open Bank Project the :own scopes grant nothing', async () => {
  const other = await startApp({ OBP_URL: undefined })
  const { data, errors } = await other.run(`{ person(id: "${ADA.personId}") { id } }`, undefined, as('ada'))
  expect(data.person).toBeNull()
  expect(errors[0]!.extensions).toMatchObject({ code: 'PROVIDER_NOT_CONFIGURED', provider: 'OPEN_BANK_PROJECT' })
  expect(other.calls('synctera')).toEqual([])
  await other.close()
})
