import builtIn from '../../schema/operations/manifest.json' with { type: 'json' }
import type { Settings } from '../../datasources/contract/provider.js'
import { type Manifest, manifestProblem, operationNameIn, safelistOf } from '../graphql/safelist.js'
import type { Config } from './types.js'

/** The safelist: the manifest of `SAFELIST_FILE`, else that of `schema/operations`. */
export function safelist(settings: Settings): Config['safelist'] {
  const mode = settings.choice(
    'SAFELIST',
    'Safelist of operations: `log` counts and logs operations that it does not hold, `enforce` refuses them.',
    ['off', 'log', 'enforce'],
    'off',
  )
  const text = settings.optionalFile(
    'SAFELIST_FILE',
    'Persisted query manifest of the safelist, instead of `schema/operations/manifest.json`.',
  )
  if (text === undefined) return { mode, list: safelistOf(builtIn as Manifest) }
  let manifest: unknown
  try {
    manifest = JSON.parse(text)
  } catch {
    manifest = undefined
  }
  const problem = manifestProblem(manifest)
  if (problem === undefined)
    return { mode, list: safelistOf(manifest as Manifest, ({ body }) => operationNameIn(body)) }
  settings.problem(`SAFELIST_FILE ${problem}`)
  return { mode, list: safelistOf({ ...(builtIn as Manifest), operations: [] }) }
}
