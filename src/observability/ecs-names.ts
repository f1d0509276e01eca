/** Names of the Elastic Common Schema (ECS) for members of a line of the log. */
const NAMES: Readonly<Record<string, string>> = {
  correlationId: 'http.request.id',
  interactionId: 'kyc.interaction.id',
  traceId: 'trace.id',
  tenant: 'organization.id',
  client: 'kyc.client.id',
  action: 'event.action',
  outcome: 'event.outcome',
  nanoseconds: 'event.duration',
  cause: 'error.type',
  kind: 'error.type',
  code: 'error.code',
  codes: 'error.code',
  at: 'error.stack_trace',
  method: 'http.request.method',
  status: 'http.response.status_code',
  url: 'url.full',
}

/** What ECS has no name for is below `kyc`. */
const nameOf = (member: string): string => NAMES[member] ?? `kyc.${member}`

/** The members of a line by the names of ECS. Without another trace its correlation id is its trace id. */
export function ecsFields(members: Record<string, unknown>): Record<string, unknown> {
  const fields: Record<string, unknown> = {}
  for (const member in members) fields[nameOf(member)] = members[member]
  const frames = members['at']
  if (Array.isArray(frames)) fields['error.stack_trace'] = frames.join('\n')
  if (members['correlationId'] !== undefined) fields['trace.id'] ??= members['correlationId']
  return fields
}
