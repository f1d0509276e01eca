/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** `explanation` and `fieldsToNull` reach the provider only when given; empty names are dropped. */
export type AccountAttributeInput = {
  /** Why, in free text; at most 4000 characters. */
  explanation?: string | null | undefined;
  /** Names of members to clear, at most 100. */
  fieldsToNull?: Array<string> | null | undefined;
  /** Such as `LineOfCreditAccountNumber`; 1 to 255 characters. */
  name: string;
  /** Always text, also for what looks like a number or a boolean; at most 4000 characters. */
  value: string;
};

/** How an account is named. */
export type AccountIdScheme =
  /** A plain account number, unique only within its `holdingEntity`. */
  | 'ACNR'
  /** CHIPS universal identifier. */
  | 'CUID'
  /** ISO 13616; the check digits are left to the provider. */
  | 'IBAN'
  /** UK sort code (6 digits) followed by the account number (8 digits). */
  | 'SCAN'
  /** US universal payment identification code. */
  | 'UPIC';

/** True grants, false removes, absent leaves unchanged: there are no defaults, and null is refused. */
export type AccountRolesInput = {
  /** Account holder. */
  basic?: boolean | null | undefined;
  /** Paying bills from the account, and viewing it. */
  billPay?: boolean | null | undefined;
  /** What the institution grants by default for this kind of account. */
  default?: boolean | null | undefined;
  /** Drawing on a loan or credit card; for those kinds of account only. */
  loanAdvance?: boolean | null | undefined;
  /** Balance and history only. */
  view?: boolean | null | undefined;
};

/** What the account-holding bank says of an account, above all whether it can be paid into. */
export type AccountStatus =
  | 'ACTIVE'
  | 'CLOSED'
  /** The account may not be verified, for example because its holder opted out. */
  | 'FORBIDDEN'
  /** Inactive or dormant. */
  | 'INACTIVE'
  | 'NOT_FOUND'
  /** The bank cannot say. */
  | 'UNABLE_TO_MATCH';

/** The account, and what is believed of its holder. */
export type AccountToVerifyInput = {
  /** Required with the scheme `ACNR`. */
  holdingEntity?: HoldingEntityInput | null | undefined;
  /** In the form of its scheme. Spaces and lower case in an IBAN do not matter. */
  id: string;
  idScheme: AccountIdScheme;
  /** Required to verify `ID`; at most 20. */
  identities?: Array<IdentityInput> | null | undefined;
  /** Required to verify `NAME`; at most 150 characters. `Last,First,Middle,Honorific`, or `,,,Full Name`; several holders are separated by `;`, and any one holder of a joint account will do. */
  name?: string | null | undefined;
  /** A roll number, card number or other name of a part of the account. */
  secondaryId?: string | null | undefined;
  /** UK banks compare it too. */
  type?: AccountType | null | undefined;
};

/** Whose account it is: of an organisation or of a human being. */
export type AccountType =
  | 'BUSINESS'
  | 'PERSONAL';

/** What of an account is verified. Which of them a bank can answer depends on the bank. */
export type AccountVerificationType =
  /** The holder's identifiers; needs `account.identities`. */
  | 'ID'
  /** The holder's name; needs `account.name`. */
  | 'NAME'
  | 'STATUS';

/** Names an account held at the institution. */
export type BankingAccountInput = {
  /** 2 to 17 digits; credit unions need it to process payments. */
  accountMicrNumber?: string | null | undefined;
  /** 1 to 32 letters, digits, spaces, dashes and dots, all of which count. */
  accountNumber: string;
  /** The provider's own id, where it is known. */
  id?: string | null | undefined;
  /** At most 50 characters. */
  nickname?: string | null | undefined;
  /** The institution's code of the product, 1 to 16 characters. */
  productCode: string;
  productType?: ProductType | null | undefined;
};

/** A way in which a customer can prove who they are. */
export type ChallengeFactorType =
  | 'AUTHENTICATOR_TOKEN'
  | 'EMAIL'
  | 'SECURITY_QUESTIONS'
  | 'SMS'
  | 'VOICE';

/** The bank that holds an account. */
export type HoldingEntityInput = {
  /** The kind of `value`: `BICFI`, or `INFSC` in India, `USPID` or `USABA` in the USA. */
  type: string;
  value: string;
};

/** An identifier of the holder. */
export type IdentityInput = {
  /** Such as `CRN`, `TXID` or `DUNS`. */
  type: string;
  value: string;
};

/** How far the provider is with an accepted write. */
export type JobStatus =
  /** Carried out. */
  | 'COMPLETED'
  /** Not carried out; `errors` says why. */
  | 'FAILED'
  /** Accepted, not yet carried out; also when the provider says something that this schema does not know. */
  | 'PENDING';

/** How the name that was asked about compares with the holder's. */
export type NameCheckStatus =
  | 'FULL_MATCH'
  | 'NO_MATCH'
  /** Close, or right but for the type of account; `respondedName` may say the right one. */
  | 'PARTIAL_MATCH'
  /** Not compared; it says nothing of the name. */
  | 'UNABLE_TO_MATCH';

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

/** The kind of a banking account. */
export type ProductType =
  /** Certificate of deposit. */
  | 'CD'
  | 'CHECKING'
  | 'CREDIT_CARD'
  | 'HEALTH_SAVINGS'
  /** Individual retirement account. */
  | 'IRA'
  | 'LOAN'
  | 'MONEY_MARKET'
  | 'SAVINGS';

/** Attributes of one account. */
export type SetAccountAttributesInput = {
  /** 1 to 100, no name twice. */
  attributes: Array<AccountAttributeInput>;
  /** The account id that the institution and the provider share; 1 to 255 characters. */
  externalId: string;
  /** Makes the write repeatable: the same key with the same input is done once and answered again. 1 to 255 characters; kept 7 days. */
  idempotencyKey?: string | null | undefined;
};

/** One assignment for all the listed accounts. */
export type SetAccountEntitlementsInput = {
  /** 1 to 16, no account number twice. The provider creates those that only the banking core knows. */
  accounts: Array<BankingAccountInput>;
  /** The provider's id of a customer who is enabled for digital banking. */
  bankingCustomerId: string;
  /** From a completed identity challenge; sent to the provider as its `Challenge` header, and only then. May differ under one `idempotencyKey`. */
  challengeToken?: string | null | undefined;
  /** The customer agrees to other documents in electronic form for all the listed accounts. */
  electronicDocumentElection: boolean;
  /** The customer agrees to electronic statements for all the listed accounts. */
  electronicStatementElection: boolean;
  /** Makes the write repeatable: the same key with the same input is done once and answered again. 1 to 255 characters; kept 7 days. */
  idempotencyKey?: string | null | undefined;
  roles: AccountRolesInput;
};

/** On whose behalf an account is verified. */
export type VerificationInitiatorInput = {
  /** The kind of `idValue`, such as `ICQX`, `ICS` or `VAT`. */
  idType: string;
  idValue: string;
  /** What the check is for, such as an invoice number; a mandate reference begins with `RUM-`. */
  reference?: string | null | undefined;
};

/** Whether the account-holding bank has answered. */
export type VerificationState =
  | 'COMPLETED'
  /** It answers later; ask `verificationResult` from `nextPollAt` on. */
  | 'PENDING';

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

export type VerifyAccountInput = {
  account: AccountToVerifyInput;
  /** Makes the write repeatable: the same key with the same input is done once and answered again. 1 to 255 characters; kept 7 days. */
  idempotencyKey?: string | null | undefined;
  initiator?: VerificationInitiatorInput | null | undefined;
  /** How old a remembered answer to the same question may be, in seconds; the server has a cap of its own. The default only absorbs repeats within one journey: before a payment is authorised ask with 0. */
  maxAgeSeconds?: number | null | undefined;
  /** At least one, each once. */
  types: Array<AccountVerificationType>;
};

export type EntitleMutationVariables = Exact<{
  input: SetAccountEntitlementsInput;
}>;


export type EntitleMutation = { setAccountEntitlements: { replayed: boolean, entitlements: { confirmed: boolean, asOf: string, items: Array<{ account: { id: string | null, accountNumber: string }, roles: { default: boolean | null, view: boolean | null, basic: boolean | null, billPay: boolean | null, loanAdvance: boolean | null } }> } | null, challenge: { operationId: string, challengeId: string, factors: Array<{ id: string | null, type: ChallengeFactorType | null, labels: Array<string> }> } | null } | null };

export type SetAttributesMutationVariables = Exact<{
  input: SetAccountAttributesInput;
}>;


export type SetAttributesMutation = { setAccountAttributes: { replayed: boolean, job: { key: string, status: JobStatus, submittedAt: string | null } } | null };

export type AttributesJobQueryVariables = Exact<{
  key: string;
}>;


export type AttributesJobQuery = { accountAttributesJob: { status: JobStatus, errors: Array<{ field: string | null, location: string | null }> } | null };

export type EverythingAboutACustomerQueryVariables = Exact<{
  customerId: string;
  verificationId: string;
  jobKey: string;
}>;


export type EverythingAboutACustomerQuery = { customer: { legalName: string | null, kycStatus: boolean, attributes: Array<{ name: string, value: string }> | null, kycChecks: Array<{ how: string | null, date: string | null, satisfied: boolean }> | null, person: { verificationStatus: VerificationStatus | null, verifications: Array<{ type: PersonVerificationType | null, result: PersonVerificationOutcome | null }> | null } | null, accountEntitlements: { confirmed: boolean, items: Array<{ account: { accountNumber: string, productType: ProductType | null }, roles: { view: boolean | null, billPay: boolean | null } }> } | null } | null, verificationResult: { state: VerificationState, account: { status: AccountStatus | null, nameCheckStatus: NameCheckStatus | null } | null } | null, accountAttributesJob: { status: JobStatus } | null };

export type CheckPayeeMutationVariables = Exact<{
  input: VerifyAccountInput;
}>;


export type CheckPayeeMutation = { verifyAccount: { replayed: boolean, result: { id: string, state: VerificationState, checkedAt: string, fromCache: boolean, nextPollAt: string | null, account: { status: AccountStatus | null, nameCheckStatus: NameCheckStatus | null, respondedName: string | null } | null } } | null };

export type PayeeCheckQueryVariables = Exact<{
  id: string;
}>;


export type PayeeCheckQuery = { verificationResult: { state: VerificationState, nextPollAt: string | null, account: { status: AccountStatus | null, nameCheckStatus: NameCheckStatus | null, respondedName: string | null } | null } | null };

export type PersonByIdQueryVariables = Exact<{
  id: string;
}>;


export type PersonByIdQuery = { person: { id: string, firstName: string | null, lastName: string | null, status: PersonStatus | null, verificationStatus: VerificationStatus | null, verifications: Array<{ type: PersonVerificationType | null, result: PersonVerificationOutcome | null, verifiedAt: string }> | null } | null };


export const EntitleDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Entitle"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"SetAccountEntitlementsInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"setAccountEntitlements"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"entitlements"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"confirmed"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}},{"kind":"Field","name":{"kind":"Name","value":"items"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"accountNumber"}}]}},{"kind":"Field","name":{"kind":"Name","value":"roles"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"default"}},{"kind":"Field","name":{"kind":"Name","value":"view"}},{"kind":"Field","name":{"kind":"Name","value":"basic"}},{"kind":"Field","name":{"kind":"Name","value":"billPay"}},{"kind":"Field","name":{"kind":"Name","value":"loanAdvance"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"challenge"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"operationId"}},{"kind":"Field","name":{"kind":"Name","value":"challengeId"}},{"kind":"Field","name":{"kind":"Name","value":"factors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"labels"}}]}}]}}]}}]}}]} as unknown as DocumentNode<EntitleMutation, EntitleMutationVariables>;
export const SetAttributesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SetAttributes"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"SetAccountAttributesInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"setAccountAttributes"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"job"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"submittedAt"}}]}}]}}]}}]} as unknown as DocumentNode<SetAttributesMutation, SetAttributesMutationVariables>;
export const AttributesJobDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"AttributesJob"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"key"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"accountAttributesJob"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"key"},"value":{"kind":"Variable","name":{"kind":"Name","value":"key"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"location"}}]}}]}}]}}]} as unknown as DocumentNode<AttributesJobQuery, AttributesJobQueryVariables>;
export const EverythingAboutACustomerDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"EverythingAboutACustomer"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"customerId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"verificationId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"jobKey"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"customerId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"legalName"}},{"kind":"Field","name":{"kind":"Name","value":"kycStatus"}},{"kind":"Field","name":{"kind":"Name","value":"attributes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}},{"kind":"Field","name":{"kind":"Name","value":"kycChecks"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"how"}},{"kind":"Field","name":{"kind":"Name","value":"date"}},{"kind":"Field","name":{"kind":"Name","value":"satisfied"}}]}},{"kind":"Field","name":{"kind":"Name","value":"person"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"verificationStatus"}},{"kind":"Field","name":{"kind":"Name","value":"verifications"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"result"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"accountEntitlements"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"confirmed"}},{"kind":"Field","name":{"kind":"Name","value":"items"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"accountNumber"}},{"kind":"Field","name":{"kind":"Name","value":"productType"}}]}},{"kind":"Field","name":{"kind":"Name","value":"roles"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"view"}},{"kind":"Field","name":{"kind":"Name","value":"billPay"}}]}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"verificationResult"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"verificationId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"nameCheckStatus"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"accountAttributesJob"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"key"},"value":{"kind":"Variable","name":{"kind":"Name","value":"jobKey"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}}]}}]}}]} as unknown as DocumentNode<EverythingAboutACustomerQuery, EverythingAboutACustomerQueryVariables>;
export const CheckPayeeDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CheckPayee"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"VerifyAccountInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"verifyAccount"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"result"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"checkedAt"}},{"kind":"Field","name":{"kind":"Name","value":"fromCache"}},{"kind":"Field","name":{"kind":"Name","value":"nextPollAt"}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"nameCheckStatus"}},{"kind":"Field","name":{"kind":"Name","value":"respondedName"}}]}}]}}]}}]}}]} as unknown as DocumentNode<CheckPayeeMutation, CheckPayeeMutationVariables>;
export const PayeeCheckDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"PayeeCheck"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"verificationResult"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"nextPollAt"}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"nameCheckStatus"}},{"kind":"Field","name":{"kind":"Name","value":"respondedName"}}]}}]}}]}}]} as unknown as DocumentNode<PayeeCheckQuery, PayeeCheckQueryVariables>;
export const PersonByIdDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"PersonById"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"person"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"firstName"}},{"kind":"Field","name":{"kind":"Name","value":"lastName"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"verificationStatus"}},{"kind":"Field","name":{"kind":"Name","value":"verifications"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"result"}},{"kind":"Field","name":{"kind":"Name","value":"verifiedAt"}}]}}]}}]}}]} as unknown as DocumentNode<PersonByIdQuery, PersonByIdQueryVariables>;