import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ACCOUNTS_SDL } from './accounts/sdl.js'
import { startAccounts } from './accounts/service.js'
import { type Gateway, startGateway } from './support/gateway.js'
import { type Graph, startGraph, SUBGRAPH_FILE } from './support/graph.js'
import type { Service } from './support/service.js'
import { composeSupergraph } from './supergraph.js'

const AUDIENCE = 'kyc-graph'

/** Both subgraphs and the gateway before them. */
export interface Environment {
  readonly graph: Graph
  readonly gateway: Gateway
  readonly stop: () => Promise<void>
}

interface EnvironmentOptions {
  /** The port of the gateway. @default a free one */
  readonly port?: number
  /** Stands between the gateway and kyc-graph. */
  readonly between?: (graphUrl: string) => Promise<Service>
}

/** Starts kyc-graph, the accounts service, and Hive Gateway with the supergraph of both. */
export async function startEnvironment({ port, between }: EnvironmentOptions = {}): Promise<Environment> {
  const running: Pick<Service, 'stop'>[] = []
  const folder = mkdtempSync(join(tmpdir(), 'kyc-graph-supergraph-'))
  const stop = async (): Promise<void> => {
    for (const each of running.splice(0).reverse()) await each.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  const kept = <T extends Pick<Service, 'stop'>>(service: T): T => (running.push(service), service)
  try {
    const graph = kept(await startGraph())
    const accounts = kept(await startAccounts(graph.url, AUDIENCE))
    const { url } = between === undefined ? graph : kept(await between(graph.url))
    const file = join(folder, 'supergraph.graphql')
    writeFileSync(
      file,
      composeSupergraph([
        { name: 'kyc', sdl: readFileSync(SUBGRAPH_FILE, 'utf8'), url: `${url}/graphql` },
        { name: 'accounts', sdl: ACCOUNTS_SDL, url: `${accounts.url}/graphql` },
      ]),
    )
    return { graph, gateway: kept(await startGateway(file, graph.url, port)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}
