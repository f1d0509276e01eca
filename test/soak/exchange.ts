import type { Exchange } from '../../datasources/emulator/run.js'

/** An exchange of an emulator that was carried out. */
export const exchange = (method: string, url: string, body: object, answer: object, key = 'k'): Exchange => ({
  method,
  url,
  headers: { 'idempotency-key': key },
  body,
  status: 200,
  answerHeaders: {},
  answer: JSON.stringify(answer),
  replaced: false,
  odd: false,
})
