// Joins the promised operations (`schema/operations/`) with their samples (`samples.ts`). It holds no example itself.
import type { Example } from '../explorer/setup.js'
import { type PromisedOperation, promisedOperations } from './operations.js'
import type { ExampleRecords } from './records.js'
import type { Sample } from './sample.js'
import { samplesOf } from './samples.js'

/** What an operation begins with that has no sample yet. */
const UNKNOWN: Sample = { variables: {}, personas: ['ops'] }

/** Every promised operation with the variables of its sample. */
export function examplesOf(records: ExampleRecords): readonly Example[] {
  const samples: Readonly<Record<string, Sample>> = samplesOf(records)
  return promisedOperations().map((operation: PromisedOperation) => ({
    ...operation,
    ...(samples[operation.name] ?? UNKNOWN),
  }))
}
