import 'reflect-metadata'
import { IsIn, IsOptional, IsUUID } from 'class-validator'
import { Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql'
import { MutationInput, Payload } from './mutation.js'

export enum IdentityDocumentType {
  LICENSE = 'LICENSE',
  PASSPORT = 'PASSPORT',
}
registerEnumType(IdentityDocumentType, {
  name: 'IdentityDocumentType',
  description: 'The kinds of identity document that a document verification session may ask for.',
  valuesConfig: {
    LICENSE: { description: "A driver's licence." },
    PASSPORT: { description: 'A passport.' },
  },
})

/** The languages of Synctera's document verification sessions. */
const LANGUAGES: readonly string[] = [
  ...['AR', 'AR-SA', 'BN', 'CS-CZ', 'DA-DK', 'DE-DE', 'EN', 'EN-AU', 'EN-CA', 'EN-GB', 'EN-US'],
  ...['ES', 'ES-001', 'ES-AR', 'ES-ES', 'ES-MX', 'ES-US', 'FI-FI', 'FR', 'FR-CA', 'HE-IL', 'HI-IN', 'HT'],
  ...['HU-HU', 'HY', 'ID-ID', 'IT', 'IT-CH', 'JA-JP', 'KO', 'MS-MY', 'NL-NL', 'NO-NO', 'PL-PL', 'PT-BR'],
  ...['PT-PT', 'RO-MO', 'RO-RO', 'RU', 'SK-SK', 'SV-SE', 'TH-TH', 'TL', 'TR-TR', 'UR', 'VI'],
  ...['ZH-CN', 'ZH-HK', 'ZH-TW'],
]

@ObjectType({
  description:
    'A session in which a person shows an identity document and their face. Token and URL are secrets: pass them on to the person alone.',
})
export class DocumentVerificationSession {
  @Field(() => String, {
    description:
      'The token of the session. Give it to `verifyPerson` as `documentId`, so that the check counts the document.',
  })
  token!: string

  @Field(() => String, { description: 'The `https` URL at which the person shows the document.' })
  url!: string
}

@InputType({ description: 'The document verification session to start.' })
export class StartDocumentVerificationInput extends MutationInput {
  @Field(() => ID, { description: "The person's id at Synctera, a UUID." })
  @IsUUID('all', { message: 'must be a UUID' })
  personId!: string

  @Field(() => IdentityDocumentType, {
    nullable: true,
    description: 'The only kind of document that the person may show; any kind when omitted.',
  })
  documentType?: IdentityDocumentType | null

  @Field(() => String, {
    nullable: true,
    description:
      'The language of the session: a language tag of Synctera in capital letters, such as `ES-US`; `EN-US` when omitted.',
  })
  @IsOptional()
  @IsIn(LANGUAGES, { message: 'must be a language of these sessions, such as EN-US, ES-US or FR-CA' })
  language?: string | null

  @Field(() => Boolean, {
    nullable: true,
    description: "True to send the URL to the person's phone number as a text message too.",
  })
  sendMessage?: boolean | null
}

@ObjectType({ description: 'The outcome of `startDocumentVerification`.' })
export class StartDocumentVerificationPayload extends Payload {
  @Field(() => DocumentVerificationSession, { description: 'The started session.' })
  session!: DocumentVerificationSession
}
