import type { Scenario } from '../scenario.js'
import { attackScenario } from './attack.js'
import { overloadScenario } from './overload.js'
import { rateLimitScenario } from './rate-limit.js'
import { slowWritesScenario } from './slow-writes.js'

/** Every scenario, in the order in which they run. */
export const scenarios: readonly Scenario[] = [attackScenario, overloadScenario, rateLimitScenario, slowWritesScenario]
