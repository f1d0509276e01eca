import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import type { Gate } from './gate.js'

const seconds = () => Math.floor(Date.now() / 1000)

/** An issuer of tokens, with full power over what it signs. */
export interface TestIssuer {
  readonly name: string
  readonly jwksUrl: string
  readonly introspectionUrl: string
  readonly publicKey: JWK
  /** Further keys that it publishes. */
  readonly otherKeys: JWK[]
  /** Signs these claims, beside `iat` and `exp`; undefined takes one away. */
  readonly sign: (claims: object, header?: object) => Promise<string>
  /** What the introspection endpoint says of an opaque token. */
  readonly answers: Map<string, object>
}

/** Issuers behind one HTTP server. */
export interface TestIssuers {
  readonly open: (name: string, algorithm?: string) => Promise<TestIssuer>
  /** Requests to the introspection endpoints: the header `authorization`, `user-agent` and the form. */
  readonly introspected: { readonly headers: Readonly<Record<string, unknown>>; readonly form: URLSearchParams }[]
  /** Answers that the introspection endpoints give instead of theirs, one after the other. */
  readonly faults: { readonly status: number; readonly body: string }[]
  /** Gates that the introspection endpoints wait at before they answer, one after the other. */
  readonly gates: Gate[]
  readonly close: () => void
}

export async function startIssuers(): Promise<TestIssuers> {
  const issuers = new Map<string, TestIssuer>()
  const introspected: { headers: Record<string, unknown>; form: URLSearchParams }[] = []
  const faults: { status: number; body: string }[] = []
  const gates: Gate[] = []
  const server = createServer((request, response) => {
    void (async () => {
      const [, name = '', what] = request.url!.split('/')
      const issuer = issuers.get(name)!
      const form = new URLSearchParams(await text(request))
      if (what === 'introspect') {
        introspected.push({ headers: { ...request.headers }, form })
        await gates.shift()?.opened
      }
      const { status, body } = (what === 'introspect' && faults.shift()) || {
        status: 200,
        body: JSON.stringify(
          what === 'introspect'
            ? (issuer.answers.get(form.get('token')!) ?? { active: false })
            : { keys: [issuer.publicKey, ...issuer.otherKeys] },
        ),
      }
      response.writeHead(status, { 'content-type': 'application/json' }).end(body)
    })()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  return {
    introspected,
    faults,
    gates,
    async open(name, algorithm = 'ES256') {
      const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true })
      const kid = `${name}-key`
      const issuer: TestIssuer = {
        name,
        jwksUrl: `${origin}/${name}/jwks`,
        introspectionUrl: `${origin}/${name}/introspect`,
        publicKey: { ...(await exportJWK(publicKey)), kid, alg: algorithm },
        otherKeys: [],
        answers: new Map(),
        sign: (claims, header = {}) =>
          new SignJWT({ iat: seconds(), exp: seconds() + 3600, ...claims })
            .setProtectedHeader({ alg: algorithm, kid, ...header })
            // Signs a critical member that no verifier knows.
            .sign(privateKey, { crit: { 'x-unknown': true } }),
      }
      issuers.set(name, issuer)
      return issuer
    },
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
