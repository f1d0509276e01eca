import type { ReceivedSpan } from '../otlp.js'
import type { ReceivedOperation } from '../trace-receiver.js'
import { escapeHtml } from './html.js'

const WIDTH = 960
const LABEL = 380
const ROW = 22
const BAR = 14
const INDENT = 14
const MIN_BAR = 2
/** Room for a duration right of its bar. */
const TIME = 70

/** A duration for people. */
export const shownMs = (ms: number): string => `${ms < 10 ? ms.toFixed(2) : ms.toFixed(1)} ms`

/** What a bar stands for, by which it is coloured. */
function kindOf({ attributes }: ReceivedSpan): string {
  if (attributes.has('error.type')) return 'failed'
  if (attributes.has('db.system.name')) return 'redis'
  if (attributes.has('server.address')) return 'request'
  return attributes.has('kyc.wait') ? 'wait' : 'own'
}

/** How deep each span is below the root. */
function depthsOf({ root, spans }: ReceivedOperation): ReadonlyMap<string, number> {
  const byId = new Map(spans.map((span) => [span.spanId, span]))
  const depthOf = ({ spanId, parentId }: ReceivedSpan): number =>
    spanId === root.spanId ? 0 : 1 + depthOf(byId.get(parentId!)!)
  return new Map(spans.map((span) => [span.spanId, depthOf(span)]))
}

/** The spans as a tree is read: each before those below it. */
function ordered({ root, spans }: ReceivedOperation): readonly ReceivedSpan[] {
  const below = (parent: ReceivedSpan): ReceivedSpan[] => [
    parent,
    ...spans.filter(({ parentId, spanId }) => parentId === parent.spanId && spanId !== root.spanId).flatMap(below),
  ]
  return below(root)
}

const noteOf = ({ attributes }: ReceivedSpan): string =>
  [
    attributes.get('kyc.batch.keys') && `${attributes.get('kyc.batch.keys')} keys`,
    attributes.get('kyc.call.shared') === 'true' && 'shared',
    attributes.get('http.request.resend_count') && `retry ${attributes.get('http.request.resend_count')}`,
    attributes.get('http.response.status_code'),
    attributes.get('error.type'),
  ]
    .filter((note, index, notes) => Boolean(note) && notes.indexOf(note) === index)
    .join(', ')

const labelOf = (span: ReceivedSpan): string => [span.name, noteOf(span)].filter(Boolean).join(' · ')

function bar(span: ReceivedSpan, index: number, operation: ReceivedOperation, depth: number): string {
  const { root } = operation
  const end = Math.max(...operation.spans.map(({ startMs, durationMs }) => startMs + durationMs))
  const scale = (WIDTH - LABEL - TIME) / Math.max(0.001, end - root.startMs)
  const x = LABEL + Math.max(0, span.startMs - root.startMs) * scale
  const width = Math.max(MIN_BAR, span.durationMs * scale)
  const y = index * ROW
  return `<text class="label" x="${depth * INDENT}" y="${y + BAR}">${escapeHtml(labelOf(span))}</text>
<rect class="${kindOf(span)}" x="${x.toFixed(1)}" y="${y + 3}" width="${width.toFixed(1)}" height="${BAR}" rx="2"/>
<text class="time" x="${(x + width + 4).toFixed(1)}" y="${y + BAR}">${shownMs(span.durationMs)}</text>`
}

/** The waterfall of an operation: one row for each span, on a common axis of time. A table says the same. */
export function waterfall(operation: ReceivedOperation): string {
  const spans = ordered(operation)
  const depths = depthsOf(operation)
  const bars = spans.map((span, index) => bar(span, index, operation, depths.get(span.spanId)!))
  const id = `w${operation.root.spanId}`
  const rows = spans.map(
    (span) =>
      `<tr><td>${'– '.repeat(depths.get(span.spanId)!)}${escapeHtml(span.name)}</td><td>${shownMs(Math.max(0, span.startMs - operation.root.startMs))}</td><td>${shownMs(span.durationMs)}</td><td>${escapeHtml(noteOf(span))}</td></tr>`,
  )
  return `<svg role="img" aria-labelledby="${id}" viewBox="0 0 ${WIDTH} ${spans.length * ROW}" width="${WIDTH}" height="${spans.length * ROW}">
<title id="${id}">Waterfall of ${escapeHtml(operation.root.name)}, ${shownMs(operation.root.durationMs)}; the table below says the same</title>
${bars.join('\n')}
</svg>
<details><summary>The same as a table</summary><table><thead><tr><th scope="col">span</th><th scope="col">after</th><th scope="col">duration</th><th scope="col">note</th></tr></thead><tbody>${rows.join('')}</tbody></table></details>`
}
