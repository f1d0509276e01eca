import fetch from 'node-fetch'
import type { App } from './app.js'

/** The releases of the server that were run, as the emulator's control names them. */
export const RUN_RELEASES = ['2023-04', '2024-10'] as const

/** Sends a request to a control of the Open Bank Project's emulator. */
export async function control(app: App, path: string, body: object): Promise<void> {
  const answer = await fetch(`${app.emulators.obp.url}/__emulator/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`the emulator answers ${answer.status}`)
}

/** Logs in as the service user at the same consumer, as another client with the same login does; answers the token. */
export async function logInBeside({ emulators }: App): Promise<string> {
  const { OBP_URL: url, OBP_USERNAME: username, OBP_PASSWORD: password, OBP_CONSUMER_KEY: key } = emulators.obp.settings
  const login = await fetch(`${url}/my/logins/direct`, {
    method: 'POST',
    headers: { authorization: `DirectLogin username="${username}",password="${password}",consumer_key="${key}"` },
  })
  return ((await login.json()) as { token: string }).token
}

/** The answer's body says that another login has ended the token. */
const isEnded = (text: string): boolean => text.includes('OBP-20003')

/**
 * Writes to the Open Bank Project's emulator directly, as other clients of the provider do. Where a login ends the older
 * token, this logs in once more.
 */
export async function besideTheGraph(
  app: App,
): Promise<(method: string, path: string, body?: object) => Promise<{ status: number; body: any }>> {
  const url = app.emulators.obp.settings['OBP_URL']
  let token = await logInBeside(app)
  return async (method, path, body) => {
    const send = () =>
      fetch(`${url}/obp/v4.0.0${path}`, {
        method,
        headers: {
          authorization: `DirectLogin token="${token}"`,
          ...(body ? { 'content-type': 'application/json' } : {}),
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
      })
    let answer = await send()
    let text = await answer.text()
    if (isEnded(text)) {
      token = await logInBeside(app)
      answer = await send()
      text = await answer.text()
    }
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) }
  }
}
