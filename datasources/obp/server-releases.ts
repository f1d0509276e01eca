/**
 * Release of the server: year and month, as `OBP_RELEASE` names it. Releases compare as texts. The server itself states
 * the version of its API and a commit, not a date.
 */
export type Release = string

export const isRelease = (text: string): boolean => /^20\d\d-(0[1-9]|1[0-2])$/.test(text)

/** The first release without an operation, by operation id. The month of the change itself counts as a release that has it. */
const REMOVED_IN: Readonly<Record<string, Release>> = {
  createCreditLimitRequest: '2023-05',
  getCreditLimitRequestByRequestId: '2023-05',
  getCreditLimitRequests: '2023-05',
}

/** `createAccount` moved: releases since this one have it under v3.1.0 only, older ones under both. */
const CREATE_ACCOUNT_MOVED_IN: Release = '2020-11'

/** Attribute values have room for 2,000 characters since this release, and for 255 before. */
const LONG_VALUES_SINCE: Release = '2022-09'

/** True when the release is known not to have the operation. */
export const isRemoved = (operation: string, release: Release | undefined): boolean =>
  release !== undefined && Object.hasOwn(REMOVED_IN, operation) && release >= REMOVED_IN[operation]!

/** True when the release is known to have `createAccount` under v3.1.0 only. */
export const hasMovedAccounts = (release: Release | undefined): boolean =>
  release !== undefined && release >= CREATE_ACCOUNT_MOVED_IN

/** The longest attribute value that the release stores; the longest of all where the release is not known. */
export const maxAttributeLength = (release: Release | undefined): number =>
  release !== undefined && release < LONG_VALUES_SINCE ? 255 : 2000
