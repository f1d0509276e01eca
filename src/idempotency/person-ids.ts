/** Members that hold the id of a person, a customer or a user, or of the account by which a provider knows the person. */
const ID_MEMBERS: ReadonlySet<string> = new Set([
  'id',
  'personId',
  'customerId',
  'bankingCustomerId',
  'userId',
  'externalId',
])
/** Members that are such a record. */
const RECORD_MEMBERS: ReadonlySet<string> = new Set(['person', 'customer', 'user', 'account'])

/**
 * The ids of the persons that an input or a payload names: its own members, and those of its person, customer or account. An
 * input's `id` may be that of another record, which does no harm: only its hash is kept.
 */
export const personIds = (value: object): readonly string[] =>
  Object.entries(value).flatMap(([name, member]: [string, unknown]) => {
    if (typeof member === 'string') return ID_MEMBERS.has(name) && member !== '' ? [member] : []
    return RECORD_MEMBERS.has(name) && typeof member === 'object' && member !== null ? personIds(member) : []
  })
