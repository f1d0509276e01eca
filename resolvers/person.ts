import { ArrayUnique, IsOptional } from 'class-validator'
import { Arg, Args, ArgsType, Ctx, Field, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql'
import { isReadable } from '../datasources/contract/rows.js'
import { Cost, ListSize, PageSize } from '../schema/cost-classes.js'
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
import { PageArgs } from '../schema/page.js'
import { ArgumentScopes } from './argument-scopes.js'
import { connection } from './connection.js'
import type { RequestContext } from './context.js'

@ArgsType()
class PersonsArgs extends PageArgs {
  @Field(() => PersonFilter, {
    nullable: true,
    description: 'The conditions that the persons must meet; all persons when omitted.',
  })
  filter?: PersonFilter | null

  @Field(() => [PersonOrder], {
    nullable: true,
    description: 'The sort keys, in order of precedence; each field at most once. Oldest first when omitted.',
  })
  @IsOptional()
  @ArrayUnique(({ field }: PersonOrder) => field, { message: 'must name each field at most once' })
  orderBy?: PersonOrder[] | null
}

@Resolver(() => Person)
export class PersonResolver {
  @Scopes(orOwn('persons:read'))
  @Cost('shared')
  @Query(() => Person, {
    nullable: true,
    description:
      "The person with this id at Synctera, or null. Requires the scope `persons:read`, or `persons:read:own` for the caller's own person.",
  })
  person(
    @Arg('id', () => ID, { description: "The person's id at Synctera." }) id: string,
    @Ctx() { synctera }: RequestContext,
  ) {
    return synctera.personById(id)
  }

  @Scopes('persons:read')
  @ArgumentScopes(({ synctera }, args) => synctera.assertScopes('personPage', args))
  @Cost('call')
  @PageSize()
  @Query(() => PersonConnection, {
    nullable: true,
    description:
      'Persons at Synctera as a Relay connection, oldest first by default. Requires the scope `persons:read`; a filter or an order by personal data requires `pii:read` too.',
  })
  async persons(@Args(() => PersonsArgs) args: PersonsArgs, @Ctx() { synctera }: RequestContext) {
    return connection(await synctera.personPage(args))
  }

  @Scopes(orOwn('persons:read'))
  @Cost('shared')
  @ListSize({ assumedSize: 6 })
  @FieldResolver(() => [PersonVerificationResult], {
    nullable: true,
    description:
      "The current result of each check of the person. Requires the scope `persons:read`, or `persons:read:own` for the caller's own person.",
  })
  verifications(@Root() person: Person, @Ctx() { synctera }: RequestContext) {
    return synctera.verificationsOf(person.id)
  }

  @Scopes(orOwn('customers:read'))
  @Cost('call')
  @ListSize({ assumedSize: 2 })
  @FieldResolver(() => [Customer], {
    nullable: true,
    description:
      "The customers that are linked to this person; one person may be several customers. Requires the scope `customers:read`, or `customers:read:own` for the caller's own customers.",
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
    description: 'Creates a person at Synctera. Requires the scope `persons:write`.',
  })
  createPerson(
    @Arg('input', () => CreatePersonInput, { description: 'The input of the mutation.' }) input: CreatePersonInput,
    @Ctx() { synctera }: RequestContext,
  ) {
    return synctera.createPerson(input)
  }

  @Scopes(orOwn('persons:write'))
  @ArgumentScopes(({ synctera }, { input }) => synctera.assertScopes('updatePerson', input))
  @Cost('write')
  @Mutation(() => UpdatePersonPayload, {
    nullable: true,
    description:
      "Changes the given members of a person. Requires the scope `persons:write`, or `persons:write:own` for `chosenName`, `email`, `phoneNumber` and `shippingAddress` of the caller's own person.",
  })
  updatePerson(
    @Arg('input', () => UpdatePersonInput, { description: 'The input of the mutation.' }) input: UpdatePersonInput,
    @Ctx() { synctera }: RequestContext,
  ) {
    return synctera.updatePerson(input)
  }

  @Scopes('persons:write')
  @Cost('dear')
  @Mutation(() => VerifyPersonPayload, {
    nullable: true,
    description:
      "Runs Synctera's checks on a person; the outcome may be `PENDING`. Requires the scope `persons:write`.",
  })
  verifyPerson(
    @Arg('input', () => VerifyPersonInput, { description: 'The input of the mutation.' }) input: VerifyPersonInput,
    @Ctx() { synctera }: RequestContext,
  ) {
    return synctera.verifyPerson(input)
  }
}

@Resolver(() => PersonVerification)
export class PersonVerificationResolver {
  @Scopes(orOwn('persons:read'))
  @Cost('shared')
  @FieldResolver(() => Person, {
    nullable: true,
    description:
      "The person after the checks. Requires the scope `persons:read`, or `persons:read:own` for the caller's own person.",
  })
  person(@Root() verification: PersonVerification, @Ctx() { synctera }: RequestContext) {
    return synctera.personById(verification.personId)
  }
}
