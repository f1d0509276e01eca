import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client'
import { SetContextLink } from '@apollo/client/link/context'
import { KycGraph } from '@kyc-graph/client'
import { typePolicies } from '@kyc-graph/client/apollo'
import type { Persona } from './personas'

/** What a persona who has signed in uses: Apollo Client for what is shown, KycGraph for writes and for waiting. */
export interface Session {
  readonly persona: Persona
  readonly apollo: ApolloClient
  readonly graph: KycGraph
}

/** Gets a token of development's issuer. */
async function tokenOf({ client, scopes }: Persona): Promise<string> {
  const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: client, scope: scopes.join(' ') })
  const response = await fetch('/oauth/token', { method: 'POST', body: form })
  if (!response.ok) throw new Error(`The issuer refuses the login (${response.status}).`)
  return ((await response.json()) as { access_token: string }).access_token
}

/** Signs a persona in. Each session has a cache of its own: personal values are masked by the caller's scopes. */
export async function signIn(persona: Persona): Promise<Session> {
  let token = await tokenOf(persona)
  const url = new URL('/graphql', location.origin).href
  const authorization = new SetContextLink(({ headers }) => ({
    headers: { ...(headers as Record<string, string>), authorization: `Bearer ${token}` },
  }))
  return {
    persona,
    apollo: new ApolloClient({
      link: ApolloLink.from([authorization, new HttpLink({ uri: url })]),
      cache: new InMemoryCache({ typePolicies }),
    }),
    graph: new KycGraph({ url, token: async () => (token = await tokenOf(persona)) }),
  }
}
