import { composeServices } from '@theguild/federation-composition'
import { parse } from 'graphql'

/** A subgraph, as composition takes it. */
export interface Subgraph {
  readonly name: string
  readonly sdl: string
  /** The address that the router asks. */
  readonly url: string
}

/** Composes the supergraph: the schema of all subgraphs, with the place of each field. */
export function composeSupergraph(subgraphs: readonly Subgraph[]): string {
  const { supergraphSdl, errors = [] } = composeServices(
    subgraphs.map(({ name, sdl, url }) => ({ name, url, typeDefs: parse(sdl) })),
  )
  if (supergraphSdl === undefined)
    throw new Error(`The subgraphs do not compose:\n${errors.map(({ message }) => message).join('\n')}`)
  return supergraphSdl
}
