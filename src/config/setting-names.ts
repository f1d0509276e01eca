import { providers } from '../../datasources/index.js'
import { nearNames, toldOf } from '../settings/near-names.js'
import type { Env } from '../settings/settings-reader.js'
import { prefixOf } from '../tenants/provider-config.js'
import { mayBeFile, settingsOf } from './declared-settings.js'
import { settingGroups } from './server.js'

/** Proxies are read in lower case too. */
const isProxy = (name: string): boolean => /^(HTTPS?|NO)_PROXY$/.test(name)

/** The names of all settings, as they may stand in the environment. */
export const settingNames = (): ReadonlySet<string> =>
  new Set(
    settingGroups
      .flatMap(settingsOf)
      .flatMap(({ name, form }) => [
        name,
        ...(mayBeFile(form) ? [`${name}_FILE`] : []),
        ...(isProxy(name) ? [name.toLowerCase()] : []),
      ]),
  )

const PREFIXES = Object.values(providers).map((provider) => `${prefixOf(provider)}_`)

/** Names of the environment that are probably meant as a setting and are none, each in a sentence. */
export const mistakenNames = (env: Env): readonly string[] => nearNames(env, settingNames(), PREFIXES).map(toldOf)
