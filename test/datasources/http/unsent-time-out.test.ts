import { expect, test } from 'vitest'
import { detachedScope, path } from '../../../datasources/http/call.js'
import { ProviderClient } from '../../../datasources/http/client.js'
import { type Transport, TransportError } from '../../../datasources/http/transport.js'
import { KycProvider } from '../../../schema/shared.js'

/** A transport that never gets an answer: it ends each request when that is aborted. */
const silent = (isSent: boolean): Transport => ({
  send: ({ watch }) =>
    new Promise((_resolve, reject) =>
      watch.begin({
        abort() {
          watch.end()
          reject(new TransportError(isSent))
        },
      }),
    ),
  close: () => Promise.resolve(),
})

test.each([
  ['was sent', true, 'PROVIDER_TIMEOUT'],
  ['was not sent, because no connection was made', false, 'PROVIDER_UNAVAILABLE'],
])('a check that %s when its time is over', async (_what, isSent, code) => {
  const client = new ProviderClient({
    name: 'banfico',
    label: KycProvider.BANFICO,
    title: 'Banfico',
    url: 'https://bank.example',
    mapError: () => ({}),
    timeoutMs: 20,
    maxConcurrency: 1,
    transport: () => silent(isSent),
    onAttempt: () => undefined,
  })
  const call = { method: 'POST', path: path`/checks`, effect: 'nonRepeatableRead', response: null } as const
  await expect(client.send(detachedScope, call)).rejects.toMatchObject({ code })
})
