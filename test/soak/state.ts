import { request } from 'undici'
import { BANK } from '../../datasources/emulator/people.js'
import type { Emulators } from '../../src/dev/emulators.js'

type Row = Readonly<Record<string, unknown>>

const json = async (url: string, authorization: string, method: 'GET' | 'POST' = 'GET'): Promise<any> =>
  (await request(url, { method, headers: { authorization, accept: 'application/json' } })).body.json()

async function rowsOf({ synctera: { url, settings } }: Emulators, list: 'persons' | 'disclosures'): Promise<Row[]> {
  const rows: Row[] = []
  for (let token: string | undefined = ''; token !== undefined;) {
    const page = (await json(
      `${url}/v0/${list}?limit=100${token === '' ? '' : `&page_token=${token}`}`,
      `Bearer ${settings['SYNCTERA_API_KEY']}`,
    )) as { [name in typeof list]: Row[] } & { next_page_token?: string }
    rows.push(...page[list])
    token = page.next_page_token
  }
  return rows
}

async function customers({ obp: { url, settings } }: Emulators): Promise<Row[]> {
  const { token } = (await json(
    `${url}/my/logins/direct`,
    `DirectLogin username="${settings['OBP_USERNAME']}",password="${settings['OBP_PASSWORD']}",consumer_key="${settings['OBP_CONSUMER_KEY']}"`,
    'POST',
  )) as { token: string }
  const page = (await json(
    `${url}/obp/v4.0.0/banks/${BANK}/firehose/customers?limit=1000000&from_date=2000-01-01T00:00:00.000Z`,
    `DirectLogin token="${token}"`,
  )) as { customers: Row[] }
  return page.customers
}

/** How often each created person, customer and disclosure is there, asked of the providers themselves and past the graph. */
export async function countMarks(emulators: Emulators): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  const names = [
    ...(await rowsOf(emulators, 'persons')).map((row) => row['first_name']),
    ...(await customers(emulators)).map((row) => row['legal_name']),
  ]
  for (const name of names)
    if (String(name).startsWith('Zyxsoak')) counts.set(String(name), (counts.get(String(name)) ?? 0) + 1)
  for (const row of await rowsOf(emulators, 'disclosures')) {
    const mark = String(row['disclosure_date'])
    counts.set(mark, (counts.get(mark) ?? 0) + 1)
  }
  return counts
}
