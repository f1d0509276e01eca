import 'reflect-metadata'
import { IsOptional, Matches } from 'class-validator'
import { Directive, Field, ID, InputType, ObjectType } from 'type-graphql'
import { MaxLength } from './length.js'
import { CustomerMutationInput, Payload } from './mutation.js'
import { DateTimeScalar } from './scalars.js'

/** Fields that all KYC records with an id share. */
@ObjectType()
abstract class KycRecord {
  @Field(() => ID, { description: "The record's id at the Open Bank Project." })
  id!: string

  @Field(() => ID, { description: 'The id of the bank of the record.' })
  bankId!: string

  @Field(() => ID, { description: 'The id of the customer of the record.' })
  customerId!: string

  @Field(() => String, {
    description:
      'The customer number as given with the record; empty when none was given. The Open Bank Project does not compare it with the customer.',
  })
  customerNumber!: string
}

@Directive('@key(fields: "customerId id")')
@ObjectType({
  description:
    "A check of a customer's identity that bank staff did. A field is null when the bank has recorded no value.",
})
export class KycCheck extends KycRecord {
  readonly __typename?: 'KycCheck'

  @Field(() => DateTimeScalar, { nullable: true, description: 'The time of the check.' })
  date!: string | null

  @Field(() => String, {
    nullable: true,
    description: 'The method of the check as free text, such as `online_meeting`.',
  })
  how!: string | null

  @Field(() => ID, {
    nullable: true,
    description: 'The id of the user who did the check. The Open Bank Project does not check that the user exists.',
  })
  staffUserId!: string | null

  @Field(() => String, { nullable: true, description: 'The name of the staff member who did the check.' })
  staffName!: string | null

  @Field(() => Boolean, { description: 'True when the customer passed the check.' })
  satisfied!: boolean

  @Field(() => String, {
    nullable: true,
    description: 'The comments of the staff member.',
  })
  comments!: string | null
}

@ObjectType({ description: 'An identity document of a customer. A field is null when the bank has recorded no value.' })
export class KycDocument extends KycRecord {
  @Field(() => String, { nullable: true, description: 'The kind of document as free text, such as `passport`.' })
  type!: string | null

  @Field(() => String, {
    nullable: true,
    description: 'The number of the document.',
  })
  number!: string | null

  @Field(() => DateTimeScalar, { nullable: true, description: 'The time of issue.' })
  issueDate!: string | null

  @Field(() => String, { nullable: true, description: 'The place of issue.' })
  issuePlace!: string | null

  @Field(() => DateTimeScalar, { nullable: true, description: 'The time of expiry.' })
  expiryDate!: string | null
}

@ObjectType({
  description:
    'A recording or image of a check or document. Only its URL is stored. A field is null when the bank has recorded no value.',
})
export class KycMedia extends KycRecord {
  @Field(() => String, { nullable: true, description: 'The kind of media as free text, such as `image`.' })
  type!: string | null

  @Field(() => String, {
    nullable: true,
    description: 'The URL of the media.',
  })
  url!: string | null

  @Field(() => DateTimeScalar, { nullable: true, description: 'The time of the recording.' })
  date!: string | null

  @Field(() => ID, {
    nullable: true,
    description:
      'The id of the related document, as given. The Open Bank Project does not check that the document exists.',
  })
  relatesToKycDocumentId!: string | null

  @Field(() => ID, {
    nullable: true,
    description: 'The id of the related check, as given. The Open Bank Project does not check that the check exists.',
  })
  relatesToKycCheckId!: string | null
}

@ObjectType({ description: "A bank's KYC decision on a customer. A bank keeps only the last one." })
export class KycStatus {
  @Field(() => ID, { description: 'The id of the customer of the decision.' })
  customerId!: string

  @Field(() => String, {
    description:
      'The customer number as given with the decision; empty when none was given. The Open Bank Project does not compare it with the customer.',
  })
  customerNumber!: string

  @Field(() => Boolean, { description: "True when the bank accepts the customer's KYC." })
  ok!: boolean

  @Field(() => DateTimeScalar, { nullable: true, description: 'The time of the decision.' })
  date!: string | null
}

/** Input members that all KYC records with an optional id share. */
@InputType()
abstract class KycRecordInput extends CustomerMutationInput {
  @Field(() => ID, {
    nullable: true,
    description:
      'The id of the record for repeats, 1 to 44 letters, digits and `._:-`: the same id for the same customer is the same record. The id that the Open Bank Project stores may differ; use the returned one. Generated when omitted.',
  })
  @IsOptional()
  @Matches(/^[A-Za-z0-9._:-]{1,44}$/, { message: 'must be an id of 1 to 44 letters, digits and ._:-' })
  id?: string | null
}

@InputType({ description: 'A KYC check of a customer.' })
export class AddKycCheckInput extends KycRecordInput {
  @Field(() => String, {
    description:
      'The customer number to record; at most 50 characters. The Open Bank Project does not compare it with the customer.',
  })
  @MaxLength(50)
  customerNumber!: string

  @Field(() => DateTimeScalar, { nullable: true, description: 'The time of the check, in whole seconds.' })
  date?: string | null

  @Field(() => String, {
    nullable: true,
    description: 'The method of the check as free text, such as `online_meeting`; at most 32 characters.',
  })
  @IsOptional()
  @MaxLength(32)
  how?: string | null

  @Field(() => ID, { description: 'The id of the user who did the check; at most 64 characters.' })
  @MaxLength(64)
  staffUserId!: string

  @Field(() => String, { description: 'The name of the staff member who did the check; at most 64 characters.' })
  @MaxLength(64)
  staffName!: string

  @Field(() => Boolean, { description: 'True when the customer passed the check.' })
  satisfied!: boolean

  @Field(() => String, { description: 'The comments of the staff member; at most 2000 characters.' })
  @MaxLength(2000)
  comments!: string
}

@InputType({ description: 'An identity document of a customer.' })
export class AddKycDocumentInput extends KycRecordInput {
  @Field(() => String, {
    description:
      'The customer number to record; at most 50 characters. The Open Bank Project does not compare it with the customer.',
  })
  @MaxLength(50)
  customerNumber!: string

  @Field(() => String, {
    nullable: true,
    description: 'The kind of document as free text, such as `passport`; at most 50 characters.',
  })
  @IsOptional()
  @MaxLength(50)
  type?: string | null

  @Field(() => String, { nullable: true, description: 'The number of the document; at most 50 characters.' })
  @IsOptional()
  @MaxLength(50)
  number?: string | null

  @Field(() => DateTimeScalar, { description: 'The time of issue, in whole seconds.' })
  issueDate!: string

  @Field(() => String, { description: 'The place of issue; at most 512 characters.' })
  @MaxLength(512)
  issuePlace!: string

  @Field(() => DateTimeScalar, { description: 'The time of expiry, in whole seconds.' })
  expiryDate!: string
}

@InputType({ description: 'The URL of a recording or image for a check or document.' })
export class AddKycMediaInput extends KycRecordInput {
  @Field(() => String, {
    description:
      'The customer number to record; at most 44 characters. The Open Bank Project does not compare it with the customer.',
  })
  @MaxLength(44)
  customerNumber!: string

  @Field(() => String, {
    nullable: true,
    description: 'The kind of media as free text, such as `image`; at most 50 characters.',
  })
  @IsOptional()
  @MaxLength(50)
  type?: string | null

  @Field(() => String, {
    nullable: true,
    description: 'The URL of the media; at most 255 characters. The Open Bank Project stores only the URL.',
  })
  @IsOptional()
  @MaxLength(255)
  url?: string | null

  @Field(() => DateTimeScalar, { nullable: true, description: 'The time of the recording, in whole seconds.' })
  date?: string | null

  @Field(() => ID, {
    nullable: true,
    defaultValue: '',
    description: 'The id of the related document; at most 255 characters, empty for none.',
  })
  @MaxLength(255)
  relatesToKycDocumentId!: string

  @Field(() => ID, {
    nullable: true,
    defaultValue: '',
    description: 'The id of the related check; at most 255 characters, empty for none.',
  })
  @MaxLength(255)
  relatesToKycCheckId!: string
}

@InputType({ description: "The bank's KYC decision on a customer; it replaces the previous one." })
export class AddKycStatusInput extends CustomerMutationInput {
  @Field(() => String, {
    description:
      'The customer number to record; at most 64 characters. The Open Bank Project does not compare it with the customer.',
  })
  @MaxLength(64)
  customerNumber!: string

  @Field(() => Boolean, { description: "True when the bank accepts the customer's KYC." })
  ok!: boolean

  @Field(() => DateTimeScalar, { description: 'The time of the decision, in whole seconds.' })
  date!: string
}

@ObjectType({ description: 'The outcome of `addKycCheck`.' })
export class AddKycCheckPayload extends Payload {
  @Field(() => KycCheck, { description: 'The stored check.' })
  kycCheck!: KycCheck
}

@ObjectType({ description: 'The outcome of `addKycDocument`.' })
export class AddKycDocumentPayload extends Payload {
  @Field(() => KycDocument, { description: 'The stored document.' })
  kycDocument!: KycDocument
}

@ObjectType({ description: 'The outcome of `addKycMedia`.' })
export class AddKycMediaPayload extends Payload {
  @Field(() => KycMedia, { description: 'The stored media record.' })
  kycMedia!: KycMedia
}

@ObjectType({ description: 'The outcome of `addKycStatus`.' })
export class AddKycStatusPayload extends Payload {
  @Field(() => KycStatus, { description: 'The stored decision.' })
  kycStatus!: KycStatus
}
