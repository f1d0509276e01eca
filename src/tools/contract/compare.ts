import { ExchangeChecker } from './checker.js'
import { readDocument } from './document.js'
import { readSpecification } from './operations.js'
import { readRecording } from './recording.js'
import { type ContractReport, ContractReporter } from './report.js'
import { Validator } from './validator.js'

const PROGRESS_EXCHANGES = 2_000

/** Compares the recorded exchanges with a provider with the specification in a file. */
export function compareRecording({
  folder,
  provider,
  openapi,
  onProgress,
}: {
  readonly folder: string
  readonly provider: string
  readonly openapi: string
  /** Called after every two thousand exchanges. */
  readonly onProgress?: (count: number) => void
}): { readonly title: string; readonly report: ContractReport } {
  const document = readDocument(openapi)
  const specification = readSpecification(document)
  const reporter = new ContractReporter(new ExchangeChecker(specification, new Validator(document)))
  let count = 0
  for (const exchange of readRecording(folder, provider)) {
    reporter.add(exchange)
    count += 1
    if (count % PROGRESS_EXCHANGES === 0) onProgress?.(count)
  }
  return { title: specification.title, report: reporter.report() }
}
