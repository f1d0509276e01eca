/** The answer of `GET /ready`, as it is sent. */
export interface AdminReady {
  readonly status: number
  readonly body: string
}

/** What the worker of the admin listener is started with. */
export interface AdminWorkerData {
  readonly host: string
  readonly port: number
  /** One 64-bit integer: when the event loop of the main thread last turned, by `process.hrtime`, in ns. */
  readonly heartbeat: SharedArrayBuffer
  readonly ready: AdminReady
  readonly metricsType: string
  readonly headers: Readonly<Record<string, string>>
}

/** Messages of the main thread. */
export type ToAdminWorker =
  { readonly kind: 'ready'; readonly ready: AdminReady } | { readonly kind: 'metrics'; readonly text: string }

/** Messages of the worker. */
export type FromAdminWorker =
  | { readonly kind: 'listening'; readonly url: string }
  | { readonly kind: 'failed'; readonly code: string }
  | { readonly kind: 'metrics' }
