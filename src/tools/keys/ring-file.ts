import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { ConfigError } from '../../config.js'
import { KeyRingError, type RingKey, ringText } from '../../keys/key-ring.js'

/** Signals that end a command, with their numbers. */
const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const
const OWNER_ONLY = 0o600

function create(path: string): number {
  try {
    return openSync(path, 'wx', OWNER_ONLY)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST')
      throw new KeyRingError(
        `another command is at work on the key ring: its file ${path} is there. Wait for its end; where none runs, delete the file`,
      )
    if (code === 'ENOENT') throw new ConfigError(['STORE_KEY_RING_FILE is in a folder that does not exist'])
    throw error
  }
}

/**
 * The right to change the ring: the new file beside it, which is made before the ring is read and is there until the command
 * ends. Without it a command that scans for minutes would write over what another one has written meanwhile.
 */
export class RingFile {
  readonly #path: string
  readonly #newPath: string
  readonly #file: number
  readonly #release = (): void => this.release()
  readonly #handlers = Object.entries(SIGNALS).map(
    // The end of the process releases.
    ([signal, number]) => [signal as keyof typeof SIGNALS, () => process.exit(128 + number)] as const,
  )
  #isHeld = true

  constructor(path: string) {
    this.#path = path
    this.#newPath = `${path}.new`
    this.#file = create(this.#newPath)
    process.once('exit', this.#release)
    for (const [signal, handler] of this.#handlers) process.once(signal, handler)
  }

  /** Makes a ring without keys where there is no file. */
  begin(): void {
    if (!existsSync(this.#path)) writeFileSync(this.#path, ringText([]), { flag: 'wx', mode: OWNER_ONLY })
  }

  /** Replaces the ring, all of it or nothing, and releases. Throws where the file is not as it was read. */
  replace(read: string, ring: readonly RingKey[]): void {
    writeFileSync(this.#file, ringText(ring))
    fsyncSync(this.#file)
    if (readFileSync(this.#path, 'utf8').trim() !== read)
      throw new KeyRingError('the key ring was replaced since the command began: run it again')
    renameSync(this.#newPath, this.#path)
    this.#end()
  }

  /** Releases the ring; nothing where it was released. */
  release(): void {
    if (!this.#isHeld) return
    rmSync(this.#newPath, { force: true })
    this.#end()
  }

  #end(): void {
    this.#isHeld = false
    closeSync(this.#file)
    process.off('exit', this.#release)
    for (const [signal, handler] of this.#handlers) process.off(signal, handler)
  }
}
