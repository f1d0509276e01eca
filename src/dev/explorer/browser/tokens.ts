import type { ExplorerPersona } from '../setup.js'

/** Tokens by the client of the persona. */
export type Tokens = Readonly<Record<string, string>>

async function issue({ client, scope }: ExplorerPersona): Promise<[string, string]> {
  const response = await fetch('/oauth/token', {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', client_id: client, scope }),
  })
  if (!response.ok) throw new Error(`no token for ${client}: HTTP ${response.status}`)
  const { access_token } = (await response.json()) as { access_token: string }
  return [client, access_token]
}

/** Asks the token endpoint of development for a token of each persona. */
export const issueTokens = async (personas: readonly ExplorerPersona[]): Promise<Tokens> =>
  Object.fromEntries(await Promise.all(personas.map(issue)))
