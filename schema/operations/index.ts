/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** The integrator's own word on the person. */
export type PersonStatus =
  | 'ACTIVE'
  | 'DECEASED'
  | 'DENIED'
  | 'DORMANT'
  | 'ESCHEAT'
  | 'FROZEN'
  | 'INACTIVE'
  | 'PROSPECT'
  | 'SANCTION';

/** What one check answered. */
export type PersonVerificationOutcome =
  | 'ACCEPTED'
  | 'PENDING'
  | 'PROVISIONAL'
  | 'REJECTED'
  | 'REVIEW'
  | 'UNVERIFIED'
  /** The vendor behind the check failed; it says nothing of the person. */
  | 'VENDOR_ERROR';

/** What a check looks at. */
export type PersonVerificationType =
  | 'DOCUMENT_VERIFICATION'
  | 'IDENTITY'
  | 'LICENSE'
  /** A human decision; overrides the other checks. */
  | 'MANUAL_REVIEW'
  | 'RELATED_ENTITIES'
  | 'WATCHLIST';

/** How far the identity of a person or customer is established. */
export type VerificationStatus =
  /** Verified. */
  | 'ACCEPTED'
  /** A check is running. */
  | 'PENDING'
  /** Verified in part, or with restrictions. */
  | 'PROVISIONAL'
  /** Not who they say they are, or not to be served. */
  | 'REJECTED'
  /** A check found something that a human must look at. */
  | 'REVIEW'
  /** No check has been completed. */
  | 'UNVERIFIED';

export type PersonByIdQueryVariables = Exact<{
  id: string;
}>;


export type PersonByIdQuery = { person: { id: string, firstName: string | null, lastName: string | null, status: PersonStatus | null, verificationStatus: VerificationStatus | null, verifications: Array<{ type: PersonVerificationType | null, result: PersonVerificationOutcome | null, verifiedAt: string }> | null } | null };


export const PersonByIdDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"PersonById"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"person"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"firstName"}},{"kind":"Field","name":{"kind":"Name","value":"lastName"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"verificationStatus"}},{"kind":"Field","name":{"kind":"Name","value":"verifications"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"result"}},{"kind":"Field","name":{"kind":"Name","value":"verifiedAt"}}]}}]}}]}}]} as unknown as DocumentNode<PersonByIdQuery, PersonByIdQueryVariables>;