import { randomUUID } from 'node:crypto'
import { DisclosureEventType, DisclosureType } from '../../../schema/disclosure.js'
import { MonitoringAlertStatus } from '../../../schema/monitoring.js'
import { PersonalIdType } from '../../../schema/personal-id.js'
import { PersonVerificationOutcome, PersonVerificationType } from '../../../schema/person-verification.js'
import {
  type Assumption,
  codeName,
  fails,
  type Finding,
  holds,
  judge,
  membersOf,
  type ProbeContext,
  type RawAnswer,
  rowsOf,
  typeName,
  unchecked,
} from '../../contract/probe.js'
import { type Path, path } from '../../http/call.js'
import { OTHER_VERSION, UNKNOWN, verifications } from './pages.js'

const PERSON = { is_customer: false, status: 'INACTIVE', first_name: 'Kyc-graph', last_name: 'Probe' }

/** A version of a document that Synctera's guides use; a tenant may have others. */
const DISCLOSURE = {
  type: DisclosureType.KYC_DATA_COLLECTION,
  version: '1.0',
  event_type: DisclosureEventType.DISPLAYED,
}

/** An identifier in a form that no state issues. */
const PERSONAL_ID = { id_type: PersonalIdType.DRIVER_LICENSE, identifier: 'KYC-GRAPH-PROBE', country_code: 'US' }

const create = ({ ask }: ProbeContext, json: object, key: string): Promise<RawAnswer> =>
  ask({ method: 'POST', path: path`/v0/persons`, json, headers: { 'idempotency-key': key } })

/** The person of one run, who is created when the first assumption needs one. */
class ThrowAwayPerson {
  readonly key = randomUUID()
  #answer: Promise<RawAnswer> | undefined

  create(context: ProbeContext): Promise<RawAnswer> {
    this.#answer ??= create(context, PERSON, this.key)
    return this.#answer
  }

  async id(context: ProbeContext): Promise<string | undefined> {
    const { id } = membersOf((await this.create(context)).body)
    return typeof id === 'string' ? id : undefined
  }
}

const post = ({ ask }: ProbeContext, at: Path, json: object): Promise<RawAnswer> =>
  ask({ method: 'POST', path: at, json, headers: { 'idempotency-key': randomUUID() } })

const isDone = ({ status }: RawAnswer): boolean => status >= 200 && status < 300

/** The status, and the code of a refusal. */
const seenOf = (answer: RawAnswer): string =>
  isDone(answer) ? String(answer.status) : `${answer.status} ${codeName(membersOf(answer.body)['code'])}`

async function idempotency(context: ProbeContext, person: ThrowAwayPerson): Promise<Finding> {
  const [first, again] = [await person.create(context), await create(context, PERSON, person.key)]
  const { status, body } = await create(context, { ...PERSON, last_name: 'Other' }, person.key)
  const { id } = membersOf(first.body)
  const isSame = typeof id === 'string' && id === membersOf(again.body)['id']
  const seen = `${first.status}, ${again.status} ${isSame ? 'with the same id' : 'with another id'}, ${status} ${codeName(membersOf(body)['code'])}`
  return isSame && status === 422
    ? holds(seen)
    : fails(seen, 'idempotency keys at Synctera: a lost answer may be written twice')
}

async function session(context: ProbeContext, personId: string): Promise<Finding> {
  const answer = await post(context, path`/v0/verifications/docv_session`, { person_id: personId, send_message: false })
  const { session_token: token, url } = membersOf(answer.body)
  const isHttps = typeof url === 'string' && url.startsWith('https://')
  return judge(
    isDone(answer) && typeof token === 'string' && isHttps,
    `${seenOf(answer)}, token ${typeName(token)}, address ${isHttps ? 'https' : typeName(url)}`,
    'document verification of the tenant',
  )
}

async function disclosure(context: ProbeContext, personId: string): Promise<Finding> {
  const sent = { person_id: personId, ...DISCLOSURE, disclosure_date: new Date().toISOString() }
  const answer = await post(context, path`/v0/disclosures`, sent)
  const { invalid } = membersOf(answer.body)
  if (answer.status === 400 && Object.keys(membersOf(invalid)).join() === 'version')
    return unchecked(`the tenant has no version ${sent.version} of ${sent.type}`)
  const query = [['person_id', personId]] as const
  const { body } = await context.ask({ path: path`/v0/disclosures`, query })
  const rows = rowsOf(membersOf(body)['disclosures'])
  const found = rows.filter(({ type, version }) => type === sent.type && version === sent.version).length
  return judge(isDone(answer) && found === 1, `${seenOf(answer)}, ${found} listed`, 'disclosures of the tenant')
}

async function subscription(context: ProbeContext, personId: string): Promise<Finding> {
  const made = await post(context, path`/v0/monitoring/subscriptions`, { person_id: personId })
  const { id, person_id: owner } = membersOf(made.body)
  if (typeof id !== 'string') return fails(`${seenOf(made)}, id ${typeName(id)}`, 'monitoring of the tenant')
  const at = path`/v0/monitoring/subscriptions/${id}`
  const [ended, gone] = [await context.ask({ method: 'DELETE', path: at }), await context.ask({ path: at })]
  return judge(
    isDone(made) && owner === personId && isDone(ended) && gone.status === 404,
    `${seenOf(made)}, ended ${seenOf(ended)}, then ${seenOf(gone)}`,
    'monitoring of the tenant',
  )
}

async function alertStatus({ ask }: ProbeContext): Promise<Finding> {
  const json = { status: MonitoringAlertStatus.SUPPRESSED }
  const answer = await ask({ method: 'PATCH', path: path`/v0/monitoring/alerts/${UNKNOWN}`, json })
  return judge(answer.status === 404, seenOf(answer), 'monitoring of the tenant')
}

async function personalId(context: ProbeContext, personId: string): Promise<Finding> {
  const added = await post(context, path`/v0/persons/personal_ids`, { customer_id: personId, ...PERSONAL_ID })
  const { id, id_type: type } = membersOf(added.body)
  if (typeof id !== 'string') return fails(`${seenOf(added)}, id ${typeName(id)}`, 'personal ids of the tenant')
  const at = path`/v0/persons/personal_ids/${id}`
  const change = { id_type: PERSONAL_ID.id_type, country_code: 'CA' }
  const corrected = await context.ask({ method: 'PATCH', path: at, json: change })
  const deleted = await context.ask({ method: 'DELETE', path: at })
  return judge(
    [added, corrected, deleted].every(isDone) && type === PERSONAL_ID.id_type && membersOf(corrected.body)['id'] === id,
    `${seenOf(added)} as ${codeName(type)}, corrected ${seenOf(corrected)}, deleted ${seenOf(deleted)}`,
    OTHER_VERSION,
  )
}

/** Records a check that failed at its vendor, which is no statement about the person. */
async function recordedCheck(context: ProbeContext, personId: string): Promise<Finding> {
  const answer = await post(context, path`/v0/verifications`, {
    person_id: personId,
    verification_type: PersonVerificationType.LICENSE,
    result: PersonVerificationOutcome.VENDOR_ERROR,
    verification_time: new Date().toISOString(),
  })
  const { id } = membersOf(answer.body)
  const { body } = await verifications(context, { person_id: personId, include_history: 'true' })
  const found = rowsOf(membersOf(body)['verifications']).filter((row) => row['id'] === id).length
  return judge(isDone(answer) && found === 1, `${seenOf(answer)}, ${found} in the history`, OTHER_VERSION)
}

type Check = (context: ProbeContext, personId: string) => Promise<Finding>

const OF_A_PERSON: readonly (readonly [states: string, check: Check])[] = [
  ['A document verification session has a token and an `https` address.', session],
  ['A disclosure is recorded and listed.', disclosure],
  ['A subscription to the monitoring is made and ended.', subscription],
  ['An unknown alert is 404.', alertStatus],
  ['A personal id is added, corrected and deleted.', personalId],
  ['A check of another vendor is recorded, and the history holds it.', recordedCheck],
]

/** What a write alone can show. All of it is written to one inactive person, who stays. */
export function writes(): readonly Assumption[] {
  const person = new ThrowAwayPerson()
  return [
    {
      states: 'A repeated idempotency key answers the first outcome, and another body is 422.',
      writes: true,
      check: (context) => idempotency(context, person),
    },
    ...OF_A_PERSON.map(([states, check]): Assumption => ({
      states,
      writes: true,
      async check(context) {
        const id = await person.id(context)
        return id === undefined ? unchecked('no person was created') : check(context, id)
      },
    })),
  ]
}
