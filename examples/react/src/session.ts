import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client'
import { KycGraph } from '@kyc-graph/client'
import { typePolicies } from '@kyc-graph/client/apollo'
import type { Persona } from './personas'
import { type Token, TokenSource } from './token-source'

/** What a persona who has signed in uses: Apollo Client for what is shown, KycGraph for writes and for waiting. */
export interface Session {
  readonly persona: Persona
  readonly apollo: ApolloClient
  readonly graph: KycGraph
}

/** A login that has no answer by then fails, so that the next one begins anew. */
const LOGIN_TIMEOUT_MS = 30_000

/** Gets a token of development's issuer. */
async function tokenOf({ client, scopes }: Persona): Promise<Token> {
  const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: client, scope: scopes.join(' ') })
  const signal = AbortSignal.timeout(LOGIN_TIMEOUT_MS)
  const response = await fetch('/oauth/token', { method: 'POST', body: form, signal })
  if (!response.ok) throw new Error(`The issuer refuses the login (${response.status}).`)
  const { access_token: value, expires_in: seconds } = (await response.json()) as {
    access_token: string
    expires_in: number
  }
  return { value, lifetimeMs: seconds * 1000 }
}

/** Sends Apollo Client's requests with the present token, and once more with another one where it is refused. */
const authorizedFetch =
  (tokens: TokenSource): typeof fetch =>
  async (input, init) => {
    const send = (token: string) => {
      const headers = new Headers(init?.headers)
      headers.set('authorization', `Bearer ${token}`)
      return fetch(input, { ...init, headers })
    }
    const token = await tokens.get()
    const response = await send(token)
    return response.status === 401 ? send(await tokens.get(token)) : response
  }

/** What KycGraph asks for a token: before the one that it has expires, and when it was refused. */
function tokenProvider(tokens: TokenSource): () => Promise<string> {
  let used: string | undefined
  return async () => (used = await tokens.get(used))
}

/** Signs a persona in. Each session has a cache of its own: personal values are masked by the caller's scopes. */
export async function signIn(persona: Persona): Promise<Session> {
  const tokens = new TokenSource(() => tokenOf(persona))
  await tokens.get()
  const url = new URL('/graphql', location.origin).href
  return {
    persona,
    apollo: new ApolloClient({
      link: new HttpLink({ uri: url, fetch: authorizedFetch(tokens) }),
      cache: new InMemoryCache({ typePolicies }),
    }),
    graph: new KycGraph({ url, token: tokenProvider(tokens) }),
  }
}
