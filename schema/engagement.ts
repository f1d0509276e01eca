import 'reflect-metadata'
import { ArrayMaxSize, IsEmail, ValidateIf } from 'class-validator'
import { Field, ID, InputType, ObjectType } from 'type-graphql'
import { Length, MaxLength } from './length.js'
import { ListSize } from './cost-classes.js'
import { BankMutationInput, CustomerMutationInput, Payload } from './mutation.js'
import { DateTimeScalar } from './scalars.js'

@ObjectType({
  description:
    'A planned or past contact with a customer, as the bank recorded it. A field is null when the bank has recorded no value.',
})
export class CrmEvent {
  @Field(() => ID, { description: "The event's id at the Open Bank Project." })
  id!: string

  @Field(() => ID, { description: 'The id of the bank of the event.' })
  bankId!: string

  @Field(() => String, {
    nullable: true,
    description: 'The name of the customer, as recorded.',
  })
  customerName!: string | null

  @Field(() => String, {
    nullable: true,
    description: 'The customer number, as recorded. The Open Bank Project does not compare it with a customer.',
  })
  customerNumber!: string | null

  @Field(() => String, { nullable: true, description: 'The category of the event as free text.' })
  category!: string | null

  @Field(() => String, {
    nullable: true,
    description: 'The description of the event as free text.',
  })
  detail!: string | null

  @Field(() => String, { nullable: true, description: 'The channel of the contact as free text, such as `phone`.' })
  channel!: string | null

  @Field(() => DateTimeScalar, { nullable: true, description: 'The planned time of the contact.' })
  scheduledAt!: string | null

  @Field(() => DateTimeScalar, { nullable: true, description: 'The actual time of the contact.' })
  actualAt!: string | null

  @Field(() => String, { nullable: true, description: 'The result of the contact as free text.' })
  result!: string | null
}

@ObjectType({ description: 'A message of a bank to a user of the Open Bank Project.' })
export class CustomerMessage {
  @Field(() => ID, { description: "The message's id at the Open Bank Project." })
  id!: string

  @Field(() => DateTimeScalar, { description: 'The time at which the message was sent.' })
  date!: string

  @Field(() => String, {
    description: 'The text of the message.',
  })
  message!: string

  @Field(() => String, {
    nullable: true,
    description: 'The department of the sender; null when the Open Bank Project has none.',
  })
  fromDepartment!: string | null

  @Field(() => String, {
    nullable: true,
    description: 'The name of the sender; null when the Open Bank Project has none.',
  })
  fromPerson!: string | null
}

@ObjectType({ description: 'The contact details of a participant of a meeting.' })
export class ContactDetails {
  @Field(() => String, {
    description: 'The name of the participant; empty when the Open Bank Project has none.',
  })
  name!: string

  @Field(() => String, {
    nullable: true,
    description: 'The mobile phone number as given, in no fixed format; null when there is none.',
  })
  mobilePhone!: string | null

  @Field(() => String, {
    nullable: true,
    description: 'The e-mail address; null when there is none.',
  })
  emailAddress!: string | null
}

@ObjectType({ description: 'A person who is invited to a meeting.' })
export class MeetingInvitee {
  @Field(() => ContactDetails, { description: 'The contact details of the person.' })
  contactDetails!: ContactDetails

  @Field(() => String, {
    description: 'The status of the invitation as free text; empty when the Open Bank Project has none.',
  })
  status!: string
}

@ObjectType({
  description:
    'An arranged video conference or call. The Open Bank Project stores the arrangement and does not run the meeting.',
})
export class BankMeeting {
  @Field(() => ID, { description: "The meeting's id at the Open Bank Project." })
  id!: string

  @Field(() => ID, { description: 'The id of the bank of the meeting.' })
  bankId!: string

  @Field(() => String, {
    description: 'The service that hosts the meeting, as free text; empty when the Open Bank Project has none.',
  })
  providerId!: string

  @Field(() => String, {
    description:
      'The purpose as free text, such as `onboarding`, `mortgage` or `complaint`; empty when the Open Bank Project has none.',
  })
  purposeId!: string

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'The time of the meeting; null when the Open Bank Project has none.',
  })
  when!: string | null

  @Field(() => ID, {
    nullable: true,
    description: 'The user id of the staff member; null when the Open Bank Project has none.',
  })
  staffUserId!: string | null

  @Field(() => ID, {
    nullable: true,
    description:
      'The id of the user who recorded the meeting: for `createMeeting` the service user of this server. Null when the Open Bank Project has none.',
  })
  customerUserId!: string | null

  @Field(() => ContactDetails, { description: 'The contact details of the organizer.' })
  creator!: ContactDetails

  @ListSize({ assumedSize: 5 })
  @Field(() => [MeetingInvitee], { description: 'The invited persons.' })
  invitees!: MeetingInvitee[]
}

@InputType({ description: 'The contact details of a participant of a meeting; unknown members are empty.' })
export class ContactDetailsInput {
  @Field(() => String, { description: 'The name of the participant; 1 to 255 characters.' })
  @Length(1, 255)
  name!: string

  @Field(() => String, {
    nullable: true,
    defaultValue: '',
    description: 'The mobile phone number in any format; at most 32 characters, empty for none.',
  })
  @MaxLength(32)
  mobilePhone!: string

  @Field(() => String, {
    nullable: true,
    defaultValue: '',
    description: 'The e-mail address, stored in lower case; at most 100 characters, empty for none.',
  })
  @ValidateIf(({ emailAddress }: ContactDetailsInput) => emailAddress !== '')
  @IsEmail({}, { message: 'must be an email' })
  @MaxLength(100)
  emailAddress!: string
}

@InputType({ description: 'A person who is invited to a meeting.' })
export class MeetingInviteeInput {
  @Field(() => ContactDetailsInput, { description: 'The contact details of the person.' })
  contactDetails!: ContactDetailsInput

  @Field(() => String, { description: 'The status of the invitation as free text; at most 255 characters.' })
  @MaxLength(255)
  status!: string
}

@InputType({ description: 'A meeting to record.' })
export class CreateMeetingInput extends BankMutationInput {
  @Field(() => String, { description: 'The service that hosts the meeting, as free text; at most 64 characters.' })
  @MaxLength(64)
  providerId!: string

  @Field(() => String, {
    description: 'The purpose as free text, such as `onboarding`, `mortgage` or `complaint`; at most 64 characters.',
  })
  @MaxLength(64)
  purposeId!: string

  @Field(() => DateTimeScalar, { description: 'The time of the meeting, in whole seconds.' })
  date!: string

  @Field(() => ContactDetailsInput, { description: 'The contact details of the organizer.' })
  creator!: ContactDetailsInput

  @Field(() => [MeetingInviteeInput], { description: 'The invited persons, at most 100.' })
  @ArrayMaxSize(100)
  invitees!: MeetingInviteeInput[]
}

@InputType({
  description: 'A message to a customer. It goes to the first user that the Open Bank Project links to the customer.',
})
export class CreateCustomerMessageInput extends CustomerMutationInput {
  @Field(() => String, { description: 'The text of the message; 1 to 1024 characters.' })
  @Length(1, 1024)
  message!: string

  @Field(() => String, { description: 'The department of the sender; at most 64 characters.' })
  @MaxLength(64)
  fromDepartment!: string

  @Field(() => String, { description: 'The name of the sender; at most 64 characters.' })
  @MaxLength(64)
  fromPerson!: string
}

@ObjectType({ description: 'The outcome of `createMeeting`.' })
export class CreateMeetingPayload extends Payload {
  @Field(() => BankMeeting, { description: 'The recorded meeting.' })
  meeting!: BankMeeting
}

@ObjectType({ description: 'The outcome of `createCustomerMessage`.' })
export class CreateCustomerMessagePayload extends Payload {
  @Field(() => Boolean, {
    description: 'Always true, because a message that is not sent is an error.',
    deprecationReason: 'It is always true. A payload without an error says the same.',
  })
  sent!: boolean
}
