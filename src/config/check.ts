import { readConfig } from '../config.js'
import { type Env, type ReadSetting, SettingsReader } from '../settings/settings-reader.js'
import { machineProblems } from './machine-problems.js'
import { mistakenNames } from './setting-names.js'
import { type Config, ConfigError } from './types.js'
import { type ConfigWarning, configWarnings } from './warnings.js'

/** What the check of a configuration finds. */
interface ConfigCheck {
  readonly isUsable: boolean
  readonly problems: readonly string[]
  readonly warnings: readonly string[]
  /** The settings as they are in effect, those of tenants and further issuers included; no secret has its value. */
  readonly settings: readonly ReadSetting[]
}

const wordOf = ({ facts, message }: ConfigWarning): string =>
  facts === undefined ? message : `${message}: ${facts.settings.join(', ')}`

/** A value without what may be a secret in an address: credentials and a query. */
const shown = (value: string): string => value.replace(/\/\/[^/@\s,]*@/g, '//…@').replace(/\?[^\s,]*/g, '?…')

const shownSetting = (setting: ReadSetting): ReadSetting =>
  setting.value === undefined ? setting : { ...setting, value: shown(setting.value) }

/** Checks a configuration without the network: all problems at once, and the settings as they are in effect. */
export async function checkConfig(env: Env): Promise<ConfigCheck> {
  const reader = new SettingsReader(env)
  const problems = [...mistakenNames(env)]
  let config: Config | undefined
  try {
    config = readConfig(env, { settings: reader })
    problems.push(...(await machineProblems(config)))
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    problems.unshift(...error.problems)
  }
  return {
    isUsable: problems.length === 0,
    problems,
    warnings: config === undefined ? [] : configWarnings(config).map(wordOf),
    settings: [...reader.readings.values()].map(shownSetting),
  }
}

const listed = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : ['', `${title} (${lines.length}):`, ...lines.map((line) => `  - ${line}`)]

/** A line of a setting that is set or has a default. */
function settingLine({ name, source, isSecret, value }: ReadSetting): readonly string[] {
  if (source === 'unset') return []
  const told = isSecret ? '(secret)' : (value ?? '(not usable)')
  return [`  ${name}=${told}  [${source}]`]
}

/** The check as text. */
export function checkText({ problems, warnings, settings }: ConfigCheck): string {
  const places = [...new Set(settings.map(({ where }) => where))]
  const lines = places.flatMap((place) => {
    const own = settings.filter(({ where }) => where === place).flatMap(settingLine)
    const title = place === '' ? 'Settings' : place.replace(/: $/, '')
    return ['', `${title}:`, ...own]
  })
  const verdict = problems.length === 0 ? 'The settings are usable.' : 'The settings are not usable.'
  return [...lines.slice(1), ...listed('Warnings', warnings), ...listed('Problems', problems), '', verdict].join('\n')
}

/** Checks the configuration, prints what was found, and returns the exit code of the process. */
export async function reportCheck(env: Env, asJson: boolean): Promise<0 | 1> {
  const check = await checkConfig(env)
  console.log(asJson ? JSON.stringify(check, null, 2) : checkText(check))
  return check.isUsable ? 0 : 1
}
