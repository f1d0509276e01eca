import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, inject, test, vi } from 'vitest'
import { openChangeChannel } from '../../src/store/change-channel.js'
import { addressOf } from '../support/redis.js'

/** Longer than a command may take. */
const SILENCE_MS = 4_000

/** A Redis behind a relay, which may hold back the answers to subscriptions. */
async function startRelay(target: number) {
  const sockets = new Set<Socket>()
  const relay = { isSilent: false, subscriptions: 0 }
  const server = createServer((client) => {
    const redis = connect(target, '127.0.0.1')
    for (const socket of [client, redis]) sockets.add(socket.on('error', () => undefined))
    client.on('data', (bytes) => {
      const isSubscription = /subscribe/i.test(bytes.toString('latin1'))
      if (isSubscription) relay.subscriptions += 1
      if (!(isSubscription && relay.isSilent)) redis.write(bytes)
    })
    redis.pipe(client)
    client.once('close', () => redis.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return Object.assign(relay, {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut: () => sockets.forEach((socket) => socket.destroy()),
    close: () => server.close(),
  })
}

test('a subscription that is not answered after a reconnection leaves no rejection, and is made again', async () => {
  const url = new URL(inject('redisUrl'))
  const relay = await startRelay(Number(url.port))
  const unhandled = vi.fn()
  process.on('unhandledRejection', unhandled)
  const [here, there] = [openChangeChannel(addressOf(relay.url)), openChangeChannel(addressOf(url.href))]
  const heard: string[] = []
  here.subscribe(({ provider }) => heard.push(provider))
  const tell = (provider: string) => there.publish({ provider, tenant: 'house', kind: 'write' })
  await expect.poll(() => (tell('before'), heard), { interval: 100 }).toContain('before')

  relay.isSilent = true
  relay.subscriptions = 0
  relay.cut()
  await expect.poll(() => relay.subscriptions, { timeout: 20_000 }).toBeGreaterThanOrEqual(1)
  await delay(SILENCE_MS)
  relay.isSilent = false
  relay.cut()
  await expect.poll(() => (tell('after'), heard), { interval: 100, timeout: 20_000 }).toContain('after')

  process.off('unhandledRejection', unhandled)
  expect(unhandled).not.toHaveBeenCalled()
  for (const channel of [here, there]) channel.close()
  relay.close()
}, 60_000)
