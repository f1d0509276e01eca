import type { OperationTrace } from '../../datasources/contract/trace.js'
import { inSpan } from '../../datasources/support/operation-trace.js'
import type { RawCommands, RawStore } from './raw-store.js'

/** A raw store whose commands are recorded as spans below a trace: their names, and neither keys nor values. */
export const tracedRaw = (raw: RawStore, commands: RawCommands, trace: OperationTrace): RawStore => ({
  ...raw,
  read: (name) => inSpan(trace, 'command', commands.read, () => raw.read(name)),
  get: (name) => inSpan(trace, 'command', commands.get, () => raw.get(name)),
  set: (...args) => inSpan(trace, 'command', commands.set, () => raw.set(...args)),
  compareAndSwap: (...args) => inSpan(trace, 'command', commands.compareAndSwap, () => raw.compareAndSwap(...args)),
  compareAndSwapAll: (swap) => inSpan(trace, 'command', commands.compareAndSwapAll, () => raw.compareAndSwapAll(swap)),
})
