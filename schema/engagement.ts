import 'reflect-metadata'
import { ArrayMaxSize, IsEmail, ValidateIf } from 'class-validator'
import { Field, ID, InputType, ObjectType } from 'type-graphql'
import { Length, MaxLength } from './length.js'
import { ListSize } from './cost-weights.js'
import { BankMutationInput, CustomerMutationInput, Payload } from './mutation.js'
import { Pii } from './pii.js'
import { DateTimeScalar } from './scalars.js'

@ObjectType({ description: 'Something that was planned or done with a customer, as the bank wrote it down.' })
export class CrmEvent {
  @Field(() => ID)
  id!: string

  @Field(() => ID)
  bankId!: string

  @Pii('firstLetter')
  @Field(() => String, { nullable: true })
  customerName!: string | null

  @Field(() => String, {
    nullable: true,
    description: 'As it was written down; the provider does not compare it with any customer.',
  })
  customerNumber!: string | null

  @Field(() => String, { nullable: true, description: 'Free text.' })
  category!: string | null

  @Pii('firstLetter')
  @Field(() => String, { nullable: true })
  detail!: string | null

  @Field(() => String, { nullable: true, description: 'Free text, such as `phone`.' })
  channel!: string | null

  @Field(() => DateTimeScalar, { nullable: true })
  scheduledAt!: string | null

  @Field(() => DateTimeScalar, { nullable: true })
  actualAt!: string | null

  @Field(() => String, { nullable: true, description: 'Free text.' })
  result!: string | null
}

@ObjectType({ description: 'A message of a bank to a user.' })
export class CustomerMessage {
  @Field(() => ID)
  id!: string

  @Field(() => DateTimeScalar, { description: 'When it was sent.' })
  date!: string

  @Pii('firstLetter')
  @Field(() => String)
  message!: string

  @Field(() => String, { nullable: true })
  fromDepartment!: string | null

  @Field(() => String, { nullable: true })
  fromPerson!: string | null
}

@ObjectType({ description: 'How to reach somebody who takes part in a meeting.' })
export class ContactDetails {
  @Pii('firstLetter')
  @Field(() => String)
  name!: string

  @Pii('lastFour')
  @Field(() => String, { nullable: true, description: 'As it was given; in no fixed form.' })
  mobilePhone!: string | null

  @Pii('firstLetter')
  @Field(() => String, { nullable: true })
  emailAddress!: string | null
}

@ObjectType({ description: 'Somebody who was asked to a meeting.' })
export class MeetingInvitee {
  @Field(() => ContactDetails)
  contactDetails!: ContactDetails

  @Field(() => String, { description: 'Free text.' })
  status!: string
}

@ObjectType({ description: 'A video conference or call, as it was arranged; the provider does not hold it.' })
export class BankMeeting {
  @Field(() => ID)
  id!: string

  @Field(() => ID)
  bankId!: string

  @Field(() => String, { description: 'Who holds it; free text.' })
  providerId!: string

  @Field(() => String, { description: 'Free text, such as `onboarding`, `mortgage` or `complaint`.' })
  purposeId!: string

  @Field(() => DateTimeScalar, { nullable: true })
  when!: string | null

  @Field(() => ID, { nullable: true })
  staffUserId!: string | null

  @Field(() => ID, {
    nullable: true,
    description: "The user who entered it: this server's own for one made by `createMeeting`.",
  })
  customerUserId!: string | null

  @Field(() => ContactDetails)
  creator!: ContactDetails

  @ListSize({ assumedSize: 5 })
  @Field(() => [MeetingInvitee])
  invitees!: MeetingInvitee[]
}

@InputType({ description: 'How to reach somebody who takes part in a meeting; empty for what is not known.' })
export class ContactDetailsInput {
  @Field(() => String)
  @Length(1, 255)
  name!: string

  @Field(() => String, { nullable: true, defaultValue: '', description: 'In any form; null or empty for none.' })
  @MaxLength(32)
  mobilePhone!: string

  @Field(() => String, { nullable: true, defaultValue: '', description: 'Kept in lower case; null or empty for none.' })
  @ValidateIf(({ emailAddress }: ContactDetailsInput) => emailAddress !== '')
  @IsEmail({}, { message: 'must be an email' })
  @MaxLength(100)
  emailAddress!: string
}

@InputType()
export class MeetingInviteeInput {
  @Field(() => ContactDetailsInput)
  contactDetails!: ContactDetailsInput

  @Field(() => String, { description: 'Free text.' })
  @MaxLength(255)
  status!: string
}

@InputType()
export class CreateMeetingInput extends BankMutationInput {
  @Field(() => String, { description: 'Who holds it; free text.' })
  @MaxLength(64)
  providerId!: string

  @Field(() => String, { description: 'Free text, such as `onboarding`, `mortgage` or `complaint`.' })
  @MaxLength(64)
  purposeId!: string

  @Field(() => DateTimeScalar, { description: 'To the second.' })
  date!: string

  @Field(() => ContactDetailsInput)
  creator!: ContactDetailsInput

  @Field(() => [MeetingInviteeInput], { description: 'At most 100.' })
  @ArrayMaxSize(100)
  invitees!: MeetingInviteeInput[]
}

@InputType({ description: 'It goes to one user: the first whom the provider links to the customer.' })
export class CreateCustomerMessageInput extends CustomerMutationInput {
  @Field(() => String)
  @Length(1, 1024)
  message!: string

  @Field(() => String)
  @MaxLength(64)
  fromDepartment!: string

  @Field(() => String)
  @MaxLength(64)
  fromPerson!: string
}

@ObjectType()
export class CreateMeetingPayload extends Payload {
  @Field(() => BankMeeting)
  meeting!: BankMeeting
}

@ObjectType()
export class CreateCustomerMessagePayload extends Payload {
  @Field(() => Boolean, {
    description: 'Always true: a message that was not sent is an error.',
    deprecationReason: 'It is always true. A payload without an error says the same.',
  })
  sent!: boolean
}
