import { ExchangeChecker } from './checker.js'
import { readDocument } from './document.js'
import { readSpecification } from './operations.js'
import { readRecording } from './recording.js'
import { type ContractReport, ContractReporter } from './report.js'
import { type ComparedDocument, Routes } from './routes.js'
import { Validator } from './validator.js'

const PROGRESS_EXCHANGES = 2_000

function comparedDocument(path: string): ComparedDocument {
  const document = readDocument(path)
  return { specification: readSpecification(document), checker: new ExchangeChecker(new Validator(document)) }
}

/** Compares the recorded exchanges with a provider with the documents that describe it; of two that describe one operation the first counts. */
export function compareRecording({
  folder,
  provider,
  openapi,
  onProgress,
}: {
  readonly folder: string
  readonly provider: string
  readonly openapi: readonly string[]
  /** Called after every two thousand exchanges. */
  readonly onProgress?: (count: number) => void
}): { readonly titles: readonly string[]; readonly report: ContractReport } {
  const documents = openapi.map(comparedDocument)
  const reporter = new ContractReporter(new Routes(documents))
  let count = 0
  for (const exchange of readRecording(folder, provider)) {
    reporter.add(exchange)
    count += 1
    if (count % PROGRESS_EXCHANGES === 0) onProgress?.(count)
  }
  return { titles: documents.map(({ specification }) => specification.title), report: reporter.report() }
}
