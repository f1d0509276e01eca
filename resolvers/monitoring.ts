import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql'
import { Cost, ListSize } from '../schema/cost-classes.js'
import {
  EndMonitoringInput,
  EndMonitoringPayload,
  MonitoringAlert,
  MonitoringSubscription,
  SetMonitoringAlertStatusInput,
  SetMonitoringAlertStatusPayload,
  SubscribeToMonitoringInput,
  SubscribeToMonitoringPayload,
} from '../schema/monitoring.js'
import { Person } from '../schema/person.js'
import { Scopes } from '../schema/scopes.js'
import type { RequestContext } from './context.js'

const INPUT = { description: 'The input of the mutation.' }

@Resolver(() => Person)
export class MonitoringResolver {
  @Scopes('persons:read')
  @Cost('shared')
  @ListSize({ assumedSize: 2 })
  @FieldResolver(() => [MonitoringSubscription], {
    nullable: true,
    description: "The person's subscriptions to the monitoring. Requires the scope `persons:read`.",
  })
  monitoringSubscriptions(@Root() person: Person, @Ctx() { synctera }: RequestContext) {
    return synctera.monitoringSubscriptionsOf(person.id)
  }

  @Scopes('persons:read')
  @Cost('shared')
  @ListSize({ assumedSize: 4 })
  @FieldResolver(() => [MonitoringAlert], {
    nullable: true,
    description:
      'The alerts of the monitoring of the person. Requires the scope `persons:read`; its `:own` form does not show them.',
  })
  monitoringAlerts(@Root() person: Person, @Ctx() { synctera }: RequestContext) {
    return synctera.monitoringAlertsOf(person.id)
  }

  @Scopes('persons:write')
  @Cost('write')
  @Mutation(() => SubscribeToMonitoringPayload, {
    nullable: true,
    description:
      'Subscribes a person to the monitoring. Synctera does so itself for each person whom it verifies. Requires the scope `persons:write`.',
  })
  subscribeToMonitoring(
    @Arg('input', () => SubscribeToMonitoringInput, INPUT) input: SubscribeToMonitoringInput,
    @Ctx() { synctera }: RequestContext,
  ) {
    return synctera.subscribeToMonitoring(input)
  }

  @Scopes('persons:write')
  @Cost('write')
  @Mutation(() => EndMonitoringPayload, {
    nullable: true,
    description: 'Ends a subscription to the monitoring. Requires the scope `persons:write`.',
  })
  endMonitoring(
    @Arg('input', () => EndMonitoringInput, INPUT) input: EndMonitoringInput,
    @Ctx() { synctera }: RequestContext,
  ) {
    return synctera.endMonitoring(input)
  }

  @Scopes('persons:write')
  @Cost('write')
  @Mutation(() => SetMonitoringAlertStatusPayload, {
    nullable: true,
    description:
      'Closes a monitoring alert after its investigation (`SUPPRESSED`), or opens it again (`ACTIVE`). Requires the scope `persons:write`.',
  })
  setMonitoringAlertStatus(
    @Arg('input', () => SetMonitoringAlertStatusInput, INPUT) input: SetMonitoringAlertStatusInput,
    @Ctx() { synctera }: RequestContext,
  ) {
    return synctera.setMonitoringAlertStatus(input)
  }
}
