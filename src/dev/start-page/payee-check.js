/* global crypto, document, fetch, FormData, TextDecoderStream */
// The payee check of the start page: the request, then the events of its subscription, each shown as it comes.
const OUTCOME = 'id state nextPollAt account { status nameCheckStatus }'
const CHECK = `mutation CheckPayee($input: VerifyAccountInput!) { verifyAccount(input: $input) { result { ${OUTCOME} } } }`
const UPDATES = `subscription PayeeCheckUpdates($id: ID!) { verificationResult(id: $id) { ${OUTCOME} } }`

const form = document.getElementById('payee-check-form')
const states = document.getElementById('payee-check-states')

const send = (query, variables, accept) =>
  fetch('/graphql', {
    method: 'POST',
    headers: {
      accept,
      'content-type': 'application/json',
      authorization: `Bearer ${document.getElementById('token-ops').value}`,
    },
    body: JSON.stringify({ query, variables }),
  })

function show(text) {
  const row = document.createElement('li')
  row.textContent = text
  states.append(row)
}

/** The data of a result; throws its first error. */
function dataOf({ data, errors }) {
  if (errors) throw new Error(errors[0].message)
  return data
}

const showState = ({ state, account }) =>
  show(account?.nameCheckStatus ? `${state}: ${account.nameCheckStatus}, account ${account.status}` : state)

/** The events of a stream of server-sent events, each as the data of its result. */
async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    text += value
    const whole = text.split('\n\n')
    text = whole.pop()
    for (const event of whole)
      if (/^event: next$/m.test(event)) yield dataOf(JSON.parse(/^data: (.*)$/m.exec(event)[1]))
  }
}

async function check(account) {
  const input = { idempotencyKey: crypto.randomUUID(), types: ['NAME'], account, maxAgeSeconds: 0 }
  const answer = await send(CHECK, { input }, 'application/json')
  const { result } = dataOf(await answer.json()).verifyAccount
  showState(result)
  if (result.nextPollAt === null) return
  const updates = await send(UPDATES, { id: result.id }, 'text/event-stream')
  if (!updates.ok) dataOf(await updates.json())
  for await (const { verificationResult } of events(updates))
    if (verificationResult.state !== 'PENDING') showState(verificationResult)
}

form.addEventListener('submit', (event) => {
  event.preventDefault()
  states.replaceChildren()
  const { account, name } = Object.fromEntries(new FormData(form))
  check({ type: 'PERSONAL', idScheme: 'SCAN', id: account, name }).catch((error) => show(error.message))
})
