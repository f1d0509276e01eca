import { Type } from '@sinclair/typebox'
import { ApiError, copyError } from '../contract/errors.js'
import { type CallScope, contract } from '../http/call.js'
import type { ProviderClient } from '../http/client.js'
import { obpPath } from './api-version.js'
import {
  FIREHOSE_OFF,
  FIREHOSE_OFF_OR_NO_ROLE,
  LABEL,
  MISSING_ROLE,
  obpError,
  TITLE,
  UNKNOWN_PATH,
} from './error-mapping.js'
import { FIREHOSE_SWITCH, roleOf } from './roles.js'
import { isRemoved } from './server-releases.js'
import type { ObpSettings } from './settings.js'

const root = contract(Type.Object({ version: Type.String(), git_commit: Type.Optional(Type.String()) }))

/** Versions and commits are shown to callers, so only well-formed ones are. */
const isName = (text: string): boolean => /^[\w.-]{1,40}$/.test(text)

/** The methods of a data source, by the operation ids of the provider. */
type Source = Readonly<Record<string, (scope: CallScope, ...rest: never[]) => Promise<unknown>>>

/**
 * Says what the server has: by `OBP_RELEASE`, and without it by what the server answers. An operation that its release
 * does not have is `PROVIDER_NOT_CONFIGURED`; a missing role or switch is named.
 */
export class Availability {
  #described: Promise<string> | undefined

  constructor(
    private readonly client: ProviderClient,
    private readonly settings: Pick<ObpSettings, 'release' | 'service'>,
  ) {}

  /** The same source, with errors that name the operation. */
  of<S extends Source>(source: S): S {
    const named = ([operation, send]: [string, S[string]]) => [
      operation,
      (scope: CallScope, ...rest: never[]) =>
        isRemoved(operation, this.settings.release)
          ? this.#absent(operation, scope).then((error) => Promise.reject(error))
          : send(scope, ...rest).catch(async (error: unknown) => {
              throw await this.#explain(error, operation, scope)
            }),
    ]
    return Object.fromEntries(Object.entries(source).map((entry) => named(entry as [string, S[string]]))) as S
  }

  async #explain(error: unknown, operation: string, scope: CallScope): Promise<unknown> {
    if (!(error instanceof ApiError)) return error
    if (this.#isRefusedToken(error, operation))
      return new ApiError('PROVIDER_REFUSED', { provider: LABEL, title: TITLE, providerStatus: 400 })
    const message = await this.#sentence(error.extensions['providerCode'], operation, scope)
    return message === undefined ? error : copyError(error, { message })
  }

  /**
   * True where the provider refuses an OAuth2 token of this server with 400 and a sentence of the library that verifies
   * it: without a code of its own, to a read, which has no input that could be invalid.
   */
  #isRefusedToken({ code, extensions }: ApiError, operation: string): boolean {
    const isUncoded = extensions['providerStatus'] === 400 && extensions['providerCode'] === undefined
    return 'oauth' in this.settings.service && code === 'BAD_USER_INPUT' && isUncoded && operation.startsWith('get')
  }

  async #sentence(providerCode: unknown, operation: string, scope: CallScope): Promise<string | undefined> {
    const role = roleOf(operation)
    switch (providerCode) {
      case UNKNOWN_PATH:
        return (await this.#absent(operation, scope)).message
      case FIREHOSE_OFF:
        return `${TITLE} lists customers only with ${FIREHOSE_SWITCH}=true in its props.`
      case FIREHOSE_OFF_OR_NO_ROLE:
        return `${TITLE} lists customers only with ${FIREHOSE_SWITCH}=true in its props and the role ${role}.`
      case MISSING_ROLE:
        return role && `The user of this server lacks the role ${role} at ${TITLE}, which ${operation} needs.`
      default:
        return undefined
    }
  }

  async #absent(operation: string, scope: CallScope): Promise<ApiError> {
    const release = this.settings.release ?? (await (this.#described ??= this.#describe(scope)))
    return obpError(
      'PROVIDER_NOT_CONFIGURED',
      `${TITLE} does not have the operation ${operation} in its release${release && ` ${release}`}.`,
    )
  }

  /** What the server says of itself; empty where it says nothing, and then asked for again the next time. */
  async #describe(scope: CallScope): Promise<string> {
    try {
      const call = { method: 'GET', path: obpPath`/root`, effect: 'read', response: root } as const
      const { version, git_commit: commit = '' } = (await this.client.send(scope, call)).body
      return [version, commit].filter(isName).join(', commit ')
    } catch {
      this.#described = undefined
      return ''
    }
  }
}
