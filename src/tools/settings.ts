import type { SettingGroup } from '../config.js'
import { type Setting, settingsOf } from '../config/declared-settings.js'
import { withGenerated } from './generated.js'

export { settingsOf }

const code = (text: string): string => `\`${text}\``

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
