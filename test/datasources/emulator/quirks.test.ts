import fetch from 'node-fetch'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Quirks } from '../../../datasources/emulator/quirks.js'
import { type Emulator, runEmulator } from '../../../datasources/emulator/run.js'

const quirks = new Quirks({ odd: 'An odd answer.', late: 'A late answer.' })
let emulator: Emulator
beforeAll(async () => {
  emulator = await runEmulator(
    {
      quirks,
      settings: () => ({}),
      problem: (status) => ({ body: { status } }),
      routes: (app) => void app.get('/', () => ({ odd: quirks.has('odd') })),
    },
    {},
  )
})
beforeEach(() => emulator.quirks([]))
afterAll(() => emulator.close())

async function post(body: unknown) {
  const response = await fetch(`${emulator.url}/__emulator/quirks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return response.status
}
const listed = async () => (await fetch(`${emulator.url}/__emulator/quirks`)).json()
const on = () => quirks.list().flatMap(({ name, on }) => (on ? [name] : []))

test('the list holds every quirk, what it does and whether it is on', async () => {
  expect(await post({ late: true })).toBe(200)
  expect(await listed()).toEqual({
    quirks: [
      { name: 'odd', description: 'An odd answer.', on: false },
      { name: 'late', description: 'A late answer.', on: true },
    ],
  })
})

test('an object changes the quirks that it names', async () => {
  await post({ odd: true })
  await post({ late: true })
  expect(on()).toEqual(['odd', 'late'])
  await post({ odd: false })
  expect(on()).toEqual(['late'])
})

test('a list switches on the quirks that it names, and no others', async () => {
  await post(['odd'])
  await post(['late'])
  expect(on()).toEqual(['late'])
})

test('the routes see what is on', async () => {
  await post(['odd'])
  expect(await (await fetch(emulator.url)).json()).toEqual({ odd: true })
})

test.each([[{ unheard: true }], [['odd', 'unheard']], [{ odd: 1 }], ['odd'], [null], [{ toString: true }], [[1]]])(
  '%j is refused with 400 and changes nothing',
  async (body) => {
    await post(['late'])
    expect(await post(body)).toBe(400)
    expect(on()).toEqual(['late'])
  },
)

test('quirks stay when calls and faults are cleared', async () => {
  await post(['odd'])
  emulator.clear()
  expect(on()).toEqual(['odd'])
})
