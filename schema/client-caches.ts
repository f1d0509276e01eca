/**
 * What Apollo Client does with two selections of one object without a key: true merges them, false replaces the object as
 * a whole. Types that are not listed keep the default, which replaces the object and warns of lost data.
 */
export const OBJECT_MERGES: Readonly<Record<string, boolean>> = {
  AccountAttributesJob: true,
  AccountEntitlementSet: false,
  CustomerLinks: true,
  KycOverview: true,
  VerifiedAccount: true,
  VerificationResponder: true,
}
