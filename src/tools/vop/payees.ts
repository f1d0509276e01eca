import { closeSync, createReadStream, openSync, readSync } from 'node:fs'
import { parse } from 'csv-parse'
import type { AccountToVerifyInput } from '../../../schema/operations/index.js'
import { lengthOf, plainAccountId, textFault } from '../../../schema/text.js'
import { UsageError } from './arguments.js'

/** A row of the file; `problems` say what is wrong with it and hold no value of it. */
export interface Payee {
  /** The line on which the row ends. */
  readonly line: number
  readonly cells: readonly string[]
  readonly account: AccountToVerifyInput | undefined
  readonly problems: readonly string[]
}

/** Columns by their names in lower case, without what separates words. */
const COLUMNS = ['iban', 'sortcode', 'accountnumber', 'name', 'type', 'bic', 'secondaryid'] as const
type Column = (typeof COLUMNS)[number]

const DELIMITER_NAMES: Readonly<Record<string, string>> = { ';': 'semicolon', '\t': 'tab', '|': 'vertical bar' }

const MAX_NAME_LENGTH = 150
const MAX_SECONDARY_ID_LENGTH = 255
/** A quotation mark that is not closed must not read the whole file into one row. */
const MAX_RECORD_BYTES = 65_536

const IBAN = /^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$/
const BIC = /^[A-Z0-9]{8}([A-Z0-9]{3})?$/

const isColumn = (name: string): name is Column => (COLUMNS as readonly string[]).includes(name)

/** What the columns of a header seem to be separated by, where it is read as one. */
function otherDelimiter([title, ...others]: readonly string[]): string {
  if (title === undefined || others.length > 0) return ''
  const found = [';', '\t', '|'].find((delimiter) => title.includes(delimiter))
  return found === undefined ? '' : `; if a ${DELIMITER_NAMES[found]} separates its columns, use --delimiter`
}

/** The columns that are read, by position; throws a `UsageError`. */
function columnsOf(header: readonly string[]): ReadonlyMap<Column, number> {
  const found = new Map<Column, number>()
  for (const [index, title] of header.entries()) {
    const name = title.toLowerCase().replace(/[\s_-]/g, '')
    if (!isColumn(name)) continue
    if (found.has(name)) throw new UsageError(`line 1: two columns are named ${name}`)
    found.set(name, index)
  }
  if (!found.has('iban') && !(found.has('sortcode') && found.has('accountnumber')))
    throw new UsageError(
      `line 1: the header must have the column iban, or sort code and account number${otherDelimiter(header)}`,
    )
  return found
}

type Get = (column: Column) => string

/** The account id of a row: an IBAN, or a sort code with an account number. */
function idOf(get: Get, problems: string[]): Pick<AccountToVerifyInput, 'idScheme' | 'id'> {
  const iban = plainAccountId('IBAN', get('iban'))
  if (iban !== '') {
    if (!IBAN.test(iban)) problems.push('iban must be two letters, two digits, then 11 to 30 letters and digits')
    return { idScheme: 'IBAN', id: iban }
  }
  const [sortCode, number] = [get('sortcode'), get('accountnumber')].map((text) => plainAccountId('SCAN', text))
  if (sortCode === '' && number === '') problems.push('iban, or sort code and account number, is required')
  else if (!/^\d{6}$/.test(sortCode!) || !/^\d{8}$/.test(number!))
    problems.push('sort code must have 6 digits and account number 8')
  return { idScheme: 'SCAN', id: `${sortCode}${number}` }
}

/** The rules of the server that a name breaks. */
function nameProblems(name: string, needsName: boolean): string[] {
  if (name === '') return needsName ? ['name is required'] : []
  const fault = textFault('line', name)
  return [
    ...(lengthOf(name) > MAX_NAME_LENGTH ? [`name must have at most ${MAX_NAME_LENGTH} characters`] : []),
    ...(fault === undefined ? [] : [`name ${fault}`]),
    ...(fault === undefined && !/[\p{L}\p{N}]/u.test(name) ? ['name must hold a name'] : []),
  ]
}

function secondaryIdProblems(secondaryId: string): string[] {
  const fault = textFault('identifier', secondaryId)
  return [
    ...(lengthOf(secondaryId) > MAX_SECONDARY_ID_LENGTH
      ? [`secondary id must have at most ${MAX_SECONDARY_ID_LENGTH} characters`]
      : []),
    ...(fault === undefined ? [] : [`secondary id ${fault}`]),
  ]
}

/** The character that stands for bytes which are no UTF-8. */
const REPLACEMENT = '\uFFFD'

/** The account of a row, and what is wrong with it. */
function readRow(
  cells: readonly string[],
  columns: ReadonlyMap<Column, number>,
  needsName: boolean,
): Pick<Payee, 'account' | 'problems'> {
  if (cells.some((cell) => cell.includes(REPLACEMENT)))
    return { account: undefined, problems: ['the row is not UTF-8'] }
  const problems: string[] = []
  const get: Get = (column) => cells[columns.get(column) ?? -1]?.trim() ?? ''
  const id = idOf(get, problems)
  const name = get('name')
  problems.push(...nameProblems(name, needsName))
  const type = get('type').toUpperCase()
  if (!['', 'PERSONAL', 'BUSINESS'].includes(type)) problems.push('type must be PERSONAL or BUSINESS')
  const bic = get('bic').toUpperCase()
  if (bic !== '' && !BIC.test(bic)) problems.push('bic must have 8 or 11 letters and digits')
  const secondaryId = get('secondaryid')
  problems.push(...secondaryIdProblems(secondaryId))
  const account = {
    ...id,
    ...(name === '' ? {} : { name }),
    ...(type === '' ? {} : { type: type as 'PERSONAL' | 'BUSINESS' }),
    ...(bic === '' ? {} : { holdingEntity: { type: 'BICFI', value: bic } }),
    ...(secondaryId === '' ? {} : { secondaryId }),
  }
  return { account: problems.length === 0 ? account : undefined, problems }
}

/** What the parser finds wrong, by its code; its own messages may hold a cell. */
const FAULTS: Readonly<Record<string, string>> = {
  CSV_MAX_RECORD_SIZE: 'the row is too long, or a quotation mark is not closed',
  CSV_QUOTE_NOT_CLOSED: 'a quotation mark is not closed',
}

interface Parsed {
  readonly record: readonly string[]
  readonly info: { readonly lines: number }
}

/** The records of a file, one at a time, each with the line on which it ends. */
async function* records(file: string, delimiter: string): AsyncGenerator<Parsed> {
  const parser = parse({
    bom: true,
    delimiter,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAX_RECORD_BYTES,
  })
  const input = createReadStream(file)
  input.once('error', (error) => parser.destroy(error))
  try {
    for await (const parsed of input.pipe(parser)) yield parsed as Parsed
  } catch (error) {
    const { lines, code = '' } = error as { readonly lines?: number; readonly code?: string }
    if (lines === undefined) throw new UsageError('The file of payees cannot be read.')
    const fault = FAULTS[code] ?? 'quotation marks within a cell must be doubled'
    throw new UsageError(`line ${lines}: not valid CSV: ${fault}`)
  } finally {
    input.destroy()
  }
}

/** The byte order marks of UTF-8 and UTF-16. */
const MARKS = [Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from([0xff, 0xfe])]

/** A file of payees, read as a stream. */
export class PayeeFile {
  constructor(
    private readonly file: string,
    private readonly delimiter: string,
    private readonly needsName: boolean,
  ) {}

  /** The titles of the columns. */
  async header(): Promise<readonly string[]> {
    for await (const { record } of records(this.file, this.delimiter)) return record
    throw new UsageError('line 1: the file is empty')
  }

  /** True of a file with a byte order mark, as spreadsheets write it: they read UTF-8 by it. */
  get isMarked(): boolean {
    const file = openSync(this.file, 'r')
    try {
      const beginning = Buffer.alloc(3)
      const length = readSync(file, beginning)
      return MARKS.some((mark) => beginning.subarray(0, length).indexOf(mark) === 0)
    } finally {
      closeSync(file)
    }
  }

  async *rows(): AsyncGenerator<Payee> {
    let columns: ReadonlyMap<Column, number> | undefined
    let width = 0
    for await (const { record: cells, info } of records(this.file, this.delimiter)) {
      if (columns === undefined) {
        columns = columnsOf(cells)
        width = cells.length
        continue
      }
      const line = info.lines
      if (cells.length === width) yield { line, cells, ...readRow(cells, columns, this.needsName) }
      else yield { line, cells, account: undefined, problems: [`the row must have ${width} cells, as the header has`] }
    }
  }
}
