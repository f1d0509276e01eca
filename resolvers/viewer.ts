import { Ctx, FieldResolver, Query, Resolver } from 'type-graphql'
import { Customer } from '../schema/customer.js'
import { Viewer } from '../schema/viewer.js'
import type { Context } from './context.js'

@Resolver(() => Viewer)
export class ViewerResolver {
  @Query(() => Viewer, { description: 'Who is calling, as the token says.' })
  viewer(@Ctx() { caller }: Context): Viewer {
    return { id: caller.subject, scopes: [...caller.scopes].sort() }
  }

  @FieldResolver(() => [Customer], { nullable: true, description: "The customers that the provider links to the caller, by the caller's own token; needs no scope." })
  customers(@Ctx() { loaders }: Context) {
    return loaders.obp.ofViewer.load()
  }
}
