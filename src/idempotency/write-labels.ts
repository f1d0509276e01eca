import type { Labels } from '../../datasources/contract/store.js'

/**
 * Members that hold what a person is known by: the id of a person, a customer, a user or a member of staff, that of the
 * account by which a provider knows the person, and, where a record has no id of a person, an address of theirs.
 */
const SUBJECT_MEMBERS: ReadonlySet<string> = new Set([
  'id',
  'personId',
  'customerId',
  'customerNumber',
  'bankingCustomerId',
  'seiExternalId',
  'externalId',
  'userId',
  'staffUserId',
  'customerUserId',
  'accountId',
  'accountNumber',
  'emailAddress',
  'mobilePhone',
])

interface Found {
  readonly subjects: string[]
  bank: string | undefined
}

function collect(value: unknown, found: Found): void {
  if (Array.isArray(value)) for (const item of value) collect(item, found)
  else if (typeof value === 'object' && value !== null)
    for (const [name, member] of Object.entries(value)) {
      if (typeof member !== 'string') collect(member, found)
      else if (name === 'bankId') found.bank ??= member
      else if (member !== '' && SUBJECT_MEMBERS.has(name)) found.subjects.push(member)
    }
}

/**
 * The labels of an input or a payload: every id in it, wherever it stands. An id may be that of another record, which
 * does no harm: only its hash is kept.
 */
export function labelsOf(value: object): Labels {
  const found: Found = { subjects: [], bank: undefined }
  collect(value, found)
  return found
}
