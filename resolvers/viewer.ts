import { Ctx, Query, Resolver } from 'type-graphql'
import { Viewer } from '../schema/viewer.js'
import type { Context } from './context.js'

@Resolver(() => Viewer)
export class ViewerResolver {
  @Query(() => Viewer, { description: 'Who is calling, as the token says.' })
  viewer(@Ctx() { caller }: Context): Viewer {
    return { id: caller.subject, scopes: [...caller.scopes].sort() }
  }
}
