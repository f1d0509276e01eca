/** The caller of an operation, as the access token describes it. The claims are those of the settings; named here are the defaults. */
export interface Caller {
  /** The token's `sub`. */
  readonly subject: string
  /** The client that holds the token: `client_id`, else `azp`, else `sub`. */
  readonly client: string
  /** The client that the token names by `client_id` or `azp`; undefined where `sub` stands in for it, which may be a person. */
  readonly namedClient?: string | undefined
  /** The tenant (`tenant` or `org_id`), else the client; each with a prefix of its own, so that no client passes for a tenant. */
  readonly tenant: string
  readonly scopes: ReadonlySet<string>
  /** The actor of a delegated token: `act.sub` (RFC 8693). */
  readonly actor?: string | undefined
  /** The banks that the token is narrowed to (`banks`); undefined means no narrowing. */
  readonly banks: readonly string[] | undefined
  /** The purposes that the token is for (`AUTH_PURPOSE_CLAIM`); undefined where it names none. */
  readonly purposes?: readonly string[] | undefined
  /** The id of the consent that the token is for (`AUTH_CONSENT_CLAIM`); empty where it cannot be read. */
  readonly consentId?: string | undefined
  /** The token itself, for providers that are called on behalf of the caller. */
  readonly token: string
}
