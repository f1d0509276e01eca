import { readFileSync, statSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Env } from '../../settings/settings-reader.js'
import { isLoopback } from '../../settings/settings-reader.js'

const USAGE = `npm run vop -- PAYEES.csv [--url URL] [--token-file FILE] [--out FILE] [options]
  Checks the payees of a CSV file, each once, and writes the results beside it. Run again, it goes on where it stopped.

  PAYEES.csv    has a header; columns in any order, other columns are copied:
                  iban                          or  sort code, account number
                  name                          as the payer knows it
                  type, bic, secondary id       where they are known (type: PERSONAL or BUSINESS)
  --url         the GraphQL endpoint; default: VOP_URL, else http://localhost:4000/graphql
  --token-file  the access token, read again for each request; default: VOP_TOKEN_FILE, else the token in VOP_TOKEN
  --out         the results; default: PAYEES.results.csv. The journal is beside them: PAYEES.results.csv.journal
  --types       STATUS, NAME or both, comma separated; default: NAME
  --max-age     the age in seconds at which a cached answer is still taken; default: 60
  --delimiter   of the columns: one character, or the word tab; default: ,
  --jobs        jobs of 100 rows at a time, 1 to 16; default: 4
  --skip-bad    checks the good rows of a file that has bad ones too
  --give-up     ends rows whose job the server does not know any more as OUTCOME_UNKNOWN

Exit code: 0 every row has an answer, 1 some rows have none, 2 nothing was asked (usage, bad rows),
3 stopped: run it again to go on, 4 the file or its results have changed since the run began,
5 another run is at work on the same results`

/** Arguments that are not usable. */
export class UsageError extends Error {}

export interface VopArguments {
  readonly file: string
  readonly out: string
  readonly url: string
  /** The access token as of now. */
  readonly token: () => string
  readonly types: readonly ('STATUS' | 'NAME')[]
  readonly maxAgeSeconds: number
  readonly delimiter: string
  readonly jobs: number
  readonly skipsBadRows: boolean
  readonly givesUp: boolean
}

const TEXT = { type: 'string' } as const
const FLAG = { type: 'boolean', default: false } as const

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        url: TEXT,
        'token-file': TEXT,
        out: TEXT,
        types: TEXT,
        'max-age': TEXT,
        delimiter: TEXT,
        jobs: TEXT,
        'skip-bad': FLAG,
        'give-up': FLAG,
        help: FLAG,
      },
    })
  } catch {
    throw new UsageError(USAGE)
  }
}

function integer(name: string, text: string | undefined, fallback: number, min: number, max: number): number {
  const value = text === undefined ? fallback : Number(text)
  if (!Number.isInteger(value) || value < min || value > max)
    throw new UsageError(`--${name} must be a whole number from ${min} to ${max}`)
  return value
}

function typesOf(text = 'NAME'): VopArguments['types'] {
  const types = text.split(',').map((type) => type.trim().toUpperCase())
  if (!types.every((type) => type === 'STATUS' || type === 'NAME'))
    throw new UsageError('--types must be STATUS, NAME or both, comma separated')
  return [...new Set(types)] as VopArguments['types']
}

/** Tokens and names of payees are sent only where they are encrypted, or do not leave this machine. */
function endpoint(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname))
  if (!isSafe) throw new UsageError('--url must be an https address; http is taken for this machine alone')
  return url.href
}

function tokenOf(file: string | undefined, env: Env): () => string {
  const path = file ?? env['VOP_TOKEN_FILE']
  const given = env['VOP_TOKEN']
  if (path === undefined && given === undefined)
    throw new UsageError('An access token is needed: --token-file, VOP_TOKEN_FILE or VOP_TOKEN')
  return () => (path === undefined ? given! : readFileSync(path, 'utf8')).trim()
}

/** Reads the arguments; throws a `UsageError`. */
export function readArguments(args: readonly string[], env: Env): VopArguments {
  const { values, positionals } = parsed(args)
  const [file, ...others] = positionals
  if (values.help || file === undefined || others.length > 0) throw new UsageError(USAGE)
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) throw new UsageError('The file of payees cannot be read.')
  const delimiter = values.delimiter === 'tab' ? '\t' : (values.delimiter ?? ',')
  if (delimiter.length !== 1) throw new UsageError('--delimiter must be one character, or the word tab')
  return {
    file,
    out: values.out ?? `${file.replace(/\.csv$/i, '')}.results.csv`,
    url: endpoint(values.url ?? env['VOP_URL'] ?? 'http://localhost:4000/graphql'),
    token: tokenOf(values['token-file'], env),
    types: typesOf(values.types),
    maxAgeSeconds: integer('max-age', values['max-age'], 60, 0, 86_400),
    delimiter,
    jobs: integer('jobs', values.jobs, 4, 1, 16),
    skipsBadRows: values['skip-bad'],
    givesUp: values['give-up'],
  }
}
