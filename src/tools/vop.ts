import '../lifecycle/no-debugger.js'
import { environment } from '../settings/environment.js'
import { readArguments, UsageError } from './vop/arguments.js'
import { Stopped } from './vop/client.js'
import { Locked } from './vop/lock.js'
import { ChangedFile, runFile } from './vop/run.js'

const UNANSWERED = 1
const STOPPED = 3
/** Exit codes by the error that ends a run. */
const EXIT = [
  [UsageError, 2],
  [Stopped, STOPPED],
  [ChangedFile, 4],
  [Locked, 5],
] as const

/** Ends the process. What is under way at the server goes on there, and the next run finds it. */
function end(message: string, code: number): never {
  console.error(message)
  process.exit(code)
}

/** `npm run vop`: checks the payees of a CSV file. Answers the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const options = readArguments(args, environment())
  const { rows, unanswered } = await runFile(options, process.stderr)
  console.log(`${rows} rows, ${rows - unanswered} with an answer, ${unanswered} without. Results: ${options.out}`)
  return unanswered === 0 ? 0 : UNANSWERED
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => end('\nStopped. Run the same again to go on.', STOPPED))

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    const known = EXIT.find(([kind]) => error instanceof kind)
    if (known) end((error as Error).message, known[1])
    end(`Stopped by an unforeseen error (${error instanceof Error ? error.name : 'unknown'}).`, STOPPED)
  },
)
