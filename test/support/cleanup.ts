import { afterAll } from 'vitest'
import { killProcesses } from './processes.js'

// Registered first, so it runs after the hooks of the file itself.
afterAll(killProcesses)
