import { constants, fchmodSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { UsageError } from './arguments.js'
import { Stopped } from './client.js'

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'unknown'

/** The error of a place where no results can be written. */
export const unwritable = (error: unknown): UsageError =>
  new UsageError(`The results cannot be written there (${codeOf(error)}); give another --out.`)

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants
const OWNER_ONLY = 0o600

/** Opens a file for appending, which becomes one of the owner alone; not through a symbolic link. Throws a `UsageError`. */
export function openForAppending(path: string): number {
  try {
    const file = openSync(path, O_APPEND | O_CREAT | O_NOFOLLOW | O_WRONLY, OWNER_ONLY)
    fchmodSync(file, OWNER_ONLY)
    return file
  } catch (error) {
    throw unwritable(error)
  }
}

/** Writes the whole text, which is on the disk when it returns; answers its length. A disk that takes no more stops the run. */
export function writeThrough(file: number, text: string): number {
  const bytes = Buffer.from(text)
  try {
    for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written)
    fsyncSync(file)
  } catch (error) {
    throw new Stopped(
      `The results cannot be written (${codeOf(error)}). Put the disk right, and run the same again to go on.`,
    )
  }
  return bytes.length
}
