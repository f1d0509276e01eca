import Fastify, { type FastifyInstance } from 'fastify'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createIssuer } from '../../src/dev/issuer.js'
import { createDpopKey } from '../support/dpop.js'

let server: FastifyInstance
let url: string
beforeAll(async () => {
  server = Fastify({ forceCloseConnections: true })
  ;(await createIssuer('https://issuer.test')).routes(server)
  url = `${await server.listen({ port: 0, host: '127.0.0.1' })}/oauth/token`
})
afterAll(() => server.close())

async function ask(headers: Record<string, string> = {}, more: Record<string, string> = {}) {
  const body = new URLSearchParams({ grant_type: 'client_credentials', scope: 'persons:read', ...more })
  const response = await fetch(url, { method: 'POST', headers, body })
  return { status: response.status, ...((await response.json()) as { access_token?: string; token_type?: string }) }
}

test('a token is bound to the key of a proof, and to nothing without one', async () => {
  const key = await createDpopKey()
  const bound = await ask({ dpop: await key.proof({ url, token: '' }) })
  expect(bound).toMatchObject({ status: 200, token_type: 'DPoP' })
  expect(decodeJwt(bound.access_token!)['cnf']).toEqual({ jkt: key.thumbprint })
  const plain = await ask()
  expect(plain).toMatchObject({ status: 200, token_type: 'Bearer' })
  expect(decodeJwt(plain.access_token!)['cnf']).toBeUndefined()
  expect(await ask({ dpop: 'nothing' })).toMatchObject({ status: 400, error: 'invalid_dpop_proof' })
})

test('a token is for the client, or for a user of the client', async () => {
  const claims = async (more: Record<string, string>) => decodeJwt((await ask({}, more)).access_token!)
  expect(await claims({ client_id: 'app' })).toMatchObject({ client_id: 'app', sub: 'app' })
  const user = await claims({ client_id: 'app', sub: 'ada', tenant: 'meridian' })
  expect(user).toMatchObject({ client_id: 'app', sub: 'ada', tenant: 'meridian' })
})
