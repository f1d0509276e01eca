import { ADA, PEOPLE, CROWD, NAMED_PEOPLE } from '../../datasources/emulator/people.js'
import type { GraphError } from '../support/app.js'
import { ADA_HERSELF, type Caller, NOBODY, OPS, PARTNER, RIVAL } from './callers.js'
import type { Oracle, Window } from './oracle.js'
import { payeeJob } from './payee-jobs.js'
import type { Judge, ReadKind } from './read-kind.js'

type Row = Readonly<Record<string, any>>

/** The masked form of a value for a caller without `pii:read`, written from the documentation and not from the code. */
const MASKED: Readonly<Record<string, (value: string) => string | null>> = {
  firstName: (value) => `${value.length > 1 ? value[0]! : ''}•••`,
  lastName: (value) => `${value.length > 1 ? value[0]! : ''}•••`,
  chosenName: (value) => `${value.length > 1 ? value[0]! : ''}•••`,
  legalName: (value) => `${value.length > 1 ? value[0]! : ''}•••`,
  email: (value) => `${value.length > 1 ? value[0]! : ''}•••`,
  comments: (value) => `${value.length > 1 ? value[0]! : ''}•••`,
  phoneNumber: (value) => `••••${value.length >= 8 ? value.slice(-4) : ''}`,
  mobilePhoneNumber: (value) => `••••${value.length >= 8 ? value.slice(-4) : ''}`,
  ssnLast4: () => null,
  // Of a person.
  status: () => null,
}

const shown = (name: string, value: unknown, caller: Caller): unknown =>
  caller.sees === 'masked' && typeof value === 'string' && Object.hasOwn(MASKED, name) ? MASKED[name]!(value) : value

/** True when all members that were answered are of one and the same version. */
const isOneOf = (answer: Row, versions: readonly Row[], caller: Caller): boolean =>
  versions.some((version) =>
    Object.entries(answer).every(
      ([name, value]) => !Object.hasOwn(version, name) || shown(name, version[name], caller) === value,
    ),
  )

/** Holds a record that was answered against its history. */
function judgeRecord(
  kind: 'person' | 'customer',
  answer: Row,
  caller: Caller,
  oracle: Oracle,
  window: Window,
): string[] {
  const versions = oracle.during(kind, answer['id'] as string, window)
  if (isOneOf(answer, versions, caller)) return []
  return [`${caller.client} was answered ${JSON.stringify(answer)}, and the ${kind} was ${JSON.stringify(versions)}`]
}

/** A field may be null only where an error says why. */
const failed = (errors: readonly GraphError[], ...path: string[]): boolean =>
  errors.some((error) => path.every((name, i) => error.path?.[i] === name))

const PERSON = 'id firstName lastName chosenName email phoneNumber ssnLast4 status verificationStatus'
const CUSTOMER = 'id number legalName email mobilePhoneNumber kycStatus'

/** By id, asked for under that very id. */
function judgeById(field: 'person' | 'customer', id: string, caller: Caller, oracle: Oracle): Judge {
  return (data, errors, window) => {
    const answer = data?.[field] as Row | null | undefined
    if (answer == null)
      return failed(errors, field) ? [] : [`${caller.client} got the answer that ${field} ${id} does not exist`]
    if (answer['id'] !== id)
      return [`${caller.client} asked for ${field} ${id} and was answered ${String(answer['id'])}`]
    return judgeRecord(field, answer, caller, oracle, window)
  }
}

const person: ReadKind = {
  name: 'person',
  weight: 8,
  make(random, oracle) {
    const ids = oracle.ids('person')
    if (ids.length === 0) return undefined
    const id = random.pick(ids)
    const caller = random.pick([OPS, PARTNER])
    return {
      caller,
      query: `query Soak($id: ID!) { person(id: $id) { ${PERSON} } }`,
      variables: { id },
      judge: judgeById('person', id, caller, oracle),
    }
  },
}

const customer: ReadKind = {
  name: 'customer',
  weight: 8,
  make(random, oracle) {
    const member = random.pick([...NAMED_PEOPLE.slice(0, 7), ...CROWD])
    const made = oracle.ids('customer')
    const id = random.chance(0.5) || made.length === 0 ? member.customerId : random.pick(made)
    const member2 = PEOPLE.find(({ customerId }) => customerId === id)
    const caller = random.pick([OPS, PARTNER])
    const judgeCustomer = judgeById('customer', id, caller, oracle)
    return {
      caller,
      query: `query Soak($id: ID!) { customer(id: $id) { ${CUSTOMER} person { ${PERSON} } } }`,
      variables: { id },
      judge(data, errors, window) {
        // At this bank alone is it there.
        if (member2 && member2.bankId !== ADA.bankId)
          return data?.customer == null ? [] : ["another bank's customer was answered"]
        const problems = judgeCustomer(
          data && { customer: data.customer && { ...data.customer, person: undefined } },
          errors,
          window,
        )
        const theirs = data?.customer?.person as Row | null | undefined
        if (theirs == null)
          return data?.customer == null || failed(errors, 'customer', 'person') || member2?.personId === undefined
            ? problems
            : [...problems, `the person of customer ${id} is missing`]
        if (theirs['id'] !== member2?.personId)
          return [...problems, `customer ${id} was answered with person ${String(theirs['id'])}`]
        return [...problems, ...judgeRecord('person', theirs, caller, oracle, window)]
      },
    }
  },
}

const persons: ReadKind = {
  name: 'persons',
  weight: 3,
  make(random, oracle) {
    const caller = random.pick([OPS, PARTNER])
    const first = 5 + random.whole(20)
    return {
      caller,
      query: `query Soak($first: Int) { persons(first: $first, orderBy: [{ field: CREATED_AT, direction: ${random.pick(['ASC', 'DESC'])} }]) { nodes { ${PERSON} } } }`,
      variables: { first },
      judge(data, errors, window) {
        const page = data?.persons as { nodes: Row[] } | null | undefined
        if (page == null) return failed(errors, 'persons') ? [] : ['there is no page of persons']
        const length = page.nodes.length === first ? [] : [`a page of ${first} persons holds ${page.nodes.length}`]
        return [...length, ...page.nodes.flatMap((node) => judgeRecord('person', node, caller, oracle, window))]
      },
    }
  },
}

const customers: ReadKind = {
  name: 'customers',
  weight: 3,
  make(random, oracle) {
    const caller = random.pick([OPS, PARTNER])
    const first = 5 + random.whole(15)
    const withPersons = random.chance(0.5)
    return {
      caller,
      query: `query Soak($first: Int) { customers(first: $first, filter: { sortDirection: ${random.pick(['ASC', 'DESC'])} }) { nodes { ${CUSTOMER} ${withPersons ? 'person { id }' : ''} } } }`,
      variables: { first },
      judge(data, errors, window) {
        const page = data?.customers as { nodes: Row[] } | null | undefined
        if (page == null) return failed(errors, 'customers') ? [] : ['there is no page of customers']
        const links = page.nodes.flatMap(({ id, person: theirs }) =>
          theirs == null || PEOPLE.find(({ customerId }) => customerId === id)?.personId === (theirs as Row)['id']
            ? []
            : [`customer ${String(id)} was answered with person ${String((theirs as Row)['id'])}`],
        )
        return [
          ...links,
          ...page.nodes.flatMap((node) =>
            judgeRecord('customer', { ...node, person: undefined }, caller, oracle, window),
          ),
        ]
      },
    }
  },
}

const kycOverview: ReadKind = {
  name: 'kycOverview',
  weight: 4,
  make(random, oracle) {
    const { customerId: id, personId } = random.pick([...NAMED_PEOPLE.slice(0, 7), ...CROWD])
    return {
      caller: random.pick([OPS, PARTNER]),
      query:
        'query Soak($id: ID!) { customer(id: $id) { id kycOverview { status sources { provider status available } } } }',
      variables: { id },
      judge(data, errors, window) {
        const overview = data?.customer?.kycOverview as { status: string; sources: Row[] } | null | undefined
        if (overview == null) return errors.length > 0 ? [] : [`customer ${id} has no overview`]
        const synctera = overview.sources.find(({ provider }) => provider === 'SYNCTERA')
        const missing = overview.sources.some(({ available }) => available !== true)
        const problems =
          overview.status === 'ACCEPTED' && missing ? [`customer ${id} is ACCEPTED although a source is missing`] : []
        if (synctera?.['available'] !== true || personId === undefined) return problems
        const allowed = oracle
          .during('person', personId, window)
          .map(({ verificationStatus }) => verificationStatus as string)
        return allowed.includes(synctera['status'] as string)
          ? problems
          : [
              ...problems,
              `Synctera's word on customer ${id} was ${String(synctera['status'])}, and is ${allowed.join(' or ')}`,
            ]
      },
    }
  },
}

const kycChecks: ReadKind = {
  name: 'kycChecks',
  weight: 3,
  make(random, oracle) {
    const { customerId: id } = random.pick([...NAMED_PEOPLE.slice(0, 7), ...CROWD])
    const caller = random.pick([OPS, PARTNER])
    return {
      caller,
      query: 'query Soak($id: ID!) { customer(id: $id) { id kycChecks { id customerId comments } } }',
      variables: { id },
      judge(data, errors) {
        const checks = data?.customer?.kycChecks as Row[] | null | undefined
        if (checks == null) return errors.length > 0 ? [] : [`customer ${id} has no list of checks`]
        return checks.flatMap((check) => {
          const truth = oracle.check(check['id'] as string)
          const right =
            truth?.['customer_id'] === id &&
            check['customerId'] === id &&
            check['comments'] === shown('comments', truth['comments'], caller)
          return right
            ? []
            : [
                `${caller.client} was answered ${JSON.stringify(check)} for customer ${id}, and it is ${JSON.stringify(truth)}`,
              ]
        })
      },
    }
  },
}

const entitlements: ReadKind = {
  name: 'accountEntitlements',
  weight: 3,
  make(random, oracle) {
    const id = CROWD[random.whole(8)]!.bankingCustomerId
    return {
      caller: OPS,
      query:
        'query Soak($id: ID!) { accountEntitlements(bankingCustomerId: $id) { bankingCustomerId confirmed items { account { accountNumber } roles { view billPay } } } }',
      variables: { id },
      judge(data, errors, window) {
        const set = data?.accountEntitlements as
          { bankingCustomerId: string; confirmed: boolean; items: { account: Row; roles: Row }[] } | null | undefined
        // There may be no confirmed value yet.
        if (set == null) return []
        if (errors.length > 0 || set.bankingCustomerId !== id)
          return [`${set.bankingCustomerId} was answered for ${id}`]
        return set.items.flatMap(({ account, roles }) => {
          const number = account['accountNumber'] as string
          // What is not confirmed may be of any time before.
          const versions = oracle.during(
            `entitlement of ${id}`,
            number,
            set.confirmed ? window : { from: 0, to: window.to },
          )
          return isOneOf(roles, versions, OPS)
            ? []
            : [
                `account ${number} of ${id} was answered ${set.confirmed ? 'as confirmed' : ''} ${JSON.stringify(roles)}, and is ${JSON.stringify(versions)}`,
              ]
        })
      },
    }
  },
}

/** Their owner's, and no other tenant's. */
const verificationResult: ReadKind = {
  name: 'verificationResult',
  weight: 3,
  make(random, oracle) {
    const ids = oracle.ids('verification')
    if (ids.length === 0) return undefined
    const id = random.pick(ids.slice(-100))
    const caller = random.pick([OPS, PARTNER, RIVAL])
    return {
      caller,
      query: 'query Soak($id: ID!) { verificationResult(id: $id) { id state account { status } } }',
      variables: { id },
      judge(data, errors, window) {
        const result = data?.verificationResult as Row | null | undefined
        if (result == null) return []
        if (caller === RIVAL) return [`${caller.client} was answered the verification ${id}, which is another tenant's`]
        const [truth] = oracle.during('verification', id, window)
        const right =
          result['id'] === id &&
          (result['account'] == null || (result['account'] as Row)['status'] === truth?.['status'])
        return right
          ? []
          : [`verification ${id} was answered ${JSON.stringify([result, errors])}, and is ${JSON.stringify(truth)}`]
      },
    }
  },
}

const job: ReadKind = {
  name: 'accountAttributesJob',
  weight: 2,
  make(random, oracle) {
    const keys = oracle.ids('job')
    if (keys.length === 0) return undefined
    const key = random.pick(keys.slice(-50))
    const caller = random.pick([OPS, PARTNER, RIVAL])
    return {
      caller,
      query: 'query Soak($key: ID!) { accountAttributesJob(key: $key) { key externalId status } }',
      variables: { key },
      judge(data, _errors, window) {
        const answer = data?.accountAttributesJob as Row | null | undefined
        if (answer == null) return []
        if (caller === RIVAL) return [`${caller.client} was answered the job ${key}, which is another tenant's`]
        const [truth] = oracle.during('job', key, window)
        return answer['key'] === key && answer['externalId'] === truth?.['externalId']
          ? []
          : [`job ${key} was answered ${JSON.stringify(answer)}, and is ${JSON.stringify(truth)}`]
      },
    }
  },
}

/** The caller's own record is there, unmasked; another customer's is not. */
const own: ReadKind = {
  name: 'own',
  weight: 3,
  make(random, oracle) {
    const hers = random.chance(0.6)
    const id = hers ? ADA.customerId : random.pick(CROWD).customerId
    const judgeCustomer = judgeById('customer', id, ADA_HERSELF, oracle)
    return {
      caller: ADA_HERSELF,
      query: `query Soak($id: ID!) { customer(id: $id) { ${CUSTOMER} } }`,
      variables: { id },
      judge: (data, errors, window) =>
        hers ? judgeCustomer(data, errors, window) : data?.customer == null ? [] : [`Ada was answered customer ${id}`],
    }
  },
}

const forbidden: ReadKind = {
  name: 'forbidden',
  weight: 1,
  make: (random) => ({
    caller: NOBODY,
    query: 'query Soak($id: ID!, $person: ID!) { customer(id: $id) { id legalName } person(id: $person) { id email } }',
    variables: { id: random.pick(CROWD).customerId, person: random.pick(CROWD).personId },
    judge: (data, errors) =>
      data?.customer == null &&
      data?.person == null &&
      errors.every(({ extensions }) => extensions.code === 'FORBIDDEN') &&
      errors.length === 2
        ? []
        : [`who may see nothing was answered ${JSON.stringify([data, errors])}`],
  }),
}

export const READS: readonly ReadKind[] = [
  person,
  customer,
  persons,
  customers,
  kycOverview,
  kycChecks,
  entitlements,
  verificationResult,
  payeeJob,
  job,
  own,
  forbidden,
]
