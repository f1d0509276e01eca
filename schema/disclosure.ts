import 'reflect-metadata'
import { IsUUID, Matches, ValidateIf } from 'class-validator'
import { Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql'
import { MutationInput, Payload } from './mutation.js'
import { DateTimeScalar } from './scalars.js'

export enum DisclosureType {
  ACH_AUTHORIZATION = 'ACH_AUTHORIZATION',
  CARDHOLDER_AGREEMENT = 'CARDHOLDER_AGREEMENT',
  CARD_DISCLOSURE = 'CARD_DISCLOSURE',
  DIRECT_BILLING_AUTHORIZATION = 'DIRECT_BILLING_AUTHORIZATION',
  E_SIGN = 'E_SIGN',
  KYC_DATA_COLLECTION = 'KYC_DATA_COLLECTION',
  OWNER_CERTIFICATION = 'OWNER_CERTIFICATION',
  PAD_AUTHORIZATION = 'PAD_AUTHORIZATION',
  PRIVACY_NOTICE = 'PRIVACY_NOTICE',
  REG_CC = 'REG_CC',
  REG_DD = 'REG_DD',
  REG_E = 'REG_E',
  SC_ACCOUNT_AGREEMENT = 'SC_ACCOUNT_AGREEMENT',
  SC_AUTO_PAYMENT = 'SC_AUTO_PAYMENT',
  SC_SECURITY_AGREEMENT = 'SC_SECURITY_AGREEMENT',
  TERMS_AND_CONDITIONS = 'TERMS_AND_CONDITIONS',
}
registerEnumType(DisclosureType, {
  name: 'DisclosureType',
  description: 'The regulatory requirements for which a document is disclosed to a person.',
  valuesConfig: {
    ACH_AUTHORIZATION: { description: 'The consent to electronic debits and credits by ACH (USA).' },
    CARDHOLDER_AGREEMENT: { description: 'The terms of a card.' },
    CARD_DISCLOSURE: { description: 'The prescribed terms of a card, shown beside its agreement (Canada).' },
    DIRECT_BILLING_AUTHORIZATION: {
      description: 'The authorization of Synctera to debit and credit the settlement account by ACH (USA).',
    },
    E_SIGN: { description: 'The consent to receive documents electronically.' },
    KYC_DATA_COLLECTION: {
      description: 'The notice that personal data is collected and compared with external data; made before a check.',
    },
    OWNER_CERTIFICATION: {
      description: 'The certification that the beneficial owners of a business are entered correctly.',
    },
    PAD_AUTHORIZATION: { description: 'The authorization of pre-authorized debits (Canada).' },
    PRIVACY_NOTICE: { description: 'The notice of what is done with personal data, and with whom it is shared.' },
    REG_CC: { description: 'The availability of deposited funds (Regulation CC, USA).' },
    REG_DD: { description: 'The terms of a deposit account (Regulation DD, USA).' },
    REG_E: { description: 'The rights in electronic transactions (Regulation E, USA).' },
    SC_ACCOUNT_AGREEMENT: { description: 'The terms of a smart card account (USA).' },
    SC_AUTO_PAYMENT: { description: 'The terms of automatic repayment of a smart card (USA).' },
    SC_SECURITY_AGREEMENT: { description: 'The terms of a smart card security account (USA).' },
    TERMS_AND_CONDITIONS: { description: 'The agreement on the product, its fees and its rules.' },
  },
})

export enum DisclosureEventType {
  DISPLAYED = 'DISPLAYED',
  VIEWED = 'VIEWED',
  ACKNOWLEDGED = 'ACKNOWLEDGED',
}
registerEnumType(DisclosureEventType, {
  name: 'DisclosureEventType',
  description: 'The ways in which a person met a disclosed document.',
  valuesConfig: {
    DISPLAYED: { description: 'The document was visible, and the person did not interact with it.' },
    VIEWED: { description: 'The person saw the whole document, for example by scrolling to its end.' },
    ACKNOWLEDGED: { description: 'The person confirmed that they have read and accepted the document.' },
  },
})

@ObjectType({ description: 'The record at Synctera that a document was disclosed to a person.' })
export class Disclosure {
  @Field(() => ID, { nullable: true, description: "The record's id at Synctera; null when Synctera returns none." })
  id!: string | null

  @Field(() => DisclosureType, {
    nullable: true,
    description: 'The requirement; null when Synctera reports one that this schema does not know.',
  })
  type!: DisclosureType | null

  @Field(() => String, {
    nullable: true,
    description: "Synctera's own word for `type`, also when this schema does not know it.",
  })
  typeRaw!: string | null

  @Field(() => String, { description: 'The version of the disclosed document, such as `1.0`.' })
  version!: string

  @Field(() => DisclosureEventType, {
    nullable: true,
    description: 'What the person did; null when Synctera reports something that this schema does not know.',
  })
  eventType!: DisclosureEventType | null

  @Field(() => String, {
    nullable: true,
    description: "Synctera's own word for `eventType`, also when this schema does not know it.",
  })
  eventTypeRaw!: string | null

  @Field(() => DateTimeScalar, { description: 'The time of the disclosure.' })
  disclosedAt!: string

  @Field(() => ID, {
    nullable: true,
    description: 'The id at Synctera of the person who acknowledged in place of this one; null where there is none.',
  })
  acknowledgingPersonId!: string | null

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'The time at which the record was made; null when Synctera reports none.',
  })
  createdAt!: string | null
}

@InputType({ description: 'A disclosure to record.' })
export class RecordDisclosureInput extends MutationInput {
  @Field(() => ID, { description: "The person's id at Synctera, a UUID." })
  @IsUUID('all', { message: 'must be a UUID' })
  personId!: string

  @Field(() => DisclosureType, { description: 'The requirement for which the document was disclosed.' })
  type!: DisclosureType

  @Field(() => String, {
    description:
      'The version of the document, such as `1.0` or `v1.1`. Synctera must know a document of this type and version.',
  })
  @Matches(/^v?\d{1,9}\.\d{1,9}$/, { message: 'must be a version such as 1.0 or v1.1' })
  version!: string

  @Field(() => DisclosureEventType, { description: 'What the person did with the document.' })
  eventType!: DisclosureEventType

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'The time of the disclosure; the time of this call when omitted. Requires the scope `persons:write`.',
  })
  disclosedAt?: string | null

  @Field(() => ID, {
    nullable: true,
    description:
      'The id at Synctera of the person who acknowledged in place of this one, a UUID; required with `OWNER_CERTIFICATION`. Requires the scope `persons:write`.',
  })
  @ValidateIf(
    ({ acknowledgingPersonId, type }: RecordDisclosureInput) =>
      acknowledgingPersonId != null || type === DisclosureType.OWNER_CERTIFICATION,
  )
  @IsUUID('all', { message: 'must be a UUID; required with OWNER_CERTIFICATION' })
  acknowledgingPersonId?: string | null
}

@ObjectType({ description: 'The outcome of `recordDisclosure`.' })
export class RecordDisclosurePayload extends Payload {
  @Field(() => Disclosure, { description: 'The recorded disclosure.' })
  disclosure!: Disclosure
}
