import type { Content, DocumentedAnswer, Match, Operation, Parameter } from './operations.js'
import type { RecordedExchange } from './recording.js'
import type { Validator } from './validator.js'
import { typeOf, type Violation, violationsOf } from './violation.js'

const mediaType = (header: unknown): string | undefined =>
  typeof header === 'string' ? header.split(';', 1)[0]!.trim().toLowerCase() : undefined

/** The documented media type that fits: itself, or a range such as `application/*`. */
const mediaOf = (content: Content, type: string | undefined): string | undefined =>
  [type, type?.replace(/\/.*/, '/*'), '*/*'].find((one) => one !== undefined && content.has(one))

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** Compares exchanges with the operations of one document. */
export class ExchangeChecker {
  constructor(private readonly validator: Validator) {}

  request({ url, headers, body }: RecordedExchange, { operation, values }: Match): readonly Violation[] {
    const query = new URLSearchParams(url.split('?', 2)[1] ?? '')
    return [
      ...operation.parameters.flatMap((parameter) => {
        const given =
          parameter.in === 'query'
            ? query.getAll(parameter.name)
            : [parameter.in === 'path' ? values[parameter.name] : headers[parameter.name]].filter(
                (value) => value !== undefined,
              )
        return this.#parameter(operation, 'request', `${parameter.in} ${parameter.name}`, parameter, given)
      }),
      ...this.#undocumentedQuery(operation, query),
      ...this.#body(operation, mediaType(headers['content-type']), body),
    ]
  }

  answer({ status, answerHeaders, answer }: RecordedExchange, { operation }: Match): readonly Violation[] {
    const documented =
      operation.answers.get(String(status)) ??
      operation.answers.get(`${Math.floor(status / 100)}XX`) ??
      operation.answers.get('default')
    if (!documented)
      return [violation(operation, 'answer', String(status), 'undocumented status', 'not in the specification')]
    return [
      ...documented.headers.flatMap((header) => {
        const given = answerHeaders[header.name]
        const texts = typeof given === 'string' || typeof given === 'number' ? [String(given)] : []
        return this.#parameter(operation, 'answer', `${status} header ${header.name}`, header, texts)
      }),
      ...this.#answerBody(operation, String(status), documented, mediaType(answerHeaders['content-type']), answer),
    ]
  }

  #parameter(
    { name: operation }: Operation,
    side: Violation['side'],
    at: string,
    { isRequired, isArray, isExploded, schema }: Parameter,
    given: readonly string[],
  ): readonly Violation[] {
    if (given.length === 0)
      return isRequired ? [{ side, operation, path: at, kind: 'missing parameter', detail: 'absent' }] : []
    if (!isArray && given.length > 1)
      return [{ side, operation, path: at, kind: 'repeated parameter', detail: `${given.length} times` }]
    if (schema === undefined) return []
    const value = isArray ? (isExploded ? given : given.flatMap((text) => text.split(','))) : given[0]!
    return violationsOf(this.validator.text(side, schema, value), { side, operation, at }, '/value')
  }

  #undocumentedQuery(operation: Operation, query: URLSearchParams): readonly Violation[] {
    if (operation.hasOpenQuery) return []
    const known = new Set(operation.parameters.filter((one) => one.in === 'query').map(({ name }) => name))
    return [...new Set(query.keys())]
      .filter((name) => !known.has(name))
      .map((name) =>
        violation(
          operation,
          'request',
          `query ${/^\w{1,64}$/.test(name) ? name : '{}'}`,
          'undocumented parameter',
          'not in the specification',
        ),
      )
  }

  #body(operation: Operation, type: string | undefined, body: unknown): readonly Violation[] {
    const isAbsent = body === undefined || body === null
    const documented = operation.body
    if (documented === undefined)
      return isAbsent ? [] : [violation(operation, 'request', 'body', 'undocumented body', `found ${typeOf(body)}`)]
    if (isAbsent)
      return documented.isRequired ? [violation(operation, 'request', 'body', 'missing body', 'absent')] : []
    const media = mediaOf(documented.content, type)
    if (media === undefined) return [violation(operation, 'request', 'body', 'media type', type ?? 'none')]
    const schema = documented.content.get(media)
    if (schema === undefined) return []
    const errors = this.validator.body('request', schema, body)
    return violationsOf(errors, { side: 'request', operation: operation.name, at: 'body' })
  }

  #answerBody(
    operation: Operation,
    at: string,
    { content }: DocumentedAnswer,
    type: string | undefined,
    text: string,
  ): readonly Violation[] {
    if (text === '') return []
    if (content.size === 0)
      return [violation(operation, 'answer', at, 'undocumented body', `found ${type ?? 'a body'}`)]
    const media = mediaOf(content, type)
    if (media === undefined) return [violation(operation, 'answer', at, 'media type', type ?? 'none')]
    const schema = content.get(media)
    if (schema === undefined || !/json/.test(type!)) return []
    const body = parseJson(text)
    if (body === undefined) return [violation(operation, 'answer', at, 'not JSON', 'found another text')]
    const errors = this.validator.body('answer', schema, body)
    return violationsOf(errors, { side: 'answer', operation: operation.name, at })
  }
}

const violation = (
  { name: operation }: Operation,
  side: Violation['side'],
  path: string,
  kind: string,
  detail: string,
): Violation => ({ side, operation, path, kind, detail })
