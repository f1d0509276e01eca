import '../lifecycle/no-debugger.js'
import { ConfigError, environment } from '../config.js'
import { KeyRingError } from '../keys/key-ring.js'
import { errorClass } from '../observability/error-class.js'
import { runKeys } from './keys/commands.js'

/** Answers the exit code: 1 where the command refuses, 2 where it fails. */
async function main(): Promise<number> {
  try {
    await runKeys(process.argv.slice(2), environment(), console)
    return 0
  } catch (error) {
    const isRefusal = error instanceof ConfigError || error instanceof KeyRingError
    console.error(isRefusal ? error.message : `The command failed (${errorClass(error)}).`)
    return isRefusal ? 1 : 2
  }
}

process.exit(await main())
