import {
  AccountIdScheme,
  AccountStatus,
  AccountVerificationType,
  compactId,
  NameCheckStatus,
  type VerificationResponder,
  type VerificationResult,
  VerificationState,
  type VerifiedAccount,
  type VerifyAccountInput,
} from '../../schema/verification.js'
import { type InvalidFields, invalidInput } from '../contract/errors.js'
import { type Drift, toDateTime, toEnum, omitNullish } from '../support/mapping.js'
import { nextPollAt, pollSchedule } from '../support/poll-schedule.js'
import type { Answered, BanficoAccount, BanficoProblem, BanficoResponder, Verify } from './contract.js'

// ---- what Banfico says, in the graph's words

function toAccount(account: BanficoAccount, drift: Drift): VerifiedAccount {
  const identities = account.identities ?? []
  return {
    id: account.id,
    secondaryId: account.secondaryId ?? null,
    status: toEnum(AccountStatus, account.status, 'account.status', drift),
    nameCheckStatus: toEnum(NameCheckStatus, account.nameCheckStatus, 'account.nameCheckStatus', drift),
    respondedName: account.respondedName ?? null,
    identities: (Array.isArray(identities) ? identities : [identities]).map(({ type, value, status }) => ({
      type,
      value,
      status,
    })),
  }
}

function toResponder(responder: BanficoResponder, drift: Drift): VerificationResponder {
  const codes = [...(responder.schemeResponseCodes ?? []), ...(responder.schemeResponseCode ?? [])]
  return {
    scheme: responder.accountVerificationScheme,
    apiVersion: responder.apiVersion ?? null,
    schemeUrl: responder.urlVerificationScheme ?? null,
    responseCodes: [...new Set(codes.map((code) => (typeof code === 'string' ? code : code.name)))],
    receivedAt: toDateTime(responder.receivedTime, 'responder.receivedTime', drift),
    data: responder.data ?? null,
    entity: responder.entity
      ? {
          idType: responder.entity.idType,
          idValue: responder.entity.idValue,
          reference: responder.entity.reference ?? null,
        }
      : null,
  }
}

/** An answer as a result; without an account it is no answer yet, whatever its status was. `begunAt` is when the verification was. */
export function toResult(
  id: string,
  { accepted, result, at, hintSeconds }: Answered,
  drift: Drift,
  begunAt = at,
): VerificationResult {
  const account = accepted ? null : (result?.account ?? null)
  return {
    id,
    state: account ? VerificationState.COMPLETED : VerificationState.PENDING,
    message: result?.message ?? null,
    account: account && toAccount(account, drift),
    responder: result?.responder ? toResponder(result.responder, drift) : null,
    checkedAt: new Date(at).toISOString(),
    fromCache: false,
    nextPollAt: account ? null : nextPollAt(pollSchedule(at, hintSeconds, begunAt)),
  }
}

/** What may be kept of a result: the scheme's own answer, which can hold anything, may not. */
export const keepable = (result: VerificationResult): VerificationResult => ({
  ...result,
  responder: result.responder && { ...result.responder, data: null },
})

// ---- what the graph is asked, in Banfico's words

/** Rules that span the input's parts, which no part can check by itself. */
function missing({ types, account }: VerifyAccountInput): InvalidFields {
  const asks = (type: AccountVerificationType) => types.includes(type)
  return {
    ...(asks(AccountVerificationType.NAME) && account.name == null
      ? { 'input.account.name': ['is required to verify NAME'] }
      : {}),
    ...(asks(AccountVerificationType.ID) && !account.identities?.length
      ? { 'input.account.identities': ['is required to verify ID'] }
      : {}),
  }
}

export function toVerify(input: VerifyAccountInput): Verify {
  const fields = missing(input)
  if (Object.keys(fields).length > 0) throw invalidInput(fields)
  const { types, account, initiator } = input
  return omitNullish({
    types: [...types],
    initiator:
      initiator &&
      omitNullish({ idType: initiator.idType, idValue: initiator.idValue, reference: initiator.reference }),
    account: omitNullish({
      type: account.type,
      name: account.name,
      idScheme: account.idScheme,
      id: account.idScheme === AccountIdScheme.IBAN ? compactId(account.id) : account.id,
      secondaryId: account.secondaryId,
      holdingEntity: account.holdingEntity && { type: account.holdingEntity.type, value: account.holdingEntity.value },
      identities: account.identities?.length
        ? account.identities.map(({ type, value }) => ({ type, value }))
        : undefined,
    }),
  })
}

// ---- what Banfico refuses, by the graph's names

/** The members a refusal may name. The reference's own example calls the scheme by an older name. */
const MEMBERS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [
      'types',
      'initiator',
      'idType',
      'idValue',
      'reference',
      'account',
      'type',
      'name',
      'idScheme',
      'id',
      'secondaryId',
      'holdingEntity',
      'value',
      'identities',
    ].map((name) => [name, name]),
  ),
  schemeName: 'idScheme',
}

/** `data.verification.account.identities[0].value` as `input.account.identities[0].value`, as far as its names are known. */
function inputPath(path: string): string {
  const [, rest] = /^data\.verification\.(.*)$/.exec(path) ?? []
  const names = ['input']
  for (const part of rest?.split('.') ?? []) {
    const [, name, index = ''] = /^(\w+)(\[\d{1,3}\])?$/.exec(part) ?? []
    if (name === undefined || !Object.hasOwn(MEMBERS, name)) break
    names.push(MEMBERS[name]! + index)
  }
  return names.join('.')
}

/** Members by the graph's names; the provider's reasons may repeat a value, so they are not passed on. */
export function refusedFields({ errors }: BanficoProblem): InvalidFields | undefined {
  const fields = (errors ?? []).flatMap(({ path, errorCode }) =>
    path
      ? [
          [
            inputPath(path),
            [errorCode === 'MISSING_FIELD' ? 'is required by the provider' : 'is not valid to the provider'],
          ] as const,
        ]
      : [],
  )
  return fields.length > 0 ? Object.fromEntries<readonly string[]>(fields) : undefined
}
