import {
  type AccountEntitlement,
  type AccountRoles,
  type BankingAccount,
  ChallengeFactorType,
  type IdentityChallenge,
  BankingProductType,
  type SetAccountEntitlementsInput,
} from '../../schema/entitlement.js'
import { type Drift, toEnum, omitNullish, providerWord } from '../support/mapping.js'
import type { ApitureAccount, ApitureChallenge, ApitureItem, ApitureRoles, AssignmentBody } from './contract.js'

const PRODUCT_TYPES: Readonly<Record<string, BankingProductType>> = {
  savings: BankingProductType.SAVINGS,
  checking: BankingProductType.CHECKING,
  cd: BankingProductType.CD,
  ira: BankingProductType.IRA,
  loan: BankingProductType.LOAN,
  creditCard: BankingProductType.CREDIT_CARD,
  moneyMarket: BankingProductType.MONEY_MARKET,
  healthSavings: BankingProductType.HEALTH_SAVINGS,
}
const PRODUCT_WORDS = Object.fromEntries(Object.entries(PRODUCT_TYPES).map(([word, type]) => [type, word])) as Record<
  BankingProductType,
  string
>

const FACTOR_TYPES: Readonly<Record<string, ChallengeFactorType>> = {
  sms: ChallengeFactorType.SMS,
  email: ChallengeFactorType.EMAIL,
  voice: ChallengeFactorType.VOICE,
  securityQuestions: ChallengeFactorType.SECURITY_QUESTIONS,
  authenticatorToken: ChallengeFactorType.AUTHENTICATOR_TOKEN,
}

// ---- provider to graph

const toAccount = (account: ApitureAccount, drift: Drift): BankingAccount => ({
  accountId: account.id ?? null,
  accountNumber: account.accountNumber,
  accountMicrNumber: account.accountMicrNumber ?? null,
  productType: toEnum(PRODUCT_TYPES, account.productType, 'account.productType', drift),
  productTypeRaw: providerWord(account.productType),
  productCode: account.productCode,
  nickname: account.nickname ?? null,
})

const toRoles = (roles: ApitureRoles): AccountRoles => ({
  default: roles.default ?? null,
  view: roles.view ?? null,
  basic: roles.basic ?? null,
  billPay: roles.billPay ?? null,
  loanAdvance: roles.loanAdvance ?? null,
})

export const toEntitlement = (item: ApitureItem, drift: Drift): AccountEntitlement => ({
  account: toAccount(item.account, drift),
  electronicStatementElection: item.electronicStatementElection,
  electronicDocumentElection: item.electronicDocumentElection,
  roles: toRoles(item.roles),
})

export const toChallenge = (challenge: ApitureChallenge, drift: Drift): IdentityChallenge => ({
  operationId: challenge.operationId,
  challengeId: challenge.challengeId,
  factors: challenge.factors.map((factor) => ({
    factorId: factor.id ?? null,
    type: toEnum(FACTOR_TYPES, factor.type, 'challenge.factors.type', drift),
    typeRaw: providerWord(factor.type),
    labels: factor.labels ?? [],
    securityQuestions:
      factor.securityQuestions?.questions.map(({ id, prompt }) => ({ questionId: id, prompt })) ?? null,
  })),
})

// ---- graph to provider

export const assignmentBody = (input: SetAccountEntitlementsInput): AssignmentBody => ({
  accounts: input.accounts.map((account) =>
    omitNullish({
      id: account.id,
      accountNumber: account.accountNumber,
      accountMicrNumber: account.accountMicrNumber,
      productType: account.productType ? PRODUCT_WORDS[account.productType] : undefined,
      productCode: account.productCode,
      nickname: account.nickname,
    }),
  ),
  assignments: {
    electronicStatementElection: input.electronicStatementElection,
    electronicDocumentElection: input.electronicDocumentElection,
    roles: omitNullish({
      default: input.roles.default,
      view: input.roles.view,
      basic: input.roles.basic,
      billPay: input.roles.billPay,
      loanAdvance: input.roles.loanAdvance,
    }),
  },
})
