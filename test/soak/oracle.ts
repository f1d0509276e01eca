import type { ProviderName } from '../../datasources/index.js'
import type { Exchange } from '../../datasources/emulator/run.js'
import { marks } from './marks.js'
import { type Carried, carriedOut } from './person-effects.js'
import type { Random } from './random.js'

/** When something was asked and when its answer came, in ms since 1970. */
export interface Window {
  readonly from: number
  readonly to: number
}

type Row = Readonly<Record<string, any>>

/** A record as a provider had it from a moment on; null until it was there. */
interface Version {
  readonly since: number
  readonly row: Row
}

/** Members of a provider's record that answers are compared by, in the graph's words. */
const personOf = (row: Row): Row => ({
  id: row['id'],
  firstName: row['first_name'] ?? null,
  lastName: row['last_name'] ?? null,
  chosenName: row['chosen_name'] ?? null,
  email: row['email'] ?? null,
  phoneNumber: row['phone_number'] ?? null,
  ssnLast4: row['ssn'] ?? null,
  status: row['status'],
  verificationStatus: row['verification_status'],
})

const customerOf = (row: Row): Row => ({
  id: row['customer_id'],
  number: row['customer_number'],
  legalName: row['legal_name'],
  email: row['email'],
  mobilePhoneNumber: row['mobile_phone_number'],
  kycStatus: row['kyc_status'],
})

/**
 * The truth: the effects that the providers carried out, as they report them. Records are kept with their history,
 * because a read that runs beside a write may see either side of it; effects are counted by the mark that the write's
 * input carried.
 */
export class Oracle {
  readonly #records = new Map<string, Version[]>()
  readonly #effects = new Map<string, Set<string>>()
  /** What was written to whom: KYC checks by id and by customer. */
  readonly #checks = new Map<string, Row>()
  readonly #taken = new Set<string>()
  #count = 0

  /** A record not seen before has been so from the beginning, because the providers report all changes. */
  #seen(kind: string, id: string, row: Row): void {
    if (!this.#records.has(`${kind} ${id}`)) this.#records.set(`${kind} ${id}`, [{ since: 0, row }])
  }

  #changed(kind: string, id: string, change: Row): void {
    const versions = this.#records.get(`${kind} ${id}`) ?? []
    versions.push({ since: Date.now(), row: { ...versions.at(-1)?.row, ...change } })
    this.#records.set(`${kind} ${id}`, versions)
  }

  /** True when it is one that was not known. */
  #effect(mark: unknown, effect: string): boolean {
    const effects = this.#effects.get(String(mark)) ?? new Set()
    const known = effects.has(effect)
    this.#effects.set(String(mark), effects.add(effect))
    return !known
  }

  /** What a write to the records of a person carried out; what was kept under a key is answered again, and no other effect. */
  #carried({ mark, effect, made, status }: Carried): void {
    if (!this.#effect(mark, effect)) return
    if (made) this.#seen(made.kind, made.id, made.row)
    if (status) this.#changed('person', status.personId, { verificationStatus: status.verificationStatus })
  }

  #synctera(method: string, path: string, exchange: Exchange): void {
    const carried = carriedOut(exchange)
    if (carried) return this.#carried(carried)
    const { headers, body, answer } = exchange
    const row = JSON.parse(answer) as Row
    const sent = body as Row
    if (method === 'GET') {
      if (path.startsWith('/v0/persons'))
        for (const person of (row['persons'] ?? [row]) as Row[])
          this.#seen('person', person['id'] as string, personOf(person))
    } else if (method === 'POST' && path === '/v0/persons') {
      if (this.#effect(sent['first_name'], row['id'] as string))
        this.#changed('person', row['id'] as string, personOf(row))
    } else if (method === 'PATCH') {
      // What was kept under a key is answered again word for word.
      if (this.#effect(sent['chosen_name'], `${headers['idempotency-key']} ${answer}`))
        this.#changed('person', row['id'] as string, personOf(row))
    } else if (path === '/v0/verifications/verify') {
      if (this.#effect(sent['customer_ip_address'], row['verifications'][0].id as string))
        this.#changed('person', sent['person_id'] as string, { verificationStatus: row['verification_status'] })
    }
  }

  #obp(method: string, path: string, { body, answer }: Exchange): void {
    const row = (answer === '' ? {} : JSON.parse(answer)) as Row
    const sent = body as Row
    const last = path.split('/').at(-1)!
    if (method === 'GET') {
      for (const customer of (row['customers'] ?? (row['legal_name'] === undefined ? [] : [row])) as Row[])
        this.#seen('customer', customer['customer_id'] as string, customerOf(customer))
      for (const check of (row['checks'] ?? []) as Row[])
        if (!this.#checks.has(check['id'] as string)) this.#checks.set(check['id'] as string, check)
    } else if (method === 'POST' && last === 'customers') {
      this.#effect(sent['legal_name'], row['customer_id'] as string)
      this.#changed('customer', row['customer_id'] as string, customerOf(row))
    } else if (method === 'POST' && last === 'address') {
      this.#effect(sent['city'], row['customer_address_id'] as string)
    } else if (method === 'PUT' && last === 'email') {
      // Sets what is set already: only the requests can be counted.
      this.#effect(sent['email'], String((this.#count += 1)))
      this.#changed('customer', row['customer_id'] as string, customerOf(row))
    } else if (method === 'PUT' && path.includes('/kyc_check/')) {
      this.#effect(sent['comments'], row['id'] as string)
      this.#checks.set(row['id'] as string, row)
    }
  }

  /** Each step that was carried out counts; a token is a secret of this server. */
  #challenge(challengeId: string, step: 'start' | 'verify', answer: string): void {
    this.#effect(marks[step](challengeId), String((this.#count += 1)))
    const { challengeToken } = (answer === '' ? {} : JSON.parse(answer)) as Row
    if (typeof challengeToken === 'string') this.#seen('secret', challengeToken, {})
  }

  /** Takes down what a provider carried out. */
  watch(provider: ProviderName, exchange: Exchange): void {
    const { method, url, status, body, answer } = exchange
    if (status < 200 || status > 299) return
    const path = url.split('?', 1)[0]!
    if (/oauth|oidc|token|logins\/direct/.test(path)) return
    switch (provider) {
      case 'synctera':
        return this.#synctera(method, path, exchange)
      case 'obp':
        return this.#obp(method, path, exchange)
      case 'apiture': {
        const [, challengeId, step] = /\/challenges\/([^/]+)\/factors\/[^/]+\/(start|verify)$/.exec(path) ?? []
        if (challengeId !== undefined) return this.#challenge(challengeId, step as 'start' | 'verify', answer)
        const [, customer = ''] = /bankingCustomers\/([^/]+)\//.exec(path) ?? []
        for (const item of (JSON.parse(answer) as { items: Row[] }).items) {
          const { accountNumber } = item['account'] as { accountNumber: string }
          this.#changed(`entitlement of ${customer}`, accountNumber, item['roles'] as Row)
          this.#effect((item['account'] as Row)['nickname'], accountNumber)
        }
        return
      }
      case 'sei':
        if (method === 'POST') {
          const { externalId, attributes } = body as { externalId: string; attributes: Row[] }
          const key = (JSON.parse(answer) as { data: { jobStatusQueryKey: string } }).data.jobStatusQueryKey
          this.#effect(attributes[0]!['value'], key)
          this.#seen('job', key, { externalId })
        }
        return
      case 'banfico':
        if (method === 'POST') {
          const { account } = (body as { data: { verification: { account: Row } } }).data.verification
          const { result } = (JSON.parse(answer) as { data: { result: Row } }).data
          this.#effect(account['name'], result['id'] as string)
          this.#seen('verification', result['id'] as string, { status: (result['account'] as Row)['status'] })
        }
        return
    }
  }

  /** The effects of everything that carried this mark. */
  effects(mark: string): ReadonlySet<string> {
    return this.#effects.get(mark) ?? new Set()
  }

  /** What the record was at any moment of the window. */
  during(kind: string, id: string, { from, to }: Window): readonly Row[] {
    const versions = this.#records.get(`${kind} ${id}`) ?? []
    return versions
      .filter(({ since }, i) => since <= to && (versions[i + 1]?.since ?? Infinity) >= from)
      .map(({ row }) => row)
  }

  /** Keeps what an answer has told. */
  learn(kind: string, id: string, row: Row): void {
    this.#seen(kind, id, row)
  }

  /** The record as it is now. */
  latest(kind: string, id: string): Row | undefined {
    return this.#records.get(`${kind} ${id}`)?.at(-1)?.row
  }

  /** A record that was not taken for this purpose before. */
  take(kind: string, purpose: string, random: Random, fits: (id: string) => boolean = () => true): string | undefined {
    const free = this.ids(kind).filter((id) => !this.#taken.has(`${purpose} ${id}`) && fits(id))
    if (free.length === 0) return undefined
    const id = random.pick(free)
    this.#taken.add(`${purpose} ${id}`)
    return id
  }

  check(id: string): Row | undefined {
    return this.#checks.get(id)
  }

  ids(kind: string): string[] {
    return [...this.#records.keys()].flatMap((name) =>
      name.startsWith(`${kind} `) ? [name.slice(kind.length + 1)] : [],
    )
  }
}
