import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { NAMED_PEOPLE } from '../../datasources/emulator/people.js'
import type { World } from '../chaos/world.js'

const CUSTOMER = `query Customer($id: ID!) { customer(id: $id) { id kycStatus person { id verificationStatus } } }`
const CUSTOMERS = `query Customers { customers(first: 20) { edges { node { id } } } }`
const PERSONS = `query Persons { persons(first: 20) { edges { node { id status } } } }`
const CREATE = `mutation Create($input: CreatePersonInput!) { createPerson(input: $input) { person { id } } }`
const REFUSED = `query Refused { customer(id: "no-such-customer") { nothing } }`

const people = NAMED_PEOPLE.filter(({ personId }) => personId !== undefined)

/** The input of a new person. */
const personInput = (number: number): object => ({
  isCustomer: true,
  status: 'ACTIVE',
  firstName: `Board${number}`,
  lastName: 'Load',
  idempotencyKey: randomUUID(),
})

/** A connection that sends more header than is read; it is closed. */
function sendLargeHeader(url: string): void {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => undefined)
  socket.end(`GET /graphql HTTP/1.1\r\nhost: board\r\nx-large: ${'x'.repeat(64 * 1024)}\r\n\r\n`)
}

/** What is asked in each round: most of it reads, some writes, and now and then something that is refused. */
async function round(world: World, number: number): Promise<void> {
  const to = world.replicas[number % world.replicas.length]!
  const { customerId } = people[number % people.length]!
  const asked: Promise<unknown>[] = [
    world.query(to, CUSTOMER, { id: customerId }),
    world.query(to, CUSTOMER, { id: people[(number + 1) % people.length]!.customerId }),
  ]
  if (number % 3 === 0) asked.push(world.query(to, CUSTOMERS), world.query(to, PERSONS))
  if (number % 4 === 0) asked.push(world.query(to, CREATE, { input: personInput(number) }))
  if (number % 10 === 0) asked.push(world.query(to, REFUSED), world.query(to, PERSONS, {}, { token: 'none' }))
  if (number % 40 === 0) sendLargeHeader(to.url)
  await Promise.all(asked)
}

/** Puts load on all replicas until the signal. */
export async function load(world: World, signal: AbortSignal): Promise<void> {
  const running = new Set<Promise<void>>()
  for (let number = 0; !signal.aborted; number += 1) {
    const begun = round(world, number).finally(() => running.delete(begun))
    running.add(begun)
    await delay(100)
  }
  await Promise.all(running)
}
