import 'reflect-metadata'
import { Field, Int, ObjectType, Query, registerEnumType, Resolver } from 'type-graphql'
import { type ErrorCode, ERROR_CODES } from '../datasources/contract/errors.js'
import { Cost, ListSize } from '../schema/cost-weights.js'
import { Authenticated } from '../schema/scopes.js'

const codes = Object.keys(ERROR_CODES) as ErrorCode[]
const ErrorCodeEnum = Object.fromEntries(codes.map((code) => [code, code])) as { readonly [C in ErrorCode]: C }

// Registered here and not in `schema/`: the table of the codes is in `datasources/contract/errors.ts`, to the left of it.
registerEnumType(ErrorCodeEnum, {
  name: 'ErrorCode',
  description:
    'The values of `extensions.code` of an error. Further values may be added: treat an unknown one by its `retryable`.',
  valuesConfig: Object.fromEntries(codes.map((code) => [code, { description: ERROR_CODES[code].meaning }])),
})

@ObjectType({ description: 'What an error code says.' })
export class ErrorCodeInfo {
  @Field(() => ErrorCodeEnum)
  code!: ErrorCode

  @Field(() => String, { description: 'When the code is used.' })
  meaning!: string

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether the same request, unchanged, may succeed later. Null where it depends: `extensions.retryable` of the error always says it.',
  })
  retryable!: boolean | null

  @Field(() => [Int], { description: 'The HTTP statuses of answers with this code; 200 where a field alone fails.' })
  httpStatuses!: readonly number[]
}

/** The one code for which each error says whether it is retryable. */
const DEPENDS: ErrorCode = 'OUTCOME_UNKNOWN'

const ERROR_CODE_INFOS: readonly ErrorCodeInfo[] = codes.map((code) => {
  const { meaning, retryable, httpStatuses } = ERROR_CODES[code]
  return { code, meaning, retryable: code === DEPENDS ? null : retryable, httpStatuses }
})

@Resolver(() => ErrorCodeInfo)
export class ErrorCodeResolver {
  @Authenticated()
  @Cost('shared')
  @ListSize({ assumedSize: ERROR_CODE_INFOS.length })
  @Query(() => [ErrorCodeInfo], { description: 'Every error code of this graph. Needs no scope.' })
  errorCodes(): readonly ErrorCodeInfo[] {
    return ERROR_CODE_INFOS
  }
}
