import 'reflect-metadata'
import { IsOptional, Matches } from 'class-validator'
import { Directive, Field, ID, InputType, ObjectType } from 'type-graphql'
import { MaxLength } from './length.js'
import { CustomerMutationInput, Payload } from './mutation.js'
import { Pii } from './pii.js'
import { DateTimeScalar } from './scalars.js'

/** Fields that all KYC records with an id share. */
@ObjectType()
abstract class KycRecord {
  @Field(() => ID)
  id!: string

  @Field(() => ID)
  bankId!: string

  @Field(() => ID)
  customerId!: string

  @Field(() => String, {
    description: 'As it was given with the record; the provider does not compare it with the customer.',
  })
  customerNumber!: string
}

@Directive('@key(fields: "customerId id")')
@ObjectType({ description: 'A check of who a customer is, done by somebody of the bank.' })
export class KycCheck extends KycRecord {
  readonly __typename?: 'KycCheck'

  @Field(() => DateTimeScalar, { nullable: true })
  date!: string | null

  @Field(() => String, { nullable: true, description: 'Free text, such as `online_meeting`.' })
  how!: string | null

  @Field(() => ID, { nullable: true, description: 'Who did it; not checked to be a user.' })
  staffUserId!: string | null

  @Field(() => String, { nullable: true })
  staffName!: string | null

  @Field(() => Boolean, { description: 'True when the customer passed.' })
  satisfied!: boolean

  @Pii('firstLetter')
  @Field(() => String, { nullable: true })
  comments!: string | null
}

@ObjectType({ description: 'An identity document that a customer showed.' })
export class KycDocument extends KycRecord {
  @Field(() => String, { nullable: true, description: 'Free text, such as `passport`.' })
  type!: string | null

  @Pii('lastFour')
  @Field(() => String, { nullable: true })
  number!: string | null

  @Field(() => DateTimeScalar, { nullable: true })
  issueDate!: string | null

  @Field(() => String, { nullable: true })
  issuePlace!: string | null

  @Field(() => DateTimeScalar, { nullable: true })
  expiryDate!: string | null
}

@ObjectType({ description: 'A recording or picture made for a check or of a document; only where it lies is kept.' })
export class KycMedia extends KycRecord {
  @Field(() => String, { nullable: true, description: 'Free text, such as `image`.' })
  type!: string | null

  @Pii('firstLetter')
  @Field(() => String, { nullable: true })
  url!: string | null

  @Field(() => DateTimeScalar, { nullable: true })
  date!: string | null

  @Field(() => ID, {
    nullable: true,
    description: 'As it was given; the provider does not check that there is such a document.',
  })
  relatesToKycDocumentId!: string | null

  @Field(() => ID, {
    nullable: true,
    description: 'As it was given; the provider does not check that there is such a check.',
  })
  relatesToKycCheckId!: string | null
}

@ObjectType({ description: "The bank's word on a customer; a bank keeps only the last one." })
export class KycStatus {
  @Field(() => ID)
  customerId!: string

  @Field(() => String, {
    description: 'As it was given with the status; the provider does not compare it with the customer.',
  })
  customerNumber!: string

  @Field(() => Boolean)
  ok!: boolean

  @Field(() => DateTimeScalar, { nullable: true })
  date!: string | null
}

/** Input members that all KYC records with an optional id share. */
@InputType()
abstract class KycRecordInput extends CustomerMutationInput {
  @Field(() => ID, {
    nullable: true,
    description:
      'Names the record: the same id for the same customer is the same record. The ids of the provider are one set over all customers, so a new record gets one of its own; go by the id that is answered. Made here when left out.',
  })
  @IsOptional()
  @Matches(/^[A-Za-z0-9._:-]{1,44}$/, { message: 'must be an id of 1 to 44 letters, digits and ._:-' })
  id?: string | null
}

@InputType()
export class AddKycCheckInput extends KycRecordInput {
  @Field(() => String)
  @MaxLength(50)
  customerNumber!: string

  @Field(() => DateTimeScalar, { nullable: true, description: 'To the second.' })
  date?: string | null

  @Field(() => String, { nullable: true, description: 'Free text, such as `online_meeting`.' })
  @IsOptional()
  @MaxLength(32)
  how?: string | null

  @Field(() => ID)
  @MaxLength(64)
  staffUserId!: string

  @Field(() => String)
  @MaxLength(64)
  staffName!: string

  @Field(() => Boolean, { description: 'True when the customer passed.' })
  satisfied!: boolean

  @Field(() => String)
  @MaxLength(2000)
  comments!: string
}

@InputType()
export class AddKycDocumentInput extends KycRecordInput {
  @Field(() => String)
  @MaxLength(50)
  customerNumber!: string

  @Field(() => String, { nullable: true, description: 'Free text, such as `passport`.' })
  @IsOptional()
  @MaxLength(50)
  type?: string | null

  @Field(() => String, { nullable: true })
  @IsOptional()
  @MaxLength(50)
  number?: string | null

  @Field(() => DateTimeScalar, { description: 'To the second.' })
  issueDate!: string

  @Field(() => String)
  @MaxLength(512)
  issuePlace!: string

  @Field(() => DateTimeScalar, { description: 'To the second.' })
  expiryDate!: string
}

@InputType()
export class AddKycMediaInput extends KycRecordInput {
  @Field(() => String)
  @MaxLength(44)
  customerNumber!: string

  @Field(() => String, { nullable: true, description: 'Free text, such as `image`.' })
  @IsOptional()
  @MaxLength(50)
  type?: string | null

  @Field(() => String, { nullable: true, description: 'Where it lies; the provider keeps nothing but this.' })
  @IsOptional()
  @MaxLength(255)
  url?: string | null

  @Field(() => DateTimeScalar, { nullable: true, description: 'To the second.' })
  date?: string | null

  @Field(() => ID, { nullable: true, defaultValue: '', description: 'Null or empty when it relates to none.' })
  @MaxLength(255)
  relatesToKycDocumentId!: string

  @Field(() => ID, { nullable: true, defaultValue: '', description: 'Null or empty when it relates to none.' })
  @MaxLength(255)
  relatesToKycCheckId!: string
}

@InputType({ description: "Replaces the bank's last word on the customer." })
export class AddKycStatusInput extends CustomerMutationInput {
  @Field(() => String)
  @MaxLength(64)
  customerNumber!: string

  @Field(() => Boolean)
  ok!: boolean

  @Field(() => DateTimeScalar, { description: 'To the second.' })
  date!: string
}

@ObjectType()
export class AddKycCheckPayload extends Payload {
  @Field(() => KycCheck)
  kycCheck!: KycCheck
}

@ObjectType()
export class AddKycDocumentPayload extends Payload {
  @Field(() => KycDocument)
  kycDocument!: KycDocument
}

@ObjectType()
export class AddKycMediaPayload extends Payload {
  @Field(() => KycMedia)
  kycMedia!: KycMedia
}

@ObjectType()
export class AddKycStatusPayload extends Payload {
  @Field(() => KycStatus)
  kycStatus!: KycStatus
}
