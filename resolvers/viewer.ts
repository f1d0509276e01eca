import { Ctx, FieldResolver, Query, Resolver } from 'type-graphql'
import { Cost, ListSize } from '../schema/cost-classes.js'
import { Customer } from '../schema/customer.js'
import { Authenticated } from '../schema/scopes.js'
import { Viewer } from '../schema/viewer.js'
import type { RequestContext } from './context.js'

@Resolver(() => Viewer)
export class ViewerResolver {
  @Authenticated()
  @Query(() => Viewer, {
    description: 'The caller, as the access token describes it. Requires a valid token and no scope.',
  })
  viewer(@Ctx() { caller }: RequestContext): Viewer {
    return {
      id: caller.subject,
      scopes: [...caller.scopes].sort(),
      seesPersonalData: caller.scopes.has('pii:read'),
    }
  }

  @Authenticated()
  @Cost('call')
  @ListSize({ assumedSize: 3 })
  @FieldResolver(() => [Customer], {
    nullable: true,
    description:
      "The customers that the Open Bank Project links to the caller. They are read with the caller's own token, so no scope is required.",
  })
  customers(@Ctx() { obp }: RequestContext) {
    return obp.customersOfViewer()
  }
}
