import 'reflect-metadata'
import { registerEnumType } from 'type-graphql'

export enum VerificationStatus {
  UNVERIFIED = 'UNVERIFIED',
  PENDING = 'PENDING',
  PROVISIONAL = 'PROVISIONAL',
  ACCEPTED = 'ACCEPTED',
  REVIEW = 'REVIEW',
  REJECTED = 'REJECTED',
}
registerEnumType(VerificationStatus, {
  name: 'VerificationStatus',
  description: 'The states of the verification of a person or customer.',
  valuesConfig: {
    UNVERIFIED: { description: 'No check is complete.' },
    PENDING: { description: 'A check is in progress.' },
    PROVISIONAL: { description: 'The identity is verified in part, or with restrictions.' },
    ACCEPTED: { description: 'The identity is verified.' },
    REVIEW: { description: 'A check found something that a human must review.' },
    REJECTED: { description: 'The identity is refuted, or the person must not be served.' },
  },
})
