/** Holds what waits for `opened` until the test calls `open`: a test decides by order what it would else decide by delays. */
export interface Gate {
  readonly opened: Promise<void>
  readonly open: () => void
}

export function createGate(): Gate {
  let open = (): void => undefined
  const opened = new Promise<void>((resolve) => (open = resolve))
  return { opened, open }
}
