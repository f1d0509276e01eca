import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Settings } from '../../datasources/contract/provider.js'
import { isForeignValue } from './foreign-variables.js'

export type Env = Readonly<Record<string, string | undefined>>

/** True for an address on another machine that is reached without encryption. */
const isPlaintext = ({ protocol, hostname }: URL): boolean =>
  ['http:', 'redis:'].includes(protocol) && !isLoopback(hostname)
/** True for a host name of this machine. */
export const isLoopback = (hostname: string): boolean =>
  /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)

/** True for an `http(s)` URL whose credentials, where it has some, can be decoded. */
function isProxyUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, username, password, search, hash } = new URL(text)
  try {
    decodeURIComponent(username + password)
  } catch {
    return false
  }
  return ['http:', 'https:'].includes(protocol) && search === '' && hash === ''
}

/** Where the value of a setting comes from. */
type SettingSource = 'environment' | 'file' | 'default' | 'unset'

/** A setting as it was read. */
export interface ReadSetting {
  /** Where it stands, such as `tenant acme: `; empty for the environment. */
  readonly where: string
  readonly name: string
  readonly source: SettingSource
  /** True of one whose value is never shown. */
  readonly isSecret: boolean
  /** Undefined where it is not set, is a secret, or cannot be used. */
  readonly value: string | undefined
}

/** What readers of one configuration share. */
interface SharedReadings {
  readonly problems: string[]
  /** Settings with an address on another machine that is reached without encryption. */
  readonly plaintext: string[]
  /** The files that the settings name, whether they can be read or not. */
  readonly files: Set<string>
  /** The settings that were read, by place and name. */
  readonly readings: Map<string, ReadSetting>
}

const noReadings = (): SharedReadings => ({ problems: [], plaintext: [], files: new Set(), readings: new Map() })

/** Reads settings by name, from the environment or from another source of names and texts, and collects their problems. */
export class SettingsReader implements Settings {
  /** The names that were asked for. */
  readonly asked = new Set<string>()
  readonly problems: string[]
  readonly plaintext: string[]
  readonly files: Set<string>
  readonly readings: Map<string, ReadSetting>

  constructor(
    private readonly env: Env,
    shared: Partial<SharedReadings> = {},
    /** What is told of the settings begins so; empty for the environment. */
    private readonly where = '',
    /** Where the settings stand. */
    private readonly place = where,
  ) {
    const { problems, plaintext, files, readings } = { ...noReadings(), ...shared }
    this.problems = problems
    this.plaintext = plaintext
    this.files = files
    this.readings = readings
  }

  /** Settings of an entry of a file; what is told of them begins with `where`. */
  within(env: Env, where: string): Settings {
    return new SettingsReader(env, this, where)
  }

  /** Settings of an entry of a file that tells its own problems; what was read is kept with the others. */
  apart(env: Env, place: string): SettingsReader {
    return new SettingsReader(env, { readings: this.readings }, '', place)
  }

  has(name: string): boolean {
    return this.raw(name) !== undefined || this.raw(`${name}_FILE`) !== undefined
  }

  problem(message: string): void {
    this.problems.push(this.where + message)
  }

  optional(name: string, _description: string): string | undefined {
    return this.keep(name, this.raw(name))
  }

  text(name: string, _description: string, fallback?: string): string {
    return this.keep(name, this.raw(name) ?? fallback) ?? this.missing(name)
  }

  secret(name: string, description: string): string {
    return this.optionalSecret(name, description) ?? this.missing(`${name} (or ${name}_FILE)`)
  }

  optionalSecret(name: string, description: string): string | undefined {
    const text = this.raw(name)
    if (text !== undefined && this.raw(`${name}_FILE`) !== undefined)
      this.problem(`${name} and ${name}_FILE are both set`)
    this.keepSecret(name, text !== undefined)
    if (text !== undefined) return text
    const content = this.optionalFile(`${name}_FILE`, description)
    // Also a file that is about to be written anew.
    if (content === '') this.problem(`${name}_FILE names an empty file`)
    return content
  }

  optionalProxy(name: string, description: string): string | undefined {
    const text = this.optionalSecret(name, description)
    if (text !== undefined && !isProxyUrl(text)) this.problem(`${name} must be the http or https URL of a proxy`)
    return text
  }

  list(name: string, _description: string): readonly string[] {
    const parts = this.keep(name, this.raw(name))?.split(',') ?? []
    return parts.map((part) => part.trim()).filter(Boolean)
  }

  optionalFile(name: string, _description: string): string | undefined {
    const path = this.keep(name, this.raw(name))
    if (path === undefined) return undefined
    this.files.add(path)
    try {
      return readFileSync(path, 'utf8').trim()
    } catch {
      this.problem(`${name} names a file that cannot be read`)
      return undefined
    }
  }

  optionalPem(name: string, description: string): string | undefined {
    const text = this.optionalFile(name, description)
    if (text !== undefined && !text.includes('-----BEGIN ')) this.problem(`${name} does not hold PEM`)
    return text
  }

  url(name: string, _description: string, fallback?: string): string {
    const text = this.raw(name) ?? fallback
    if (text === undefined) {
      this.keep(name, undefined)
      return this.missing(name)
    }
    const url = URL.canParse(text) ? new URL(text) : undefined
    if (!url || !['http:', 'https:'].includes(url.protocol) || url.username || url.search || url.hash) {
      this.problem(`${name} must be an http or https URL without credentials, query or fragment`)
      this.keep(name, undefined)
      return ''
    }
    this.keep(name, text)
    if (isPlaintext(url)) this.plaintext.push(this.where + name)
    return text.replace(/\/+$/, '')
  }

  integer(name: string, _description: string, fallback: number, { min, max }: { min: number; max: number }): number {
    const text = this.raw(name)
    const value = text === undefined ? fallback : Number(text)
    const isUsable = text === undefined || (Number.isInteger(value) && value >= min && value <= max)
    if (!isUsable) this.problem(`${name} must be a whole number from ${min} to ${max}`)
    this.keep(name, isUsable ? String(value) : undefined)
    return value
  }

  choice<T extends string, F extends T | undefined>(
    name: string,
    _description: string,
    choices: readonly T[],
    fallback: F,
  ): T | F {
    const text = this.raw(name)
    const chosen = choices.find((choice) => choice === text)
    if (text !== undefined && chosen === undefined) this.problem(`${name} must be one of ${choices.join(', ')}`)
    this.keep(name, text === undefined ? fallback : chosen)
    return chosen ?? fallback
  }

  /** Remembers a setting with its value, of which the first reading counts; returns the value. */
  private keep<Value extends string | undefined>(name: string, value: Value): Value {
    const isSet = this.raw(name) !== undefined
    this.remember({ name, source: isSet ? this.source : value === undefined ? 'unset' : 'default', value })
    return value
  }

  /** What a setting that stands here comes from: an entry is one of a file. */
  private get source(): SettingSource {
    return this.place === '' ? 'environment' : 'file'
  }

  private keepSecret(name: string, isSet: boolean): void {
    const source = isSet ? this.source : this.raw(`${name}_FILE`) === undefined ? 'unset' : 'file'
    this.remember({ name, source, value: undefined, isSecret: true })
  }

  private remember({ isSecret = false, ...read }: Omit<ReadSetting, 'where' | 'isSecret'> & { isSecret?: boolean }) {
    const key = `${this.place}${read.name}`
    if (!this.readings.has(key)) this.readings.set(key, { where: this.place, isSecret, ...read })
  }

  private raw(name: string): string | undefined {
    this.asked.add(name)
    // Most programs read proxies in lower case too, and some only so.
    const text = this.env[name] ?? (name.endsWith('_PROXY') ? this.env[name.toLowerCase()] : undefined)
    const value = text?.trim()
    return value === '' || (value !== undefined && isForeignValue(name, value)) ? undefined : value
  }

  private missing(name: string): string {
    this.problem(`${name} is missing`)
    return ''
  }
}

/** Reads certificate authorities (PEM, one or several) from the file that a setting names. */
export function authority(settings: Settings, name: string, description: string): string | undefined {
  const pem = settings.optionalFile(name, description)
  if (pem === undefined) return undefined
  const certificates = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----(?=\s|$)/g) ?? []
  try {
    for (const certificate of certificates) new X509Certificate(certificate)
    if (certificates.length !== pem.split('-----BEGIN ').length - 1) throw new Error('something else is in it')
    if (certificates.length === 0) throw new Error('none')
  } catch {
    settings.problem(`${name} holds no certificate in PEM`)
  }
  return pem
}
