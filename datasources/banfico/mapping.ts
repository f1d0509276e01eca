import type { HolderNameInput } from '../../schema/holder-name.js'
import { lengthOf } from '../../schema/text.js'
import {
  AccountStatus,
  type AccountToVerifyInput,
  AccountVerificationType,
  NameCheckStatus,
  type VerificationResponder,
  type VerificationResult,
  VerificationState,
  type VerifiedAccount,
  type VerifyAccountInput,
} from '../../schema/verification.js'
import { type InvalidFields, invalidInput } from '../contract/errors.js'
import type { ProblemBody } from '../http/provider-errors.js'
import { toInputPath } from '../support/input-path.js'
import { type Drift, textOf, textsOf, toDateTime, toEnum, omitNullish, providerWord } from '../support/mapping.js'
import { nextPollAt, pollSchedule } from '../support/poll-schedule.js'
import {
  answers,
  type ApiVersion,
  type BanficoAccount,
  type BanficoReply,
  type BanficoResponder,
  type Verify,
} from './contract.js'

// ---- provider to graph

/** Words of the name check: Banfico's, and those of the EPC scheme. */
const NAME_WORDS: Readonly<Record<string, NameCheckStatus>> = {
  ...NameCheckStatus,
  MTCH: NameCheckStatus.FULL_MATCH,
  CMTC: NameCheckStatus.PARTIAL_MATCH,
  NMTC: NameCheckStatus.NO_MATCH,
  NOAP: NameCheckStatus.UNABLE_TO_MATCH,
}

/** The items of a list; a value that is no list is its only item, and null has none. */
const itemsOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? (value as unknown[]) : value === undefined || value === null ? [] : [value]

function toAccount(account: BanficoAccount, drift: Drift): VerifiedAccount {
  // One that cannot be read must not lose a check that was paid for.
  const identities = itemsOf(account.identities).flatMap((identity) => {
    if (answers.identity.fits(identity)) return identity
    drift('account.identities')
    return []
  })
  const status = textOf(account.status, 'account.status', drift)
  const nameCheck = textOf(account.nameCheckStatus, 'account.nameCheckStatus', drift)?.trim()
  return {
    accountId: account.id,
    secondaryId: textOf(account.secondaryId, 'account.secondaryId', drift),
    status: toEnum(AccountStatus, status, 'account.status', drift),
    statusRaw: providerWord(status),
    nameCheckStatus: toEnum(NAME_WORDS, nameCheck?.toUpperCase(), 'account.nameCheckStatus', drift),
    nameCheckStatusRaw: providerWord(nameCheck),
    respondedName: textOf(account.respondedName, 'account.respondedName', drift),
    identities: identities.map(({ type, value, status }) => ({ type, value, status })),
  }
}

/** A code of the scheme: a text in v1.0, an object in v1.1. */
const codeOf = (code: unknown): unknown =>
  typeof code === 'object' && code !== null ? (code as { name?: unknown }).name : code

function toResponder(responder: BanficoResponder, drift: Drift): VerificationResponder {
  const codes = [...itemsOf(responder.schemeResponseCodes), ...itemsOf(responder.schemeResponseCode)]
  return {
    scheme: responder.accountVerificationScheme,
    apiVersion: responder.apiVersion ?? null,
    schemeUrl: responder.urlVerificationScheme ?? null,
    responseCodes: [...new Set(textsOf(codes.map(codeOf), 'responder.schemeResponseCodes', drift))],
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

/** The responder, where it can be read: it must not lose a check that was paid for. */
function responderOf(responder: unknown, drift: Drift): VerificationResponder | null {
  if (answers.responder.fits(responder)) return toResponder(responder, drift)
  drift('responder')
  return null
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
    message: textOf(result?.message, 'message', drift),
    account: account && toAccount(account, drift),
    responder: result?.responder != null ? responderOf(result.responder, drift) : null,
    checkedAt: new Date(at).toISOString(),
    fromCache: false,
    nextPollAt: account ? null : nextPollAt(pollSchedule(at, hintSeconds, begunAt), at),
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
    ...(account.holders && name !== undefined && lengthOf(name) > MAX_NAME_LENGTH
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
      id: account.id,
      secondaryId: account.secondaryId,
      holdingEntity: account.holdingEntity && { type: account.holdingEntity.type, value: account.holdingEntity.value },
      identities: account.identities?.length
        ? account.identities.map(({ type, value }) => ({ type, value }))
        : undefined,
    }),
  })
}

/** The body of a verification request; v1.1 has other members for the same. `xRefId` is the id of the exchange. */
export const requestBody = ({ types, initiator, account }: Verify, version: ApiVersion, xRefId: string): object => ({
  data:
    version === '1.1'
      ? omitNullish({ initiator, query: { types, xRefId }, account })
      : { verification: omitNullish({ types, initiator, account }) },
})

// ---- invalid input, by the graph's names

/** The members that an error may name. An example of the reference uses an older name of the scheme. */
const MEMBERS: ReadonlyMap<string, string> = new Map([
  ...[
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
  ].map((name): [string, string] => [name, name]),
  ['schemeName', 'idScheme'],
])

/** The parts of the body above the input's members: `verification` in v1.0, `query` in v1.1. */
const ABOVE = /^data\.(verification\.|query\.)?/

/** The invalid members by the graph's names. Banfico's reasons may repeat a value and are not passed on. */
export function refusedFields(problem: ProblemBody): InvalidFields | undefined {
  const fields = problem.items('errors').flatMap((item) => {
    const path = item.text('path')
    return path
      ? [
          [
            toInputPath(path.replace(ABOVE, ''), MEMBERS) ?? 'input',
            [
              item.text('errorCode') === 'MISSING_FIELD'
                ? 'is required by the provider'
                : 'is not valid to the provider',
            ],
          ] as const,
        ]
      : []
  })
  return fields.length > 0 ? Object.fromEntries<readonly string[]>(fields) : undefined
}
