import type { HolderNameInput } from '../../schema/holder-name.js'
import {
  AccountIdScheme,
  AccountStatus,
  type AccountToVerifyInput,
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
import { type Drift, toDateTime, toEnum, omitNullish, providerWord } from '../support/mapping.js'
import { nextPollAt, pollSchedule } from '../support/poll-schedule.js'
import type { BanficoAccount, BanficoProblem, BanficoReply, BanficoResponder, Verify } from './contract.js'

// ---- provider to graph

function toAccount(account: BanficoAccount, drift: Drift): VerifiedAccount {
  const identities = account.identities ?? []
  return {
    accountId: account.id,
    secondaryId: account.secondaryId ?? null,
    status: toEnum(AccountStatus, account.status, 'account.status', drift),
    statusRaw: providerWord(account.status),
    nameCheckStatus: toEnum(NameCheckStatus, account.nameCheckStatus, 'account.nameCheckStatus', drift),
    nameCheckStatusRaw: providerWord(account.nameCheckStatus),
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

/** Maps a reply. Without an account the result is pending, whatever the status is. `begunAt` is the start of the verification. */
export function toResult(
  id: string,
  { accepted, result, at, hintSeconds }: BanficoReply,
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

// ---- graph to provider

/** The maximum length of all names together. */
const MAX_NAME_LENGTH = 150

/** A holder in the provider's form: `Last,First,Middle,Honorific`, or `,,,Full Name`. */
const holderText = ({ fullName, parts }: HolderNameInput): string =>
  parts
    ? [parts.lastName, parts.firstName, parts.middleName ?? '', parts.honorific ?? '']
        .map((part) => part.trim())
        .join(',')
        .replace(/,+$/, '')
    : `,,,${fullName!.trim()}`

const nameOf = ({ name, holders }: AccountToVerifyInput): string | undefined =>
  name ?? holders?.map(holderText).join(';') ?? undefined

/** The members that break a rule that spans several members of the input. */
function invalidFields({ types, account }: VerifyAccountInput, name: string | undefined): InvalidFields {
  const asks = (type: AccountVerificationType) => types.includes(type)
  return {
    ...(asks(AccountVerificationType.NAME) && name === undefined
      ? { 'input.account.name': ['is required to verify NAME'] }
      : {}),
    ...(account.holders && name !== undefined && name.length > MAX_NAME_LENGTH
      ? { 'input.account.holders': [`must have at most ${MAX_NAME_LENGTH} characters in all`] }
      : {}),
    ...(asks(AccountVerificationType.ID) && !account.identities?.length
      ? { 'input.account.identities': ['is required to verify ID'] }
      : {}),
  }
}

export function toVerify(input: VerifyAccountInput): Verify {
  const { types, account, initiator } = input
  const name = nameOf(account)
  const fields = invalidFields(input, name)
  if (Object.keys(fields).length > 0) throw invalidInput(fields)
  return omitNullish({
    types: [...types],
    initiator:
      initiator &&
      omitNullish({ idType: initiator.idType, idValue: initiator.idValue, reference: initiator.reference }),
    account: omitNullish({
      type: account.type,
      name,
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

// ---- invalid input, by the graph's names

/** The members that an error may name. An example of the reference uses an older name of the scheme. */
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

/** Maps `data.verification.account.identities[0].value` to `input.account.identities[0].value`, up to the first unknown name. */
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

/** The invalid members by the graph's names. Banfico's reasons may repeat a value and are not passed on. */
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
