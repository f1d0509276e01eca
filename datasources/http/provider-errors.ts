import type { KycProvider as Label } from '../../schema/shared.js'
import type { ErrorCode } from '../contract/error-codes.js'
import { ApiError, type ApiErrorDetails } from '../contract/errors.js'

/** Creates the errors of one provider. */
export class ProviderErrors {
  constructor(
    private readonly label: Label,
    private readonly title: string,
  ) {}

  create(code: ErrorCode, details: ApiErrorDetails = {}): ApiError {
    return new ApiError(code, { provider: this.label, title: this.title, ...details })
  }

  /** The operation ended before the provider was asked, or before it answered. */
  deadlineExceeded(event: 'was asked' | 'answered'): ApiError {
    return this.create('DEADLINE_EXCEEDED', { message: `The operation ended before the provider ${event}.` })
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The digits of a JSON number: some providers send numbers as text. */
const NUMBER = /^-?\d+(\.\d+)?$/

const toText = (value: unknown): string | undefined =>
  typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() || undefined : undefined

/**
 * The body of an error response, such as an RFC 9457 problem. Each member is read by itself: one that is absent, null,
 * blank or of another type is undefined (or an empty list), and the members beside it keep their value.
 */
export class ProblemBody {
  readonly #members: Readonly<Record<string, unknown>>
  /** False when the body is no JSON object: the response may be that of a proxy. */
  readonly isObject: boolean

  constructor(body: unknown) {
    this.isObject = isObject(body)
    this.#members = isObject(body) ? body : {}
  }

  /** A text, trimmed; a number is taken as text. */
  text(name: string): string | undefined {
    return toText(this.#value(name))
  }

  /** A number; also one that is sent as text. */
  number(name: string): number | undefined {
    const text = this.text(name)
    return text !== undefined && NUMBER.test(text) ? Number(text) : undefined
  }

  /** True for `true` and `"true"`. */
  flag(name: string): boolean {
    return this.boolean(name) === true
  }

  /** A truth value; also one that is sent as text. */
  boolean(name: string): boolean | undefined {
    const value = this.#value(name)
    if (typeof value === 'boolean') return value
    const text = this.text(name)?.toLowerCase()
    return text === 'true' || text === 'false' ? text === 'true' : undefined
  }

  /** The texts of a list, without its other elements; a text alone is a list of one. */
  texts(name: string): string[] {
    return this.#list(name).flatMap((item) => toText(item) ?? [])
  }

  /** The member names of an object, or the texts of a list. */
  names(name: string): string[] {
    const value = this.#value(name)
    return isObject(value) ? Object.keys(value) : this.texts(name)
  }

  /** The objects of a list, without its other elements; an object alone is a list of one. */
  items(name: string): ProblemBody[] {
    return this.#list(name).flatMap((item) => (isObject(item) ? new ProblemBody(item) : []))
  }

  /** An object; one without members when it is absent. */
  object(name: string): ProblemBody {
    return new ProblemBody(this.#value(name))
  }

  /** Own members only: a provider may name anything, a prototype has `constructor`. */
  #value(name: string): unknown {
    return Object.hasOwn(this.#members, name) ? this.#members[name] : undefined
  }

  #list(name: string): readonly unknown[] {
    const value = this.#value(name)
    return Array.isArray(value) ? value : [value]
  }
}
