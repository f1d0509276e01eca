import { randomUUID } from 'node:crypto'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { PEOPLE, type Person } from '../../emulator/people.js'
import { secret } from '../../emulator/run.js'
import { NOT_LOGGED_IN, Refused, type Style } from './api.js'

export interface User {
  readonly userId: string
  readonly username: string
  readonly may: (role: string) => boolean
  /** Customers that are linked to this user. */
  readonly customerIds: string[]
}

const LOGINS_BEFORE_LOCK = 5

const parameters = (text: string): Record<string, string> =>
  Object.fromEntries(
    text.split(',').map((part) => {
      const [name = '', ...value] = part.trim().split('=')
      return [name, value.join('=').replace(/^"|"$/g, '')]
    }),
  )

const scheme = (authorization: string | undefined, name: string): string | undefined =>
  authorization?.startsWith(`${name} `) ? authorization.slice(name.length + 1) : undefined

const userOf = (member: Person): User => ({
  userId: member.customerId.replace(/^./, 'e'),
  username: member.username,
  may: () => false,
  customerIds: [member.customerId],
})

/** Who may ask: one service user who may do everything, and everybody of the cast, who may ask for what is theirs. */
export class Users {
  readonly service = { username: secret(), password: secret(), consumerKey: secret() }
  readonly #users = new Map<string, User>()
  readonly #tokens = new Map<string, User>()
  readonly #passwords = new Map<string, string>()
  readonly #keys: ReturnType<typeof createRemoteJWKSet> | undefined
  readonly #failures = new Map<string, number>()

  constructor(jwksUrl: string | undefined) {
    for (const user of [
      { userId: secret(), username: this.service.username, may: () => true, customerIds: [] },
      ...PEOPLE.map(userOf),
    ])
      this.#users.set(user.username, user)
    this.#passwords.set(this.service.username, this.service.password)
    this.#keys = jwksUrl === undefined ? undefined : createRemoteJWKSet(new URL(jwksUrl))
  }

  /** DirectLogin: a token for a user of the provider's own. */
  logIn(authorization: string | undefined): string {
    const given = parameters(scheme(authorization, 'DirectLogin') ?? '')
    const missing = ['username', 'password', 'consumer_key'].filter((name) => !given[name])
    if (missing.length > 0)
      throw new Refused(400, `OBP-20002: These DirectLogin parameters are missing: ${missing.join(', ')}`)
    if (given['consumer_key']!.length > 512) throw new Refused(400, 'OBP-20010: Value too long')
    if (!/^[A-Za-z0-9]+$/.test(given['consumer_key']!))
      throw new Refused(400, 'OBP-20011: Value contains invalid characters')
    if (given['consumer_key'] !== this.service.consumerKey) throw new Refused(401, 'OBP-20008: Invalid Consumer Key.')
    const username = given['username']!
    const failures = this.#failures.get(username) ?? 0
    if (failures >= LOGINS_BEFORE_LOCK)
      throw new Refused(401, 'OBP-20013: The account has been locked, please contact administrator !')
    if (this.#passwords.get(username) !== given['password']) {
      this.#failures.set(username, failures + 1)
      throw new Refused(401, 'OBP-20004: Invalid login credentials. Check username/password.')
    }
    this.#failures.delete(username)
    const token = secret()
    this.#tokens.set(token, this.#users.get(username)!)
    return token
  }

  find(userId: string): User | undefined {
    return [...this.#users.values()].find((user) => user.userId === userId)
  }

  isTaken(username: string): boolean {
    return this.#users.has(username)
  }

  /** Enters a user, who can log in at once. */
  register(username: string, password: string): User {
    const user: User = { userId: randomUUID(), username, may: () => false, customerIds: [] }
    this.#users.set(username, user)
    this.#passwords.set(username, password)
    return user
  }

  /** The first user who is linked to the customer. */
  linkedTo(customerId: string): User | undefined {
    return [...this.#users.values()].find(({ customerIds }) => customerIds.includes(customerId))
  }

  endTokens(): void {
    this.#tokens.clear()
  }

  /** Who asks, by a token of `logIn` or by one of the issuer whose subject is a user's name. */
  async of(authorization: string | undefined, style: Style): Promise<User> {
    const direct = scheme(authorization, 'DirectLogin')
    if (direct !== undefined) {
      const { token = '' } = parameters(direct)
      const user = this.#tokens.get(token)
      if (user) return user
      throw new Refused(
        style === 'new' ? 400 : 401,
        `OBP-20003: This DirectLogin token is invalid or expired: ${token}`,
      )
    }
    const bearer = scheme(authorization, 'Bearer')
    if (bearer === undefined) throw new Refused(401, NOT_LOGGED_IN)
    if (this.#keys === undefined)
      throw new Refused(
        401,
        `${NOT_LOGGED_IN} <- OBP-20203: There is no an URL of OAuth 2.0 server's JWK set, published at a well-known URL.`,
      )
    const subject = await jwtVerify(bearer, this.#keys).then(
      ({ payload }) => payload.sub,
      () => undefined,
    )
    const user = subject === undefined ? undefined : this.#users.get(subject)
    if (user) return user
    throw new Refused(401, `${NOT_LOGGED_IN} <- OBP-20206: Bad or expired bearer token.`)
  }
}
