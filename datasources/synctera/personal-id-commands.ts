import type {
  AddPersonalIdInput,
  ChangedPersonalId,
  CorrectPersonalIdInput,
  DeletePersonalIdInput,
} from '../../schema/personal-id-changes.js'
import { KycProvider as Label } from '../../schema/shared.js'
import { ApiError, nullIfNotFound } from '../contract/errors.js'
import type { OperationScope } from '../contract/operation-scope.js'
import { unreadableSyncteraRow } from './errors.js'
import { command, type SyncteraInstance } from './instance.js'
import {
  addedBody,
  correctedMembers,
  holdsPersonalId,
  personalIdsOf,
  showsIdentifier,
  toChangedPersonalId,
} from './personal-ids.js'
import { clearPerson } from './queries.js'
import { isSince } from './recovery.js'

const absent = () => new ApiError('NOT_FOUND', { provider: Label.SYNCTERA, title: 'Synctera' })

/** The error of an identifier that the person has: a second one would not be told from it. */
const alreadyThere = () =>
  new ApiError('CONFLICT', {
    provider: Label.SYNCTERA,
    message: 'The person already has this identifier, or one of its kind with the same last four characters.',
  })

/** The personal id of the person; null where the person has none of this id. Synctera itself does not ask for the person. */
async function personalIdOf(
  { source }: SyncteraInstance,
  operation: OperationScope,
  { personId, personalIdId }: { readonly personId: string; readonly personalIdId: string },
) {
  const person = await source.getPerson(operation, personId)
  const { ids, isWhole } = personalIdsOf(person)
  const held = ids.find(({ id }) => id.toLowerCase() === personalIdId.toLowerCase())
  // The row that cannot be read may be the one.
  if (!held && !isWhole) throw unreadableSyncteraRow()
  return { person, held: held ?? null }
}

/** The only personal id of the person that holds what was sent and shows it; null where there is none, or more than one. */
async function findAdded(
  { source, drift }: SyncteraInstance,
  operation: OperationScope,
  input: AddPersonalIdInput,
): Promise<ChangedPersonalId | null> {
  const person = await nullIfNotFound(source.getPerson(operation, input.personId))
  if (person === null) return null
  const { ids, isWhole } = personalIdsOf(person)
  const sent = addedBody(input)
  const [found, ...others] = ids.filter((id) => holdsPersonalId(id, sent))
  if (!isWhole || found === undefined || others.length > 0 || !showsIdentifier(found, sent)) return null
  return toChangedPersonalId(found, input.personId, drift)
}

/** Synctera's commands for the personal ids of a person that exists. */
export const personalIdCommands = {
  addPersonalId: command<AddPersonalIdInput, { personalId: ChangedPersonalId }>({
    scope: 'personal-ids:write',
    type: 'AddPersonalIdPayload',
    repeatable: true,
    concerned: ({ personalId: { id } }) => ({ personalIdId: id }),
    // The first attempt found none that equals it, so that one that is there now was added since.
    async recover(instance, operation, input) {
      const personalId = await findAdded(instance, operation, input)
      return personalId && { personalId }
    },
    async run(instance, operation, input, { id, isRetry }) {
      const { source, drift } = instance
      const body = addedBody(input)
      if (!isRetry) {
        const { ids } = personalIdsOf(await source.getPerson(operation, input.personId))
        const { id_type, identifier } = body
        if (ids.some((held) => holdsPersonalId(held, { id_type, identifier }))) throw alreadyThere()
      }
      const added = await source.addPersonalId(operation, body, id)
      clearPerson(instance, operation, input.personId)
      return { personalId: toChangedPersonalId(added, input.personId, drift) }
    },
  }),

  correctPersonalId: command<CorrectPersonalIdInput, { personalId: ChangedPersonalId }>({
    scope: 'personal-ids:write',
    type: 'CorrectPersonalIdPayload',
    repeatable: true,
    async recover(instance, operation, input, { begunAt }) {
      const { person, held } = await personalIdOf(instance, operation, input)
      const sent = correctedMembers(input)
      // All of it may have been so before, and the last four characters of another identifier may be the same.
      const isWritten =
        held && holdsPersonalId(held, sent) && showsIdentifier(held, sent) && isSince(person.last_updated_time, begunAt)
      return isWritten ? { personalId: toChangedPersonalId(held, input.personId, instance.drift) } : null
    },
    async run(instance, operation, input, { id }) {
      const { source, drift } = instance
      const members = correctedMembers(input)
      const { held } = await personalIdOf(instance, operation, input)
      if (held === null) throw absent()
      const change = { ...members, id_type: held.id_type }
      const corrected = await source.updatePersonalId(operation, held.id, change, id)
      clearPerson(instance, operation, input.personId)
      return { personalId: toChangedPersonalId(corrected, input.personId, drift) }
    },
  }),

  deletePersonalId: command<DeletePersonalIdInput, { personalIdId: string }>({
    scope: 'personal-ids:write',
    type: 'DeletePersonalIdPayload',
    // Ids are not used again: a repeat finds the personal id deleted, or deletes it.
    repeatable: true,
    async run(instance, operation, input, { isRetry }) {
      const { held } = await personalIdOf(instance, operation, input)
      if (held === null && !isRetry) throw absent()
      // Not found means that another caller was faster.
      if (held !== null) await nullIfNotFound(instance.source.deletePersonalId(operation, held.id))
      clearPerson(instance, operation, input.personId)
      return { personalIdId: input.personalIdId }
    },
  }),
}
