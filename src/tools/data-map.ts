import { NAMESPACES, type NamespaceRule, UNSTORED } from '../../datasources/contract/namespaces.js'
import type { Category, PiiDecision } from '../../schema/pii.js'
import {
  argumentDecisions,
  type FieldGroups,
  inputDecisions,
  outputDecisions,
  type PiiGroup,
  piiGroups,
} from '../../schema/field-masks.js'

const code = (text: string): string => `\`${text}\``

const CATEGORIES: readonly (readonly [Category, string])[] = [
  ['special', 'Special categories, and what is treated alike'],
  ['personal', 'Personal'],
  ['public', 'Public'],
]

/** The names of a group: of fields and members `Type.name`, of arguments `Type.field(name:)`. */
function coordinatesOf(group: PiiGroup, kind: 'fields' | 'inputs'): readonly string[] {
  const of = (decisions: Readonly<Record<string, FieldGroups>>, coordinate: (owner: string, name: string) => string) =>
    Object.entries(decisions).flatMap(([owner, groups]) =>
      (groups[group]?.split(/\s+/) ?? []).map((name) => coordinate(owner, name)),
    )
  const member = (owner: string, name: string) => `${owner}.${name}`
  return kind === 'fields'
    ? of(outputDecisions, member)
    : [...of(inputDecisions, member), ...of(argumentDecisions, (owner, name) => `${owner}(${name}:)`)]
}

const list = (coordinates: readonly string[]): string => coordinates.map(code).join(' ') || 'none'

function groupSection(group: PiiGroup): string {
  const { reason, mask }: PiiDecision = piiGroups[group]
  return `### ${group}

${reason} Mask: ${mask === undefined ? 'none' : code(mask)}.

- Fields: ${list(coordinatesOf(group, 'fields'))}
- Inputs: ${list(coordinatesOf(group, 'inputs'))}
`
}

function categorySection([category, title]: (typeof CATEGORIES)[number]): string {
  const groups = (Object.keys(piiGroups) as PiiGroup[]).filter((group) => piiGroups[group].category === category)
  return `## ${title}\n\n${groups.map(groupSection).join('\n')}`
}

function namespaceRow([namespace, rule]: [string, NamespaceRule]): string {
  const { holds, subjects = 'none', lifetime, erasure } = rule
  return `| ${code(namespace)} | ${holds} | ${subjects} | ${lifetime} | ${erasure} |\n`
}

const unstoredRows = (): string =>
  Object.entries(UNSTORED)
    .map(([name, { holds, lifetime }]) => `| ${code(name)} | ${holds} | ${lifetime} |\n`)
    .join('')

/** The data map: what is kept of persons, where, how long, and how it is erased; then the decision on every field. */
export function dataMap(): string {
  const rows = Object.entries(NAMESPACES as Readonly<Record<string, NamespaceRule>>)
    .map(namespaceRow)
    .join('')
  return `# Data map

Emitted by \`npm run data:map\` from \`datasources/contract/namespaces.ts\` and \`schema/field-masks.ts\`. A field without a decision, and a stored value outside a declared namespace, fail the build.

This server keeps no records of persons: it reads and writes those of the providers. What it keeps is what follows.

## Where it is kept

### Store

Redis (\`REDIS_URL\`), else the memory of the process. Every value of these namespaces is encrypted (AES-256-GCM), every name is a keyed hash; see [Store](store.md#names-and-values). \`npm run erase\` finds the values of a person by keyed hashes of the ids in the third column, and by the id as a text in the value; see [Erasure](store.md#erasure).

| namespace | holds | found by | lifetime | erased |
|---|---|---|---|---|
${rows}
Redis has these too, none of them with an id of a record or a user in clear; an erasure passes them over:

| name | holds | lifetime |
|---|---|---|
${unstoredRows()}
### Elsewhere

| where | what of persons | how long | erasure |
|---|---|---|---|
| audit trail (\`AUDIT_LOG\`) | ids of records, of callers and of clients; which fields were read, never a value | as the bank keeps it: this server removes no line; anchors 400 days | not erased: a record of who processed the data (GDPR art. 17(3)(b)); the receipt of an erasure is added |
| security log (\`SECURITY_LOG\`, off by default) | addresses; ids of users, of who acts for them, of clients and of tenants; who ordered an erasure; never a value | as the bank keeps it: this server removes no line | not erased: for the security team alone, see [Security events](security-events.md) |
| log, metrics, traces | no value, and no id of a record or a user; the client's id (\`kyc.client.id\` in log and spans, label \`client\` of \`kyc_deprecated_uses_total\`) where the token names one, and the tenant's | as the platform keeps them | none needed |
| memory of a process | answers of providers while an operation runs, shared for 500 ms; results of account verifications for 30 s; verified tokens for a minute | as said | ends by itself |
| cursors | a position in a list, encrypted and bound to its list and to the tenant; the client keeps it | until the keys are rotated out | useless without a token of the tenant that opens the list |
| idempotency keys at a provider | a UUID that is a hash of tenant, client, mutation, key, user and week; as the id of a KYC record, of the customer too | as the provider keeps it | at the provider |
| providers | the records themselves | as the provider keeps them | at the provider |

${CATEGORIES.map(categorySection).join('\n')}`
}
