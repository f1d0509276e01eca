import { expect, test } from 'vitest'
import { Dependencies } from '../../src/observability/dependencies.js'
import { createLog } from '../../src/observability/log.js'

const NO_METRICS = { awaited: () => undefined, depended: () => undefined, forgotten: () => undefined }

function world() {
  const lines: string[] = []
  const log = createLog('warn', {
    write(line) {
      const { 'kyc.dependency': dependency, 'error.type': cause, message } = JSON.parse(line) as Record<string, string>
      lines.push([dependency, cause, message].filter(Boolean).join(': '))
    },
  })
  return { lines, dependencies: new Dependencies(log, NO_METRICS) }
}

test('a failure whose cause alternates is logged once for each cause, and again after it has ended', () => {
  const { lines, dependencies } = world()
  for (let i = 0; i < 10; i += 1) for (const cause of ['EPIPE', 'UNREACHABLE']) dependencies.report('store', cause)
  const failures = ['store: EPIPE: dependency is not usable', 'store: UNREACHABLE: dependency is not usable']
  expect(lines).toEqual(failures)
  expect(dependencies.unusable).toMatchObject({ store: 'UNREACHABLE' })
  dependencies.report('store', undefined)
  dependencies.report('store', 'EPIPE')
  expect(lines).toEqual([...failures, 'store: dependency is usable again', failures[0]])
})

test('a failure that is not needed yet is told again once it is', () => {
  const { lines, dependencies } = world()
  for (const isUsable of [true, true, false, true, false]) dependencies.report('issuer', 'TIMEOUT', isUsable)
  expect(lines).toEqual([
    'issuer: TIMEOUT: dependency fails and is not needed yet',
    'issuer: TIMEOUT: dependency is not usable',
  ])
})
