import type { SettingGroup } from '../config.js'
import { type Setting, type SettingForm, settingsOf } from '../config/declared-settings.js'
import { withGenerated } from './generated.js'

export { settingsOf }

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

/** A description of the accepted values. */
function valuesOf(form: SettingForm): string {
  if (form.kind === 'integer') return `${form.min} to ${form.max}`
  if (form.kind === 'choice') return form.choices.map(code).join(', ')
  return KINDS[form.kind]
}

function tableRow({ name, description, form, required, fallback }: Setting): string {
  const standard = required ? 'required' : fallback === undefined ? 'none' : code(fallback)
  return `| ${code(name)} | ${valuesOf(form)} | ${standard} | ${description} |\n`
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

function exampleLine({ name, description, form, required, fallback = '' }: Setting): string {
  const assignment = required ? `${name}=` : `# ${name}=${fallback}`
  return `# ${description} (${required ? 'required' : 'optional'}; ${valuesOf(form)})\n${assignment}\n`
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
