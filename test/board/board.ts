import { readFileSync } from 'node:fs'

const FILE = 'deploy/grafana/kyc-graph.json'

/** One query of a panel. */
export interface Target {
  readonly expr: string
  /** The form of the names of its series, such as `{{class}} {{outcome}}`. */
  readonly legendFormat: string
}

/** A panel, or the title of a row of panels, with its place in a grid of 24 columns. */
export interface Panel {
  readonly type: string
  readonly title: string
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string; readonly max?: number } }
  readonly targets?: readonly Target[]
}

export interface Board {
  readonly schemaVersion: number
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: unknown }[] }
  readonly annotations: { readonly list: readonly { readonly expr: string }[] }
  readonly panels: readonly Panel[]
}

export const readBoard = (): Board => JSON.parse(readFileSync(FILE, 'utf8')) as Board

/** A query of the board as Grafana sends it with all values of each variable. */
export const expanded = (expr: string, rateInterval: string): string =>
  expr.replaceAll('$__rate_interval', rateInterval).replaceAll(/\$(namespace|tenant|instance|provider)\b/g, '.*')
