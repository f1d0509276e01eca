import type { Scenario } from '../scenario.js'

/** Every scenario, in the order in which they run. */
export const scenarios: readonly Scenario[] = []
