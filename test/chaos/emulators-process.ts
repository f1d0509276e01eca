import { startEmulators } from '../../src/dev/emulators.js'
import type { EmulatorsMessage } from './emulators.js'

// Started by `emulators.ts`, with the address of the issuer's keys; ends when its parent disconnects or ends.
const [jwksUrl = ''] = process.argv.slice(2)
const { settings } = await startEmulators({ jwksUrl })
const message: EmulatorsMessage = { settings }
process.once('disconnect', () => process.exit(0))
process.send!(message)
