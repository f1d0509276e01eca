import {
  type BigIntStats,
  closeSync,
  existsSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { ConfigError } from '../../config.js'
import { KeyRingError, type RingKey, ringText } from '../../keys/key-ring.js'

/** Signals that end a command, with their numbers. */
const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const
const OWNER_ONLY = 0o600
const PERMISSIONS = 0o777

/** What the new file holds until the new ring is written: which command made it. */
const holderText = (): string => `process ${process.pid} on ${hostname()}\n`
const HOLDER = /^(process \d{1,10} on [\w.:-]{1,255})\n$/

/** The command that made a file, where the file tells; one that is being written or replaced does not. */
function holderOf(path: string): string | undefined {
  try {
    return HOLDER.exec(readFileSync(path, 'utf8'))?.[1]
  } catch {
    return undefined
  }
}

type FileId = Pick<BigIntStats, 'dev' | 'ino'>

const idOf = (file: number): FileId => fstatSync(file, { bigint: true })

/** Whether a path is this very file, and not one of the same name that was made later. */
function isFile(path: string, { dev, ino }: FileId): boolean {
  const found = lstatSync(path, { bigint: true, throwIfNoEntry: false })
  return found !== undefined && found.dev === dev && found.ino === ino
}

function create(path: string): number {
  try {
    return openSync(path, 'wx', OWNER_ONLY)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') {
      const holder = holderOf(path)
      throw new KeyRingError(
        `another command is at work on the key ring: its file ${path} is there${holder === undefined ? '' : `, made by ${holder}`}. Wait for its end; where none runs, delete the file`,
      )
    }
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
  /** The ring that `begin` made. */
  #begun: FileId | undefined
  #isHeld = true

  constructor(path: string) {
    this.#path = path
    this.#newPath = `${path}.new`
    this.#file = create(this.#newPath)
    process.once('exit', this.#release)
    for (const [signal, handler] of this.#handlers) process.once(signal, handler)
    try {
      // With a position: the file is written from its beginning later.
      writeSync(this.#file, holderText(), 0)
    } catch (error) {
      this.release()
      throw error
    }
  }

  /** Makes a ring without keys where there is no file; `release` removes it again. */
  begin(): void {
    if (existsSync(this.#path)) return
    const ring = openSync(this.#path, 'wx', OWNER_ONLY)
    try {
      this.#begun = idOf(ring)
      writeFileSync(ring, ringText([]))
    } finally {
      closeSync(ring)
    }
  }

  /**
   * Replaces the ring, all of it or nothing, and releases: owner, group and mode stay. Throws where these cannot be given, where
   * the ring is not as it was read, and where the new file was deleted by hand: one of the same name is that of another command.
   */
  replace(read: string, ring: readonly RingKey[]): void {
    this.#takeAccess()
    ftruncateSync(this.#file)
    writeFileSync(this.#file, ringText(ring))
    fsyncSync(this.#file)
    if (readFileSync(this.#path, 'utf8').trim() !== read)
      throw new KeyRingError('the key ring was replaced since the command began: run it again')
    if (!this.#isOwn())
      throw new KeyRingError(
        `the file ${this.#newPath} of this command was deleted while it ran, so the key ring was left as it is: run it again when no other command is at work`,
      )
    renameSync(this.#newPath, this.#path)
    this.#end()
  }

  /** Gives the new file the owner, the group and the mode of the ring: whoever reads the ring reads the next one too. */
  #takeAccess(): void {
    const { uid, gid, mode } = statSync(this.#path)
    const own = fstatSync(this.#file)
    try {
      // The owner first: until then the group is that of this command.
      if (own.uid !== uid || own.gid !== gid) fchownSync(this.#file, uid, gid)
      if (own.mode !== mode) fchmodSync(this.#file, mode & PERMISSIONS)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error
      throw new KeyRingError(
        'this user may not give the new key ring the owner, group and mode of the present one, and the server could not read it: the key ring was left as it is. Run the command as root, or as the owner and a member of the group',
      )
    }
  }

  /** Releases the ring; nothing where it was released. What another command has made meanwhile is left. */
  release(): void {
    if (!this.#isHeld) return
    if (this.#isOwn()) {
      this.#removeBegun()
      rmSync(this.#newPath, { force: true })
    }
    this.#end()
  }

  #isOwn(): boolean {
    return isFile(this.#newPath, idOf(this.#file))
  }

  /** Removes the ring that `begin` made, where nothing was put into it. */
  #removeBegun(): void {
    if (this.#begun === undefined || !isFile(this.#path, this.#begun)) return
    if (['', ringText([])].includes(readFileSync(this.#path, 'utf8'))) rmSync(this.#path, { force: true })
  }

  #end(): void {
    this.#isHeld = false
    closeSync(this.#file)
    process.off('exit', this.#release)
    for (const [signal, handler] of this.#handlers) process.off(signal, handler)
  }
}
