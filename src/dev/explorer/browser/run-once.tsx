import { pick, useGraphiQL, useGraphiQLActions } from '@graphiql/react'
import { useEffect, useRef } from 'react'

/** Runs the query that an address asked for, once the editors hold it. */
export function RunOnce({ name }: { name: string }) {
  const actions = useGraphiQLActions()
  const state = useGraphiQL(pick('operationName', 'headerEditor', 'variableEditor', 'responseEditor'))
  const hasRun = useRef(false)
  const { operationName, headerEditor, variableEditor, responseEditor } = state
  useEffect(() => {
    if (hasRun.current || operationName !== name || !headerEditor || !variableEditor || !responseEditor) return
    hasRun.current = true
    actions.run()
  }, [name, operationName, headerEditor, variableEditor, responseEditor, actions])
  return null
}
