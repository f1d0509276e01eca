import 'reflect-metadata'
import { IsUUID } from 'class-validator'
import { Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql'
import { ListSize } from './cost-classes.js'
import { MutationInput, Payload } from './mutation.js'
import { DateTimeScalar } from './scalars.js'

export enum MonitoringAlertType {
  BANKRUPTCY = 'BANKRUPTCY',
  LICENSE_VALIDITY = 'LICENSE_VALIDITY',
  NEGATIVE_NEWS = 'NEGATIVE_NEWS',
  WATCHLIST = 'WATCHLIST',
}

/** What each kind of alert means, by Synctera's specification (`monitoring_alert.type`). */
export const MONITORING_ALERT_MEANINGS: Readonly<Record<MonitoringAlertType, string>> = {
  BANKRUPTCY: 'The customer filed for bankruptcy.',
  LICENSE_VALIDITY: 'A license of the customer is no longer valid.',
  NEGATIVE_NEWS: 'The customer was mentioned in negative news.',
  WATCHLIST: 'The customer was added to a known watchlist.',
}
registerEnumType(MonitoringAlertType, {
  name: 'MonitoringAlertType',
  description: 'The kinds of monitoring alert.',
  valuesConfig: Object.fromEntries(
    Object.entries(MONITORING_ALERT_MEANINGS).map(([type, description]) => [type, { description }]),
  ),
})

export enum MonitoringAlertStatus {
  ACTIVE = 'ACTIVE',
  SUPPRESSED = 'SUPPRESSED',
}
registerEnumType(MonitoringAlertStatus, {
  name: 'MonitoringAlertStatus',
  description: 'The statuses of a monitoring alert.',
  valuesConfig: {
    ACTIVE: { description: 'The alert is open and is to be investigated.' },
    SUPPRESSED: { description: 'The alert is a false positive, was dismissed, or has been investigated.' },
  },
})

@ObjectType({ description: 'The subscription of a person to the monitoring of Synctera.' })
export class MonitoringSubscription {
  @Field(() => ID, { description: "The subscription's id at Synctera." })
  id!: string

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'The time at which the subscription was made; null when Synctera reports none.',
  })
  createdAt!: string | null

  personId!: string
}

@ObjectType({ description: 'An alert of the monitoring of a person at Synctera.' })
export class MonitoringAlert {
  @Field(() => ID, { description: "The alert's id at Synctera." })
  id!: string

  @Field(() => MonitoringAlertType, {
    nullable: true,
    description: 'The kind of alert; null when Synctera reports none, or one that this schema does not know.',
  })
  type!: MonitoringAlertType | null

  @Field(() => String, {
    nullable: true,
    description: "Synctera's own word for `type`, also when this schema does not know it.",
  })
  typeRaw!: string | null

  @Field(() => MonitoringAlertStatus, {
    nullable: true,
    description:
      'The status; null when Synctera reports none, or one that this schema does not know. An alert is open unless it is `SUPPRESSED`.',
  })
  status!: MonitoringAlertStatus | null

  @Field(() => String, {
    nullable: true,
    description: "Synctera's own word for `status`, also when this schema does not know it.",
  })
  statusRaw!: string | null

  @Field(() => String, {
    nullable: true,
    description: 'What the kind of alert means, as a sentence; null where `type` is null.',
  })
  meaning!: string | null

  @Field(() => String, {
    nullable: true,
    description: 'The text of the alert, such as the name of the watchlist; null when Synctera reports none.',
  })
  title!: string | null

  @ListSize({ assumedSize: 4 })
  @Field(() => [String], { description: 'Addresses with more about the alert, as its vendor gives them.' })
  urls!: string[]

  @Field(() => String, { nullable: true, description: 'The name of the vendor; null when Synctera reports none.' })
  vendor!: string | null

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'The time at which the alert was made; null when Synctera reports none.',
  })
  createdAt!: string | null

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'The time of the last update; null when Synctera reports none, and in the answer to an update.',
  })
  updatedAt!: string | null

  personId!: string
}

@InputType({ description: 'A person to subscribe to the monitoring.' })
export class SubscribeToMonitoringInput extends MutationInput {
  @Field(() => ID, { description: "The person's id at Synctera, a UUID." })
  @IsUUID('all', { message: 'must be a UUID' })
  personId!: string
}

@InputType({ description: 'A subscription to end.' })
export class EndMonitoringInput extends MutationInput {
  @Field(() => ID, { description: "The subscription's id at Synctera, a UUID." })
  @IsUUID('all', { message: 'must be a UUID' })
  subscriptionId!: string
}

@InputType({ description: 'The status to give to a monitoring alert.' })
export class SetMonitoringAlertStatusInput extends MutationInput {
  @Field(() => ID, { description: "The alert's id at Synctera, a UUID." })
  @IsUUID('all', { message: 'must be a UUID' })
  alertId!: string

  @Field(() => MonitoringAlertStatus, { description: 'The status.' })
  status!: MonitoringAlertStatus
}

@ObjectType({ description: 'The outcome of `subscribeToMonitoring`.' })
export class SubscribeToMonitoringPayload extends Payload {
  @Field(() => MonitoringSubscription, { description: 'The subscription.' })
  subscription!: MonitoringSubscription
}

@ObjectType({ description: 'The outcome of `endMonitoring`.' })
export class EndMonitoringPayload extends Payload {
  @Field(() => ID, { description: 'The id of the subscription that was ended.' })
  deletedId!: string
}

@ObjectType({ description: 'The outcome of `setMonitoringAlertStatus`.' })
export class SetMonitoringAlertStatusPayload extends Payload {
  @Field(() => MonitoringAlert, { description: 'The alert with its new status.' })
  alert!: MonitoringAlert
}
