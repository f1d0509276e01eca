import { request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type App, startApp } from '../support/app.js'

let app: App
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

/** What comes back for headers and addresses that other clients would not let through. */
async function answer(
  method: string,
  path: string,
  headers: Record<string, string | string[]>,
  body = '',
): Promise<string> {
  const { hostname, port } = new URL(app.url)
  const authorization = `Bearer ${await app.token()}`
  return new Promise((resolve, reject) => {
    const sent = request({ method, hostname, port, path, headers: { authorization, ...headers } }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.on('end', () => resolve(`${response.statusCode} ${text.slice(0, 60)}`))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

const QUERY = JSON.stringify({ query: '{ __typename }' })
const JSON_BODY = { 'content-type': 'application/json' }

test.each(['a b', '[', 'kyc.example:port', '%', 'a@b', ''])(
  'an answer does not depend on the host %j that a client names',
  async (host) => {
    expect(await answer('POST', '/graphql', { ...JSON_BODY, host }, QUERY)).toMatch(
      /^200 \{"data":\{"__typename":"Query"\}/,
    )
    expect(
      await answer('GET', `/graphql?query=${encodeURIComponent('{ __typename }')}`, {
        host,
        'apollo-require-preflight': '1',
      }),
    ).toMatch(/^200 \{"data":\{"__typename":"Query"\}/)
  },
)

test('the query string is read with GET, and not with POST', async () => {
  expect(await answer('GET', '/graphql?query={__typename}&query={a}', { 'apollo-require-preflight': '1' })).toMatch(
    /^400 /,
  )
  expect(await answer('GET', '/graphql', { 'apollo-require-preflight': '1' })).toMatch(/^400 /)
  expect(await answer('POST', '/graphql?query={nothing}', JSON_BODY, QUERY)).toMatch(
    /^200 \{"data":\{"__typename":"Query"\}/,
  )
})

test('an empty header counts as absent, and a repeated header is one list', async () => {
  const bare = { authorization: '', 'apollo-require-preflight': '' }
  expect(await answer('GET', '/graphql?query={__typename}', bare)).toMatch(/^400 /)
  expect(await answer('POST', '/graphql', { ...JSON_BODY, accept: ['text/html', 'application/json'] }, QUERY)).toMatch(
    /^200 /,
  )
  expect(await answer('POST', '/graphql', { ...JSON_BODY, accept: ['text/html', 'image/png'] }, QUERY)).toMatch(/^406 /)
})
