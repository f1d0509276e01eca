/** What a page may send without a preflight (Fetch standard, CORS-safelisted request headers). */
const SAFELISTED = ['accept', 'accept-language', 'content-language']
const SAFELISTED_CONTENT = ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain']
const SAFELISTED_METHODS = ['GET', 'HEAD', 'POST']

const isSafelisted = (name: string, value: string): boolean =>
  SAFELISTED.includes(name) || (name === 'content-type' && SAFELISTED_CONTENT.includes(value.split(';')[0]!.trim()))

const listOf = (value: string | null): string[] => (value ?? '').split(',').map((part) => part.trim().toLowerCase())

/** `fetch` as a page of this origin has it: with `Origin`, a preflight where one is due, and CORS checks. */
export const browserFetch =
  (origin: string): typeof fetch =>
  async (resource, init) => {
    const { headers, method, url } = new Request(resource, init)
    const unsafe = [...headers].filter(([name, value]) => !isSafelisted(name, value)).map(([name]) => name)
    if (unsafe.length > 0 || !SAFELISTED_METHODS.includes(method)) await preflight(url, origin, method, unsafe)
    const sent = new Headers(headers)
    sent.set('origin', origin)
    sent.set('sec-fetch-site', 'cross-site')
    const response = await fetch(resource, { ...init, headers: sent })
    if (response.headers.get('access-control-allow-origin') !== origin)
      throw new TypeError(`A browser hides this answer from ${origin}: ${response.status} ${await response.text()}`)
    return response
  }

async function preflight(url: string, origin: string, method: string, headers: readonly string[]): Promise<void> {
  const response = await fetch(url, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': method,
      ...(headers.length > 0 && { 'access-control-request-headers': headers.toSorted().join(',') }),
    },
  })
  const allowed = listOf(response.headers.get('access-control-allow-headers'))
  const missing = headers.filter((name) => !allowed.includes(name))
  if (!response.ok || response.headers.get('access-control-allow-origin') !== origin || missing.length > 0)
    throw new TypeError(
      `A browser does not send this request from ${origin}: preflight ${response.status}, headers not allowed: ${missing.join(', ')}`,
    )
}
