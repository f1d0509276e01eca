import type { Scenario } from '../scenario.js'
import { restart } from './restart.js'

/** Every scenario, in the order in which they run. */
export const scenarios: readonly Scenario[] = [restart]
