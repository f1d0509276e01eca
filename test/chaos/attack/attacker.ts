import { connect, type Socket } from 'node:net'
import { constants, setPriority } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { type Attack, attacks } from './attacks.js'

// The attacker of the scenario `attack`, a process of its own: what it does to itself must not slow the honest client.

const PAUSE_MS = 20

/** What the attacker is told. */
export interface Job {
  readonly port: number
  /** The address that it comes from; the honest client has another. */
  readonly address: string
  /** The name of the attack. */
  readonly attack: string
  readonly isShort: boolean
  /** Of a client without scopes. */
  readonly token: string
  /** When it ends, in ms since 1970. */
  readonly until: number
}

/** How often each status was answered. */
export type Statuses = Readonly<Record<string, number>>

/** Keeps one connection of an attack open, with all that it sends; a new one follows when it is closed. */
async function strike({ port, address, token, until }: Job, attack: Attack, statuses: Map<string, number>) {
  while (Date.now() < until) {
    const socket: Socket = connect({ port, host: '127.0.0.1', localAddress: address })
    let text = ''
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
    socket.setEncoding('latin1').on('error', () => undefined)
    socket.on('data', (part: string) => (text = (text + part).slice(0, 20_000)))
    for (const part of attack.parts(token)) {
      if (socket.destroyed || Date.now() >= until) break
      socket.write(part)
      await Promise.race([closed, delay(attack.everyMs ?? PAUSE_MS)])
    }
    await Promise.race([closed, delay(Math.max(0, Math.min(2_000, until - Date.now())))])
    socket.destroy()
    for (const [, status = ''] of text.matchAll(/HTTP\/1\.1 (\d+)/g)) {
      // The status of an operation of which each field is refused for want of a scope.
      const seen = status === '200' && text.includes('"code":"FORBIDDEN"') ? '200 FORBIDDEN' : status
      statuses.set(seen, (statuses.get(seen) ?? 0) + 1)
    }
    await delay(PAUSE_MS)
  }
}

async function attack(job: Job): Promise<Statuses> {
  // The honest client's processor is not the attacker's.
  setPriority(constants.priority.PRIORITY_LOW)
  const chosen = attacks(job.isShort).find(({ name }) => name === job.attack)!
  const statuses = new Map<string, number>()
  await Promise.all(Array.from({ length: chosen.connections }, () => strike(job, chosen, statuses)))
  return Object.fromEntries(statuses)
}

process.on('message', (job: Job) => void attack(job).then((statuses) => process.send!(statuses)))
process.on('disconnect', () => process.exit())
