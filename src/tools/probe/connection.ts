import { ApiError } from '../../../datasources/contract/errors.js'
import {
  type Assumption,
  codeName,
  type Finding,
  holds,
  judge,
  type RawAnswer,
  unchecked,
} from '../../../datasources/contract/probe.js'

const MAX_SKEW_SECONDS = 30

/** Encryption, by the URL alone: the client verifies the certificate at each connection. */
function encryption(url: string): Finding {
  const { protocol, hostname } = new URL(url)
  if (protocol === 'https:') return holds('https')
  const isLocal = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)
  return judge(isLocal, isLocal ? 'http on this machine' : 'http', 'an https URL')
}

/** Whether the login succeeds; the error names the provider's code. */
export function loginOf(credentialHeaders: () => Promise<unknown>, prefix: string): Assumption {
  return {
    states: 'The login, where there is one, is accepted.',
    async check() {
      try {
        await credentialHeaders()
        return holds('a credential')
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        const { providerStatus, providerCode } = error.extensions
        const seen = [error.code, providerStatus, providerCode].filter((part) => part !== undefined).map(String)
        return judge(false, seen.join(' '), `the settings of the login, ${prefix}_*`)
      }
    },
  }
}

function clockSkew(answers: readonly RawAnswer[], now: number): Finding {
  const dates = answers.map(({ header }) => Date.parse(header('date') ?? '')).filter((date) => !Number.isNaN(date))
  if (dates.length === 0) return unchecked('no answer with the header Date')
  const seconds = Math.round(Math.abs(dates.at(-1)! - now) / 1000)
  return judge(seconds <= MAX_SKEW_SECONDS, `${seconds} s apart`, 'a synchronised clock (NTP)')
}

function retryAfter(answers: readonly RawAnswer[]): Finding {
  const given = answers.flatMap(({ header }) => header('retry-after') ?? [])
  if (given.length === 0) return unchecked('no answer with the header Retry-After')
  // RFC 9110: a number of seconds without a fraction, or a date, which begins with the name of a day.
  const read = given.filter((text) => /^\d+$/.test(text) || (/^[A-Z][a-z]{2}/.test(text) && Date.parse(text) > 0))
  return judge(read.length === given.length, `${read.length} of ${given.length} can be read`, 'nothing: it is ignored')
}

function json(answers: readonly RawAnswer[]): Finding {
  const types = [...new Set(answers.map(({ header }) => (header('content-type') ?? 'none').split(';')[0]!))]
  const withBody = answers.filter(({ status }) => status !== 204)
  if (withBody.length === 0) return unchecked('no answer')
  const readable = withBody.filter(({ body }) => body !== undefined).length
  return judge(
    readable === withBody.length,
    `${readable} of ${withBody.length} answers, ${types.map(codeName).join(', ')}`,
    'a URL that leads to the API itself, past gateways and login pages',
  )
}

function userAgent(answers: readonly RawAnswer[]): Finding {
  if (answers.length === 0) return unchecked('no answer')
  const refused = answers.filter(({ status, body }) => [403, 406].includes(status) && body === undefined).length
  return judge(refused === 0, `${refused} of ${answers.length} answers`, 'a firewall rule that lets this client pass')
}

/** What holds for every provider, checked after the provider's own assumptions by the answers to them. */
export const connectionAssumptions = (url: string, answers: readonly RawAnswer[]): readonly Assumption[] => [
  {
    states: 'The provider answers.',
    check: async () => judge(answers.length > 0, `${answers.length} answers`, 'a URL that this machine can reach'),
  },
  { states: 'The connection is encrypted.', check: async () => encryption(url) },
  { states: 'Answers are JSON.', check: async () => json(answers) },
  { states: 'No gateway refuses this client (403 or 406 without JSON).', check: async () => userAgent(answers) },
  {
    states: `The clocks are at most ${MAX_SKEW_SECONDS} s apart.`,
    check: async () => clockSkew(answers, Date.now()),
  },
  { states: '`Retry-After` is a number of seconds or an HTTP date.', check: async () => retryAfter(answers) },
]
