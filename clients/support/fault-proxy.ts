import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'

/** Faults in which the server's answer is lost on its way, but not the connection to the client. */
type Spoiled = 'replace' | 'reset' | 'truncate' | 'garble'

/** A fault between a client and the server, for the next `times` operations of this name. */
export interface ProxyFault {
  /**
   * - `drop-answer`: the server answers, and the connection is cut before the client has the answer
   * - `leave`: the connection is cut as soon as the server has the whole request
   * - `drop-request`: the connection is cut before the server has the request
   * - `status`: the client gets this status, and the server does not get the request
   * - `replace`: the server answers, and the client gets this status in place of its answer
   * - `reset`: the client gets the head and half of the body of the server's answer, then a reset
   * - `truncate`: the client gets half of the body as if it were whole
   * - `garble`: the client gets bytes that are not gzip, although the head says so
   */
  readonly fault: 'drop-answer' | 'leave' | 'drop-request' | 'status' | Spoiled
  /** All operations without it. */
  readonly operationName?: string
  readonly times?: number
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** A request that came to the proxy. */
export interface ProxiedRequest {
  /** In ms since the epoch. */
  readonly at: number
  readonly operationName: string | undefined
  readonly idempotencyKey: string | undefined
  readonly accept: string | undefined
  readonly fault: ProxyFault['fault'] | undefined
}

interface OperationBody {
  readonly operationName?: string
  readonly variables?: { readonly input?: { readonly idempotencyKey?: string } }
}

/** Stands between clients and a server at one address, also while the server is away: connections are then cut. */
export interface FaultProxy {
  readonly url: string
  /** Where requests go to; undefined cuts the connections. */
  target: string | undefined
  readonly add: (fault: ProxyFault) => void
  readonly requests: () => readonly ProxiedRequest[]
  /** Forgets faults and requests. */
  readonly clear: () => void
  readonly close: () => void
}

export async function startFaultProxy(): Promise<FaultProxy> {
  let faults: { fault: ProxyFault; left: number }[] = []
  let requests: ProxiedRequest[] = []
  let target: string | undefined

  const nextFault = (operationName: string | undefined): ProxyFault | undefined => {
    const found = faults.find(
      ({ fault, left }) => left > 0 && (fault.operationName === undefined || fault.operationName === operationName),
    )
    if (found) found.left -= 1
    return found?.fault
  }

  const server = createServer((incoming, response) => {
    void readBody(incoming).then((body) => {
      const { operationName, variables } = parsed(body)
      const fault = nextFault(operationName)
      const { idempotencyKey } = variables?.input ?? {}
      const { accept } = incoming.headers
      requests.push({ at: Date.now(), operationName, idempotencyKey, accept, fault: fault?.fault })
      if (fault?.fault === 'status') refuse(fault, response)
      else if (fault?.fault === 'drop-request' || target === undefined) incoming.socket.destroy()
      else forward(incoming, body, response, target, fault)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get target() {
      return target
    },
    set target(url) {
      target = url
    },
    add: (fault) => void faults.push({ fault, left: fault.times ?? 1 }),
    requests: () => requests,
    clear() {
      faults = []
      requests = []
    },
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function parsed(body: Buffer): OperationBody {
  try {
    return JSON.parse(body.toString()) as OperationBody
  } catch {
    return {}
  }
}

/** Answers in the server's place. */
function refuse({ status = 503, headers, body }: ProxyFault, response: ServerResponse): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(typeof body === 'string' ? body : JSON.stringify(body ?? {}))
}

const isSpoiled = (fault: ProxyFault['fault']): fault is Spoiled =>
  ['replace', 'reset', 'truncate', 'garble'].includes(fault)

/** Passes the server's answer on so that the client cannot read it. */
async function spoil(kind: Spoiled, fault: ProxyFault, answer: IncomingMessage, response: ServerResponse) {
  const body = await readBody(answer)
  const half = body.subarray(0, body.length / 2)
  const { 'content-length': _length, 'transfer-encoding': _encoding, ...head } = answer.headers
  if (kind === 'replace') refuse(fault, response)
  else if (kind === 'truncate') response.writeHead(answer.statusCode!, head).end(half)
  else if (kind === 'garble') response.writeHead(answer.statusCode!, { ...head, 'content-encoding': 'gzip' }).end(body)
  else {
    response.writeHead(answer.statusCode!, { ...head, 'content-length': body.length })
    response.write(half, () => response.socket?.resetAndDestroy())
  }
}

function forward(
  incoming: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
  target: string,
  fault: ProxyFault | undefined,
): void {
  const cut = (): void => void incoming.socket.destroy()
  const { method, headers, url } = incoming
  const outgoing = request(target + url, { method, headers }, (answer) => {
    if (fault !== undefined && isSpoiled(fault.fault)) void spoil(fault.fault, fault, answer, response)
    else if (fault !== undefined) answer.resume().once('end', cut)
    else answer.once('error', cut).pipe(response.writeHead(answer.statusCode!, answer.headers))
  })
  outgoing.once('error', cut)
  outgoing.end(body)
  if (fault?.fault === 'leave') outgoing.once('finish', cut)
  response.once('close', () => void (fault === undefined && !response.writableFinished && outgoing.destroy()))
}
