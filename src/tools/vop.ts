import { environment } from '../settings/environment.js'
import { readArguments, UsageError } from './vop/arguments.js'
import { Stopped } from './vop/client.js'
import { ChangedFile, runFile } from './vop/run.js'

const EXIT = { unanswered: 1, usage: 2, stopped: 3, changed: 4 } as const

/** `npm run vop`: checks the payees of a CSV file. Answers the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const options = readArguments(args, environment())
  const { rows, unanswered } = await runFile(options, process.stderr)
  console.log(`${rows} rows, ${rows - unanswered} with an answer, ${unanswered} without. Results: ${options.out}`)
  return unanswered === 0 ? 0 : EXIT.unanswered
}

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    if (error instanceof UsageError || error instanceof ChangedFile || error instanceof Stopped) {
      console.error(error.message)
      process.exit(
        error instanceof UsageError ? EXIT.usage : error instanceof ChangedFile ? EXIT.changed : EXIT.stopped,
      )
    }
    console.error(`Stopped by an unforeseen error (${error instanceof Error ? error.name : 'unknown'}).`)
    process.exit(EXIT.stopped)
  },
)
