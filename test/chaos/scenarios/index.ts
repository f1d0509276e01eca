import type { Scenario } from '../scenario.js'
import { issuer } from './issuer.js'
import { silentProvider } from './silent-provider.js'
import { wrongSecret } from './wrong-secret.js'

/** Every scenario, in the order in which they run. */
export const scenarios: readonly Scenario[] = [silentProvider, wrongSecret, issuer]
