import type { SettingGroup } from '../config.js'
import { mayBeFile, type Setting, settingsOf } from '../config/declared-settings.js'

type Schema = Readonly<Record<string, unknown>>

const TITLE = 'Settings of kyc-graph'
/** Variables of Node.js, of the system and of OpenTelemetry that the server does not read itself: none of `names`. */
const othersThan = (names: readonly string[]): string =>
  `^(?!(?:${names.filter((name) => name.startsWith('OTEL_')).join('|')})$)(NODE_[A-Z_]+|OTEL_[A-Z_]+|SSL_CERT_(FILE|DIR)|TZ|UV_THREADPOOL_SIZE)$`

/** The accepted values; numbers and truth values may also be texts, as they are in an environment. */
function valueOf({ form, fallback }: Setting): Schema {
  const standard = fallback === undefined || fallback.startsWith('<') ? {} : { default: fallback }
  switch (form.kind) {
    case 'integer':
      return {
        type: ['integer', 'string'],
        minimum: form.min,
        maximum: form.max,
        pattern: '^[0-9]+$',
        ...(fallback === undefined ? {} : { default: Number(fallback) }),
      }
    case 'choice': {
      const isTruth = form.choices.every((choice) => choice === 'true' || choice === 'false')
      return { enum: [...form.choices, ...(isTruth ? [true, false] : [])], ...standard }
    }
    case 'url':
      return { type: 'string', pattern: '^https?://[^@?#]+$', ...standard }
    case 'secret':
    case 'proxy':
      return { type: 'string', minLength: 1, writeOnly: true, ...standard }
    default:
      return { type: 'string', ...standard }
  }
}

function propertiesOf(setting: Setting): readonly (readonly [string, Schema])[] {
  const { name, description, form } = setting
  const own = [name, { description, ...valueOf(setting) }] as const
  if (!mayBeFile(form)) return [own]
  const file = { description: `Path of a file with ${name}.`, type: 'string', minLength: 1 }
  return [own, [`${name}_FILE`, file]]
}

/** What must be there: the setting, or for a secret the file that holds it. */
const needs = ({ name, form }: Setting): Schema =>
  mayBeFile(form) ? { anyOf: [{ required: [name] }, { required: [`${name}_FILE`] }] } : { required: [name] }

const requiredOf = (group: SettingGroup): readonly Schema[] =>
  settingsOf(group)
    .filter(({ isAlwaysRequired }) => isAlwaysRequired)
    .map(needs)

/** The JSON Schema of the settings as an object of names and values, such as the values of a Helm chart. */
export function settingsSchema(groups: readonly SettingGroup[]): string {
  const always = groups.filter(({ condition }) => condition === undefined)
  const conditional = groups.filter(({ condition }) => condition !== undefined)
  const properties = Object.fromEntries(groups.flatMap((group) => settingsOf(group).flatMap(propertiesOf)))
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: TITLE,
    description: 'Names and values of environment variables. Emitted by npm run settings.',
    type: 'object',
    properties,
    patternProperties: { [othersThan(Object.keys(properties))]: { type: ['string', 'integer', 'boolean'] } },
    additionalProperties: false,
    allOf: [
      ...always.flatMap(requiredOf),
      { anyOf: [...conditional.map(({ condition }) => ({ required: [condition] })), { required: ['TENANTS_FILE'] }] },
    ],
    dependentSchemas: Object.fromEntries(
      conditional.map((group): [string, Schema] => [
        group.condition!,
        { title: group.title, allOf: requiredOf(group) },
      ]),
    ),
  }
  return `${JSON.stringify(schema, null, 2)}\n`
}
