import type { Plugin } from '../plugin.js'

/** Says in the answer which values are masked, and which lists had more rows. */
export const responseNotesPlugin: Plugin = {
  willSendResponse({ result, context: { notes } }) {
    if (notes === undefined || !result.data) return
    const said = notes.of(result.data)
    if (Object.keys(said).length > 0) result.extensions = { ...result.extensions, ...said }
  },
}
