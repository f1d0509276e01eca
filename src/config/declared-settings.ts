import type { Settings } from '../../datasources/contract/provider.js'
import type { SettingGroup } from './types.js'

/** What a setting accepts. */
type SettingForm =
  | { readonly kind: 'text' | 'url' | 'list' | 'secret' | 'proxy' | 'file' | 'pem' }
  | { readonly kind: 'integer'; readonly min: number; readonly max: number }
  | { readonly kind: 'choice'; readonly choices: readonly string[] }

/** A documented setting. */
export interface Setting {
  readonly name: string
  readonly description: string
  readonly form: SettingForm
  /** A description of the accepted values. */
  readonly values: string
  /** True when its group does not work without it; it, or one of its alternatives. */
  readonly required: boolean
  /** True where no other setting stands for it. */
  readonly isAlwaysRequired: boolean
  readonly fallback: string | undefined
}

const code = (text: string): string => `\`${text}\``

const KINDS = {
  text: 'text',
  url: 'URL',
  list: 'comma list',
  secret: 'secret',
  proxy: 'URL, secret',
  file: 'path of a file',
  pem: 'path of a PEM file',
} as const

function valuesOf(form: SettingForm): string {
  if (form.kind === 'integer') return `${form.min} to ${form.max}`
  if (form.kind === 'choice') return form.choices.map(code).join(', ')
  return KINDS[form.kind]
}

/** True for a setting that may also come from a file: `<name>_FILE` names it. */
export const mayBeFile = ({ kind }: SettingForm): boolean => kind === 'secret' || kind === 'proxy'

type Recorded = Omit<Setting, 'isAlwaysRequired'>

/**
 * Runs a reader and records each setting that it reads. `present` is the result of `has`: a reader with alternatives
 * reads one of them when nothing is set, and the others when something is set.
 */
function recordOnce(read: (settings: Settings) => void, present: boolean): readonly Recorded[] {
  const recorded: Recorded[] = []
  const record = (name: string, description: string, form: SettingForm, fallback?: string, required = false): void => {
    if (!/^[A-Z].*[^.]\.$/.test(description)) throw new Error(`The description of ${name} must be a sentence.`)
    recorded.push({ name, description, form, values: valuesOf(form), fallback, required })
  }
  /** Records a setting that is required unless it has a default; returns the default, else a placeholder. */
  const valueOf = (name: string, description: string, kind: 'url' | 'text' | 'secret', fallback?: string): string => {
    record(name, description, { kind }, fallback, fallback === undefined)
    return fallback ?? `<${name}>`
  }
  read({
    url: (name, description, fallback) => valueOf(name, description, 'url', fallback),
    text: (name, description, fallback) => valueOf(name, description, 'text', fallback),
    secret: (name, description) => valueOf(name, description, 'secret'),
    optional: (name, description) => void record(name, description, { kind: 'text' }),
    optionalSecret: (name, description) => void record(name, description, { kind: 'secret' }),
    optionalProxy: (name, description) => void record(name, description, { kind: 'proxy' }),
    optionalPem: (name, description) => void record(name, description, { kind: 'pem' }),
    optionalFile: (name, description) => void record(name, description, { kind: 'file' }),
    list(name, description) {
      record(name, description, { kind: 'list' })
      return present ? [`<${name}>`] : []
    },
    integer(name, description, fallback, { min, max }) {
      record(name, description, { kind: 'integer', min, max }, String(fallback))
      return fallback
    },
    choice(name, description, choices, fallback) {
      record(name, description, { kind: 'choice', choices }, fallback)
      return fallback
    },
    has: () => present,
    problem: () => undefined,
  })
  return recorded
}

/** The settings of a group without duplicates: required ones first, then in the order in which they are read. */
export function settingsOf({ read }: SettingGroup): readonly Setting[] {
  const whenAbsent = recordOnce(read, false)
  const whenPresent = recordOnce(read, true)
  const required = (of: readonly Recorded[]) => new Set(of.flatMap((one) => (one.required ? [one.name] : [])))
  const [first, second] = [required(whenAbsent), required(whenPresent)]
  const byName = new Map<string, Setting>()
  for (const setting of [...whenAbsent, ...whenPresent]) {
    const { name } = setting
    if (byName.has(name)) continue
    // A setting of an alternative is not required.
    byName.set(name, {
      ...setting,
      required: first.has(name),
      isAlwaysRequired: first.has(name) && second.has(name),
    })
  }
  const all = [...byName.values()]
  return [...all.filter(({ required }) => required), ...all.filter(({ required }) => !required)]
}
