import { type DocumentNode, Kind, print } from 'graphql'
import * as operations from '../../../schema/operations/index.js'

/** The text of the promised operation of this name. */
export function promisedText(name: string): string {
  const found = (Object.values(operations) as DocumentNode[]).find(({ definitions }) =>
    definitions.some((definition) => definition.kind === Kind.OPERATION_DEFINITION && definition.name?.value === name),
  )
  if (found === undefined) throw new Error(`schema/operations/ has no operation ${name}.`)
  return print(found)
}
