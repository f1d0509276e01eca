import type { Scenario } from '../scenario.js'
import { overloadScenario } from './overload.js'

/** Every scenario, in the order in which they run. */
export const scenarios: readonly Scenario[] = [overloadScenario]
