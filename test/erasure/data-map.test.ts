import { expect, test } from 'vitest'
import { NAMESPACES, UNSTORED } from '../../datasources/contract/namespaces.js'
import { dataMap } from '../../src/tools/data-map.js'

test('the data map has a row for each name in Redis, of stored values and of all others', () => {
  const named = [...dataMap().matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name]) => name)
  expect(named).toEqual([...Object.keys(NAMESPACES), ...Object.keys(UNSTORED)])
})

test('the data map says where ids of users are kept in clear, and where those of clients', () => {
  const rows = dataMap().split('\n')
  expect(rows.find((row) => row.includes('`SECURITY_LOG`'))).toContain('addresses; ids of users')
  expect(rows.find((row) => row.startsWith('| log, metrics, traces'))).toContain('`kyc.client.id`')
})
