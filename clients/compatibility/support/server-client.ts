import { inject } from 'vitest'
import type { Operation } from './operations.js'

export type Data = Record<string, unknown>
export type Variables = Readonly<Record<string, unknown>>

export const server = inject('server')
export const endpoint = `${server.url}/graphql`

/** The token that the development server printed for this client. */
export function tokenOf(client: string): string {
  const token = server.tokens[client]
  if (token === undefined) throw new Error(`The development server printed no token for ${client}`)
  return token
}

/** Sends an operation by POST; answers its data and the messages of its errors. */
export async function send(
  { text }: Pick<Operation, 'text'>,
  variables: Variables,
  token: string,
): Promise<{ data: Data | null; messages: readonly string[] }> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: text, variables }),
  })
  const { data = null, errors = [] } = (await response.json()) as { data?: Data | null; errors?: { message: string }[] }
  return { data, messages: errors.map(({ message }) => message) }
}
