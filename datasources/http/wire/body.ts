import { isUtf8 } from 'node:buffer'
import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate, inflateRaw, type ZlibOptions } from 'node:zlib'

export const DEFAULT_MAX_RESPONSE_BYTES = 1024 * 1024

/** A body as text, or the reason why it cannot be read. */
export type Body =
  { readonly text: string; readonly unreadable?: undefined } | { readonly text: undefined; readonly unreadable: string }

/** A body of which no more is read. */
export const TOO_LARGE = { text: undefined, unreadable: 'body too large' } as const
const NOT_DECOMPRESSED = { text: undefined, unreadable: 'content-encoding not readable' } as const
const NOT_DECODED = { text: undefined, unreadable: 'charset not readable' } as const

type Decompress = (bytes: Buffer, options: ZlibOptions) => Promise<Buffer>

const fromGzip: Decompress = promisify<Buffer, ZlibOptions, Buffer>(gunzip)
const fromBrotli: Decompress = promisify<Buffer, ZlibOptions, Buffer>(brotliDecompress)
const fromZlib: Decompress = promisify<Buffer, ZlibOptions, Buffer>(inflate)
const fromRawDeflate: Decompress = promisify<Buffer, ZlibOptions, Buffer>(inflateRaw)

/** `deflate` is zlib's format (RFC 9110, 8.4.1.2), but some servers send it raw; the first byte tells which. */
const fromDeflate: Decompress = (bytes, options) =>
  (bytes[0]! & 0x0f) === 8 ? fromZlib(bytes, options) : fromRawDeflate(bytes, options)

const CODINGS: Readonly<Record<string, Decompress>> = {
  gzip: fromGzip,
  'x-gzip': fromGzip,
  br: fromBrotli,
  deflate: fromDeflate,
}

/** More is no honest answer: what is compressed is not compressed again. */
const MAX_CODINGS = 2

/** The codings of a body, the last applied first. */
const codingsOf = (contentEncoding: string): string[] =>
  contentEncoding
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity')
    .reverse()

async function decompress(bytes: Buffer, codings: readonly string[], maxBytes: number): Promise<Buffer | undefined> {
  if (codings.length > MAX_CODINGS) return undefined
  let decoded = bytes
  for (const coding of codings) {
    const method = Object.hasOwn(CODINGS, coding) ? CODINGS[coding] : undefined
    if (method === undefined) return undefined
    decoded = await method(decoded, { maxOutputLength: maxBytes })
  }
  return decoded
}

/** A byte order mark tells the encoding before its label does, as in browsers. */
const MARKS: readonly (readonly [string, readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
]
const markedAs = (bytes: Buffer): string | undefined =>
  MARKS.find(([, mark]) => mark.every((byte, index) => bytes[index] === byte))?.[0]

const CHARSET = /;\s*charset\s*=\s*(?:"([^"]*)"|([^\s;"]+))/i

/** The characters of windows-1252 from 0x80 to 0x9f; the others are those of Latin-1. */
const WINDOWS_1252 =
  '\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178'

/** `TextDecoder` of Node 20 decodes windows-1252, which it takes for every Latin-1 label, as Latin-1 (nodejs/node#56542). */
const decodeWindows1252 = (bytes: Buffer): string =>
  bytes.toString('latin1').replace(/[\x80-\x9f]/g, (char) => WINDOWS_1252[char.charCodeAt(0) - 0x80]!)

/** Decodes text by its byte order mark, else by its label, else as UTF-8 (RFC 8259). Nothing is replaced. */
function decodeText(bytes: Buffer, contentType: string | undefined): Body {
  const [, quoted, plain] = CHARSET.exec(contentType ?? '') ?? []
  const label = (bytes[0]! >= 0xef ? markedAs(bytes) : undefined) ?? (quoted ?? plain ?? 'utf-8').trim().toLowerCase()
  if (label === 'utf-8' || label === 'utf8') {
    if (!isUtf8(bytes)) return NOT_DECODED
    const text = bytes.toString()
    // The mark is not part of the text.
    return { text: text.charCodeAt(0) === 0xfeff ? text.slice(1) : text }
  }
  try {
    const decoder = new TextDecoder(label, { fatal: true })
    return { text: decoder.encoding === 'windows-1252' ? decodeWindows1252(bytes) : decoder.decode(bytes) }
  } catch {
    return NOT_DECODED
  }
}

type Header = (name: string) => string | undefined

/** True when a response declares a body that is larger than the limit. */
export const declaresMore = (contentLength: string | undefined, maxBytes: number): boolean =>
  contentLength !== undefined && Number(contentLength) > maxBytes

/** True for a body that takes more memory decompressed than as it was received. */
export const isCompressed = (header: Header): boolean => codingsOf(header('content-encoding') ?? '').length > 0

/** Reads a received body: decompressed, also when compression was not asked for, and decoded by its charset. */
export function readBody(chunks: readonly Buffer[], header: Header, maxBytes: number): Body | Promise<Body> {
  const bytes = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
  const contentEncoding = header('content-encoding')
  const codings = contentEncoding === undefined || bytes.length === 0 ? [] : codingsOf(contentEncoding)
  if (codings.length === 0) return decodeText(bytes, header('content-type'))
  return decompress(bytes, codings, maxBytes).then(
    (decoded) => (decoded === undefined ? NOT_DECOMPRESSED : decodeText(decoded, header('content-type'))),
    (error: { code?: unknown }) => (error.code === 'ERR_BUFFER_TOO_LARGE' ? TOO_LARGE : NOT_DECOMPRESSED),
  )
}
