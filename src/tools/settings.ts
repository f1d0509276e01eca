import type { Settings } from '../../datasources/contract/provider.js'
import type { SettingGroup } from '../config.js'
import { withGenerated } from './generated.js'

/** A documented setting. */
export interface Setting {
  readonly name: string
  readonly description: string
  /** A description of the accepted values. */
  readonly values: string
  /** True when its group does not work without it. */
  readonly required: boolean
  readonly fallback: string | undefined
}

const code = (text: string): string => `\`${text}\``

/**
 * Runs a reader and records each setting that it reads. `present` is the result of `has`: a reader with alternatives
 * reads one of them when nothing is set, and the others when something is set.
 */
function recordOnce(read: (settings: Settings) => void, present: boolean): readonly Setting[] {
  const recorded: Setting[] = []
  const record = (name: string, description: string, values: string, fallback?: string, required = false): void => {
    if (!/^[A-Z].*[^.]\.$/.test(description)) throw new Error(`The description of ${name} must be a sentence.`)
    // A setting of an alternative is not required.
    recorded.push({ name, description, values, fallback, required: required && !present })
  }
  /** Records a setting that is required unless it has a default; returns the default, else a placeholder. */
  const valueOf = (name: string, description: string, values: string, fallback?: string): string => {
    record(name, description, values, fallback, fallback === undefined)
    return fallback ?? `<${name}>`
  }
  read({
    url: (name, description, fallback) => valueOf(name, description, 'URL', fallback),
    text: (name, description, fallback) => valueOf(name, description, 'text', fallback),
    secret: (name, description) => valueOf(name, description, 'secret'),
    optional: (name, description) => void record(name, description, 'text'),
    optionalSecret: (name, description) => void record(name, description, 'secret'),
    optionalProxy: (name, description) => void record(name, description, 'URL, secret'),
    optionalPem: (name, description) => void record(name, description, 'path of a PEM file'),
    optionalFile: (name, description) => void record(name, description, 'path of a file'),
    list(name, description) {
      record(name, description, 'comma list')
      return []
    },
    integer(name, description, fallback, { min, max }) {
      record(name, description, `${min} to ${max}`, String(fallback))
      return fallback
    },
    choice(name, description, choices, fallback) {
      record(name, description, choices.map(code).join(', '), fallback)
      return fallback
    },
    has: () => present,
    problem: () => undefined,
  })
  return recorded
}

/** The settings of a group without duplicates: required ones first, then in the order in which they are read. */
export function settingsOf({ read }: SettingGroup): readonly Setting[] {
  const byName = new Map<string, Setting>()
  for (const setting of [...recordOnce(read, false), ...recordOnce(read, true)])
    if (!byName.has(setting.name)) byName.set(setting.name, setting)
  const all = [...byName.values()]
  return [...all.filter(({ required }) => required), ...all.filter(({ required }) => !required)]
}

function tableRow({ name, description, values, required, fallback }: Setting): string {
  const standard = required ? 'required' : fallback === undefined ? 'none' : code(fallback)
  return `| ${code(name)} | ${values} | ${standard} | ${description} |\n`
}

/** The tables of `docs/configuration.md`, one for each group. */
export function settingTables(groups: readonly SettingGroup[]): string {
  const tables = groups.map((group) => {
    const condition = group.condition === undefined ? '' : `In use when ${code(group.condition)} is set.\n\n`
    const rows = settingsOf(group).map(tableRow).join('')
    return `### ${group.title}\n\n${condition}| setting | values | default | description |\n|---|---|---|---|\n${rows}`
  })
  return tables.join('\n')
}

function exampleLine({ name, description, values, required, fallback = '' }: Setting): string {
  const assignment = required ? `${name}=` : `# ${name}=${fallback}`
  return `# ${description} (${required ? 'required' : 'optional'}; ${values})\n${assignment}\n`
}

/** The text of `.env.example`: required settings are empty, optional ones are commented out and show their default. */
export function envExample(groups: readonly SettingGroup[]): string {
  const parts = groups.map((group) => {
    const condition = group.condition === undefined ? '' : `: in use when ${group.condition} is set`
    return `# ${group.title}${condition}\n\n${settingsOf(group).map(exampleLine).join('\n')}`
  })
  return `# Emitted by \`npm run settings\`. An empty value counts as not set.
# A secret may stand in a file: set <NAME>_FILE to its path, instead of <NAME>.

${parts.join('\n')}`
}

/** Replaces the tables between the two markers of a page. */
export function withSettingTables(page: string, tables: string): string {
  return withGenerated(page, 'settings', tables)
}
