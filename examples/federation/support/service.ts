import { once } from 'node:events'
import type { Server } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'

/** Something that runs, and where it is reached. */
export interface Service {
  readonly url: string
  readonly stop: () => Promise<void>
}

/** Lets a server listen at a free port of this machine. */
export async function listening(server: Server): Promise<Service> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** The first of some consecutive ports that are free. */
export async function freePorts(count: number): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const first = 20_000 + count * Math.floor(Math.random() * 1_500)
    const servers = Array.from({ length: count }, (_, i) => createServer().listen(first + i, '127.0.0.1'))
    const listened = await Promise.allSettled(servers.map((server) => once(server, 'listening')))
    await Promise.all(servers.filter(({ listening }) => listening).map((server) => once(server.close(), 'close')))
    if (listened.every(({ status }) => status === 'fulfilled')) return first
  }
  throw new Error(`No ${count} consecutive ports are free.`)
}
