import { setTimeout as delay } from 'node:timers/promises'
import { Inspector } from './inspector.js'

/** What ran for one request. */
export interface Coverage {
  /** Files of ours of which at least one function ran. */
  readonly files: number
  /** Functions of ours that ran, each counted once. */
  readonly functions: number
  /** The largest number of our functions on the call stack at once. */
  readonly depth: number
  /** Files of each watched package of which at least one function ran. */
  readonly packages: Readonly<Record<string, number>>
}

interface Script {
  readonly scriptId: string
  readonly url: string
  readonly functions: readonly {
    readonly ranges: readonly [{ readonly startOffset: number; readonly endOffset: number; readonly count: number }]
  }[]
}

interface Location {
  readonly scriptId: string
  readonly lineNumber: number
  readonly columnNumber?: number
}

interface CoverageOptions {
  /** The inspector's address of the process. */
  readonly inspectorUrl: string
  /** The beginning of our own files' URLs. */
  readonly ours: string
  readonly packages: readonly string[]
}

/** Work that follows a response, such as a batch of audit entries, belongs to the request. */
const SETTLE_MS = 150

/** Measures which functions run in another process. */
export class RequestCoverage {
  readonly #inspector: Inspector
  readonly #options: CoverageOptions

  private constructor(inspector: Inspector, options: CoverageOptions) {
    this.#inspector = inspector
    this.#options = options
  }

  static async attach(options: CoverageOptions): Promise<RequestCoverage> {
    const inspector = await Inspector.connect(options.inspectorUrl)
    await inspector.send('Profiler.enable')
    await inspector.send('Debugger.enable')
    return new RequestCoverage(inspector, options)
  }

  /** Sends a request twice: once for V8's precise coverage, once for the call depth. Warm the process up before. */
  async measure(request: () => Promise<unknown>): Promise<Coverage> {
    const scripts = await this.#scriptsThatRan(request)
    const ours = scripts.filter(({ url }) => url.startsWith(this.#options.ours))
    return {
      files: ours.length,
      functions: ours.reduce((sum, { functions }) => sum + functions.length, 0),
      depth: await this.#depth(ours, request),
      packages: Object.fromEntries(
        this.#options.packages.map((name) => [
          name,
          scripts.filter(({ url }) => url.includes(`/node_modules/${name}/`)).length,
        ]),
      ),
    }
  }

  close(): void {
    this.#inspector.close()
  }

  /** V8's precise coverage of one request, reduced to what ran. */
  async #scriptsThatRan(request: () => Promise<unknown>): Promise<Script[]> {
    await this.#inspector.send('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
    // The first requests after the start run code that V8 has to compile again.
    await request()
    await delay(SETTLE_MS)
    await this.#inspector.send('Profiler.takePreciseCoverage')
    await request()
    await delay(SETTLE_MS)
    const { result } = await this.#inspector.send<{ result: Script[] }>('Profiler.takePreciseCoverage')
    await this.#inspector.send('Profiler.stopPreciseCoverage')
    return result
      .map((script) => ({ ...script, functions: script.functions.filter(({ ranges: [whole] }) => whole.count > 0) }))
      .filter(({ functions }) => functions.length > 0)
  }

  /** Exact: a breakpoint at the entry of each function that ran, where the whole call stack is read. */
  async #depth(scripts: readonly Script[], request: () => Promise<unknown>): Promise<number> {
    const inspector = this.#inspector
    let depth = 0
    const ids = new Set(scripts.map(({ scriptId }) => scriptId))
    inspector.on<{ callFrames: readonly { location: Location }[] }>('Debugger.paused', ({ callFrames }) => {
      depth = Math.max(depth, callFrames.filter(({ location }) => ids.has(location.scriptId)).length)
      void inspector.send('Debugger.resume')
    })
    const breakpoints: string[] = []
    for (const script of scripts) {
      for (const location of await this.#entries(script)) {
        const { breakpointId } = await inspector.send<{ breakpointId: string }>('Debugger.setBreakpoint', { location })
        breakpoints.push(breakpointId)
      }
    }
    await request()
    await delay(SETTLE_MS)
    for (const breakpointId of breakpoints) await inspector.send('Debugger.removeBreakpoint', { breakpointId })
    return depth
  }

  /** Where the functions of a script begin: the first place in each at which V8 can stop. */
  async #entries({ scriptId, functions }: Script): Promise<Location[]> {
    const { scriptSource } = await this.#inspector.send<{ scriptSource: string }>('Debugger.getScriptSource', {
      scriptId,
    })
    const locationOf = (offset: number): Location => {
      const before = scriptSource.slice(0, offset)
      const lineNumber = before.split('\n').length - 1
      return { scriptId, lineNumber, columnNumber: offset - (before.lastIndexOf('\n') + 1) }
    }
    const entries = new Map<string, Location>()
    for (const { ranges } of functions) {
      const [{ startOffset, endOffset }] = ranges
      const { locations } = await this.#inspector.send<{ locations: readonly Location[] }>(
        'Debugger.getPossibleBreakpoints',
        { start: locationOf(startOffset), end: locationOf(endOffset) },
      )
      const [first] = locations
      if (first) entries.set(`${first.lineNumber}:${first.columnNumber}`, { ...first, scriptId })
    }
    return [...entries.values()]
  }
}
