import type { Scenario } from '../scenario.js'
import { attackScenario } from './attack.js'
import { clocks } from './clocks.js'
import { issuer } from './issuer.js'
import { overloadScenario } from './overload.js'
import { rateLimitScenario } from './rate-limit.js'
import { redis } from './redis.js'
import { restart } from './restart.js'
import { scaleOut } from './scale-out.js'
import { silentProvider } from './silent-provider.js'
import { slowWritesScenario } from './slow-writes.js'
import { versions } from './versions.js'
import { wrongSecret } from './wrong-secret.js'

/** Every scenario, in the order in which they run. */
export const scenarios: readonly Scenario[] = [
  attackScenario,
  overloadScenario,
  rateLimitScenario,
  slowWritesScenario,
  restart,
  redis,
  clocks,
  versions,
  scaleOut,
  silentProvider,
  wrongSecret,
  issuer,
]
