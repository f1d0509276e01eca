import { providers } from '../../datasources/index.js'
import { readConfig } from '../../src/config.js'

/** The names of all settings that are read, also those of absent providers. */
export function settingNames(): Set<string> {
  const names = new Set<string>()
  const urls = new Set(Object.keys(providers).map((name) => `${name.toUpperCase()}_URL`))
  const env = new Proxy<Record<string, string | undefined>>(
    {},
    {
      get(_env, name) {
        names.add(String(name))
        return urls.has(String(name)) ? 'https://provider.example' : undefined
      },
    },
  )
  try {
    readConfig(env)
  } catch {
    // Settings that are missing: every name was read all the same.
  }
  return names
}
