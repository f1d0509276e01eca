import type { Scenario } from '../scenario.js'
import { clocks } from './clocks.js'
import { redis } from './redis.js'

/** Every scenario, in the order in which they run. */
export const scenarios: readonly Scenario[] = [clocks, redis]
