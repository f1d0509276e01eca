import { readFileSync } from 'node:fs'
import { ADA } from '../../datasources/cast.js'

const operations = new URL('../../schema/operations/', import.meta.url)
const read = (name: string): string => readFileSync(new URL(name, operations), 'utf8')

/** The query a newcomer is shown, over all five providers, about somebody who has something at each of them. */
export const firstQuery = () => ({ document: read('first-query.graphql'), variables: { customerId: ADA.customerId, verificationId: VERIFICATION } })

const VERIFICATION = 'AFRH44994'

/** Makes, through the graph, what the first query shows and only a write brings about. */
export async function prepare(url: string, token: string): Promise<void> {
  await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({
      query: read('prepare.graphql'),
      variables: {},
    }),
  })
}
