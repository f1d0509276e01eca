import 'reflect-metadata'
import { Field, Int, ObjectType, Query, registerEnumType, Resolver } from 'type-graphql'
import { type ErrorCode, ERROR_CODES } from '../datasources/contract/error-codes.js'
import { Cost, ListSize } from '../schema/cost-classes.js'
import { Authenticated } from '../schema/scopes.js'

const codes = Object.keys(ERROR_CODES) as ErrorCode[]
const ErrorCodeEnum = Object.fromEntries(codes.map((code) => [code, code])) as { readonly [C in ErrorCode]: C }

// Registered here and not in `schema/`: the table of the codes is in `datasources/contract/error-codes.ts`, to the left of it.
registerEnumType(ErrorCodeEnum, {
  name: 'ErrorCode',
  description:
    'The values of `extensions.code` of an error. New values may be added: decide by `extensions.retryable` for an unknown one.',
  valuesConfig: Object.fromEntries(codes.map((code) => [code, { description: ERROR_CODES[code].meaning }])),
})

@ObjectType({ description: 'The meaning of an error code.' })
class ErrorCodeInfo {
  @Field(() => ErrorCodeEnum, { description: 'The code, as in `extensions.code`.' })
  code!: ErrorCode

  @Field(() => String, { description: 'The situation in which the code is used.' })
  meaning!: string

  @Field(() => Boolean, {
    nullable: true,
    description:
      'True when the same request may succeed later without a change. Null when it depends on the case: `extensions.retryable` of the error states it.',
  })
  retryable!: boolean | null

  @Field(() => [Int], { description: 'The HTTP statuses of responses with this code; 200 when only a field fails.' })
  httpStatuses!: readonly number[]
}

/** The codes of which each error says by itself whether it is retryable. */
const DEPENDS: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['OUTCOME_UNKNOWN'])

const ERROR_CODE_INFOS: readonly ErrorCodeInfo[] = codes.map((code) => {
  const { meaning, retryable, httpStatuses } = ERROR_CODES[code]
  return { code, meaning, retryable: DEPENDS.has(code) ? null : retryable, httpStatuses }
})

@Resolver(() => ErrorCodeInfo)
export class ErrorCodeResolver {
  @Authenticated()
  @Cost('shared')
  @ListSize({ assumedSize: ERROR_CODE_INFOS.length })
  @Query(() => [ErrorCodeInfo], { description: 'All error codes of this graph. Requires a valid token and no scope.' })
  errorCodes(): readonly ErrorCodeInfo[] {
    return ERROR_CODE_INFOS
  }
}
