import { randomUUID } from 'node:crypto'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { PEOPLE, type Person } from '../../emulator/people.js'
import { secret } from '../../emulator/run.js'
import { NOT_LOGGED_IN, ResponseError, type Style } from './errors.js'
import type { Habits } from './habits.js'

export interface User {
  readonly userId: string
  readonly username: string
  readonly may: (role: string) => boolean
  /** The customers that are linked to this user. */
  readonly customerIds: string[]
}

const MAX_FAILED_LOGINS = 5

const parameters = (text: string): Record<string, string> =>
  Object.fromEntries(
    text.split(',').map((part) => {
      const [name = '', ...value] = part.trim().split('=')
      return [name, value.join('=').replace(/^"|"$/g, '')]
    }),
  )

const scheme = (authorization: string | undefined, name: string): string | undefined =>
  authorization?.startsWith(`${name} `) ? authorization.slice(name.length + 1) : undefined

const userOf = (person: Person): User => ({
  userId: person.customerId.replace(/^./, 'e'),
  username: person.username,
  may: () => false,
  customerIds: [person.customerId],
})

/** The provider's users: one service user with every role, and one user without roles per person of the test data. */
export class Users {
  readonly service = { username: 'kyc-graph-service', password: secret(), consumerKey: secret() }
  readonly #users = new Map<string, User>()
  readonly #tokens = new Map<string, User>()
  readonly #passwords = new Map<string, string>()
  /** The names of users whose e-mail address is not validated. */
  readonly #unvalidated = new Set<string>()
  readonly #keys: ReturnType<typeof createRemoteJWKSet> | undefined
  readonly #failures = new Map<string, number>()

  constructor(
    jwksUrl: string | undefined,
    readonly habits: Habits,
  ) {
    for (const user of [
      { userId: secret(), username: this.service.username, may: () => true, customerIds: [] },
      ...PEOPLE.map(userOf),
    ])
      this.#users.set(user.username, user)
    this.#passwords.set(this.service.username, this.service.password)
    this.#keys = jwksUrl === undefined ? undefined : createRemoteJWKSet(new URL(jwksUrl))
  }

  /** DirectLogin: a token by user name and password. */
  logIn(authorization: string | undefined): string {
    const given = parameters(scheme(authorization, 'DirectLogin') ?? '')
    const missing = ['username', 'password', 'consumer_key'].filter((name) => !given[name])
    if (missing.length > 0)
      throw new ResponseError(400, `OBP-20002: These DirectLogin parameters are missing: ${missing.join(', ')}`)
    if (given['consumer_key']!.length > 512) throw new ResponseError(400, 'OBP-20010: Value too long')
    if (!/^[A-Za-z0-9]+$/.test(given['consumer_key']!))
      throw new ResponseError(400, 'OBP-20011: Value contains invalid characters')
    if (given['consumer_key'] !== this.service.consumerKey)
      throw new ResponseError(401, 'OBP-20008: Invalid Consumer Key.')
    const username = given['username']!
    if (this.#unvalidated.has(username))
      throw new ResponseError(
        401,
        'OBP-20073: The user email has not been validated. Please validate your email address first.',
      )
    const failures = this.#failures.get(username) ?? 0
    if (failures >= MAX_FAILED_LOGINS)
      throw new ResponseError(401, 'OBP-20013: The account has been locked, please contact administrator !')
    if (this.#passwords.get(username) !== given['password']) {
      this.#failures.set(username, failures + 1)
      throw new ResponseError(401, 'OBP-20004: Invalid login credentials. Check username/password.')
    }
    this.#failures.delete(username)
    const token = secret()
    const user = this.#users.get(username)!
    if (this.habits.has('oneLoginToken'))
      for (const [older, owner] of this.#tokens) if (owner === user) this.#tokens.delete(older)
    this.#tokens.set(token, user)
    return token
  }

  find(userId: string): User | undefined {
    return [...this.#users.values()].find((user) => user.userId === userId)
  }

  isTaken(username: string): boolean {
    return this.#users.has(username)
  }

  /** Registers a user, who can log in at once unless the release wants the e-mail address validated first. */
  register(username: string, password: string): User {
    const user: User = { userId: randomUUID(), username, may: () => false, customerIds: [] }
    this.#users.set(username, user)
    this.#passwords.set(username, password)
    if (this.habits.has('unvalidatedUsers')) this.#unvalidated.add(username)
    return user
  }

  /** The first user that is linked to the customer. */
  linkedTo(customerId: string): User | undefined {
    return [...this.#users.values()].find(({ customerIds }) => customerIds.includes(customerId))
  }

  /** Invalidates every token of `logIn`. */
  expireTokens(): void {
    this.#tokens.clear()
  }

  /** The user of a token, either of `logIn` or of the issuer with a user name as its subject. */
  async authenticate(authorization: string | undefined, style: Style): Promise<User> {
    const direct = scheme(authorization, 'DirectLogin')
    if (direct !== undefined) {
      const { token = '' } = parameters(direct)
      const user = this.#tokens.get(token)
      if (user) return user
      throw new ResponseError(
        style === 'new' ? 400 : 401,
        `OBP-20003: This DirectLogin token is invalid or expired: ${token}`,
      )
    }
    const bearer = scheme(authorization, 'Bearer')
    if (bearer === undefined) throw new ResponseError(401, NOT_LOGGED_IN)
    if (this.#keys === undefined)
      throw new ResponseError(
        401,
        `${NOT_LOGGED_IN} <- OBP-20203: There is no an URL of OAuth 2.0 server's JWK set, published at a well-known URL.`,
      )
    const subject = await jwtVerify(bearer, this.#keys).then(
      ({ payload }) => payload.sub,
      () => undefined,
    )
    if (!this.habits.has('forwardedUsers')) return this.#userOf(subject)
    // The library that verifies tokens says so itself, without a code.
    if (bearer.split('.').length !== 3)
      throw new ResponseError(400, 'Invalid JWT serialization: Missing dot delimiter(s)')
    if (subject === undefined)
      throw new ResponseError(401, `${NOT_LOGGED_IN} <- OBP-20208: The token cannot be verified.`)
    return this.#users.get(subject) ?? this.register(subject, secret())
  }

  #userOf(subject: string | undefined): User {
    const user = subject === undefined ? undefined : this.#users.get(subject)
    if (user) return user
    throw new ResponseError(401, `${NOT_LOGGED_IN} <- OBP-20206: Bad or expired bearer token.`)
  }
}
