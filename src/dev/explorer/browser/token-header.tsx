import { pick, useGraphiQL } from '@graphiql/react'
import { useEffect } from 'react'
import { withToken } from './headers.js'
import type { Tokens } from './tokens.js'

/** Keeps the token of the persona among the headers of the tab in front. */
export function TokenHeader({ token, tokens }: { token: string; tokens: Tokens }) {
  const { headerEditor, activeTabIndex } = useGraphiQL(pick('headerEditor', 'activeTabIndex'))
  useEffect(() => {
    if (headerEditor === undefined) return
    const headers = withToken(headerEditor.getValue(), token, Object.values(tokens))
    if (headers !== undefined) headerEditor.setValue(headers)
  }, [headerEditor, activeTabIndex, token, tokens])
  return null
}
