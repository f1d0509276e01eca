import { ArrayUnique, IsOptional } from 'class-validator'
import { Arg, Args, ArgsType, Ctx, Field, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql'
import { isReadable } from '../datasources/contract/rows.js'
import { Cost, ListSize, PageSize } from '../schema/cost-weights.js'
import { Customer } from '../schema/customer.js'
import {
  CreatePersonInput,
  CreatePersonPayload,
  Person,
  PersonConnection,
  PersonFilter,
  PersonOrder,
  UpdatePersonInput,
  UpdatePersonPayload,
} from '../schema/person.js'
import {
  PersonVerification,
  PersonVerificationResult,
  VerifyPersonInput,
  VerifyPersonPayload,
} from '../schema/person-verification.js'
import { orOwn, Scopes } from '../schema/scopes.js'
import { PageArgs } from '../schema/shared.js'
import { connection } from './connection.js'
import type { RequestContext } from './context.js'

@ArgsType()
class PersonsArgs extends PageArgs {
  @Field(() => PersonFilter, { nullable: true })
  filter?: PersonFilter | null

  @Field(() => [PersonOrder], {
    nullable: true,
    description: 'First by the first, then by the second, and so on; each field at most once.',
  })
  @IsOptional()
  @ArrayUnique(({ field }: PersonOrder) => field, { message: 'must name each field at most once' })
  orderBy?: PersonOrder[] | null
}

@Resolver(() => Person)
export class PersonResolver {
  @Scopes(orOwn('persons:read'))
  @Cost('shared')
  @Query(() => Person, { nullable: true, description: 'The person with this id, or null. Needs `persons:read`.' })
  person(@Arg('id', () => ID) id: string, @Ctx() { synctera }: RequestContext) {
    return synctera.personById(id)
  }

  @Scopes('persons:read')
  @Cost('call')
  @PageSize()
  @Query(() => PersonConnection, {
    nullable: true,
    description:
      'A page of persons, oldest first unless ordered. Needs `persons:read`; filters on and orders by personal values need `pii:read` too.',
  })
  async persons(@Args(() => PersonsArgs) args: PersonsArgs, @Ctx() { synctera }: RequestContext) {
    return connection(await synctera.personPage(args))
  }

  @Scopes(orOwn('persons:read'))
  @Cost('shared')
  @ListSize({ assumedSize: 6 })
  @FieldResolver(() => [PersonVerificationResult], { nullable: true, description: 'The current result of each check.' })
  verifications(@Root() person: Person, @Ctx() { synctera }: RequestContext) {
    return synctera.verificationsOf(person.id)
  }

  @Scopes(orOwn('customers:read'))
  @Cost('call')
  @ListSize({ assumedSize: 2 })
  @FieldResolver(() => [Customer], {
    nullable: true,
    description: 'The customers that record this person as theirs; one human being may be several.',
  })
  async customers(@Root() person: Person, @Ctx() { obp }: RequestContext) {
    const found = await obp.customersOfPerson(person.id)
    // Each customer is read by its own key too: a caller may see the person and not every customer linked to it.
    if (found === null) return null
    const customers = await Promise.all(
      found.map(async (customer) => (isReadable(customer) ? obp.customerById(customer) : customer)),
    )
    return customers.filter((customer) => customer !== null)
  }

  @Scopes('persons:write')
  @Cost('write')
  @Mutation(() => CreatePersonPayload, {
    nullable: true,
    description: 'Enters a person at Synctera. Needs `persons:write`.',
  })
  createPerson(@Arg('input', () => CreatePersonInput) input: CreatePersonInput, @Ctx() { synctera }: RequestContext) {
    return synctera.createPerson(input)
  }

  @Scopes('persons:write')
  @Cost('write')
  @Mutation(() => UpdatePersonPayload, {
    nullable: true,
    description: 'Changes what is given and leaves the rest. Needs `persons:write`.',
  })
  updatePerson(@Arg('input', () => UpdatePersonInput) input: UpdatePersonInput, @Ctx() { synctera }: RequestContext) {
    return synctera.updatePerson(input)
  }

  @Scopes('persons:write')
  @Cost('dear')
  @Mutation(() => VerifyPersonPayload, {
    nullable: true,
    description:
      "Runs the provider's checks on a person; the outcome may come later (`PENDING`). Needs `persons:write`.",
  })
  verifyPerson(@Arg('input', () => VerifyPersonInput) input: VerifyPersonInput, @Ctx() { synctera }: RequestContext) {
    return synctera.verifyPerson(input)
  }
}

@Resolver(() => PersonVerification)
export class PersonVerificationResolver {
  @Scopes(orOwn('persons:read'))
  @Cost('shared')
  @FieldResolver(() => Person, { nullable: true })
  person(@Root() verification: PersonVerification, @Ctx() { synctera }: RequestContext) {
    return synctera.personById(verification.personId)
  }
}
