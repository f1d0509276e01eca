/** What a contender is told when it starts. */
export interface Setup {
  readonly stubs: Readonly<Record<string, string>>
  readonly redisUrl: string
  readonly bank: string
}

/** Waits for the setup, and says on which port there is an answer. */
export function contender(start: (setup: Setup) => Promise<number>): void {
  process.once('message', (setup: Setup) => void start(setup).then((port) => process.send!({ port })))
  process.on('disconnect', () => process.exit())
}

/** The names under which the raw server finds in Redis what this server remembers. */
export const rawKeys = {
  verification: (id: string) => `raw:verification:${id}`,
  question: (authorization: string, account: string) => `raw:question:${authorization.slice(-32)}:${account}`,
  entitlements: (bankingCustomerId: string) => `raw:entitlements:${bankingCustomerId}`,
  write: (key: string) => `raw:write:${key}`,
  /** How the cursors of the customers' list end. */
  list: 'raw:list',
}
