/** Where a role is granted: at one bank, or for the whole server. */
type RoleScope = 'bank' | 'system'

/** A role (entitlement) that the service user needs, and the operations of the provider that it opens. */
interface RequiredRole {
  readonly role: string
  readonly scope: RoleScope
  readonly operations: readonly string[]
}

const bank = (role: string, ...operations: string[]): RequiredRole => ({ role, scope: 'bank', operations })
const system = (role: string, ...operations: string[]): RequiredRole => ({ role, scope: 'system', operations })

/**
 * The roles of the service user, as the server enforces them. Operations carry the provider's operation ids. A bank role
 * is granted at every bank of `OBP_BANK_IDS`.
 */
export const REQUIRED_ROLES: readonly RequiredRole[] = [
  // Only where the account is for another user.
  bank('CanCreateAccount', 'createAccount', 'addAccount'),
  bank('CanAddSocialMediaHandle', 'addSocialMediaHandle'),
  bank('CanGetSocialMediaHandles', 'getSocialMediaHandles'),
  bank('CanCreateCustomerAddress', 'createCustomerAddress'),
  bank('CanGetCustomerAddress', 'getCustomerAddresses'),
  bank('CanDeleteCustomerAddress', 'deleteCustomerAddress'),
  bank('CanCreateCustomer', 'createCustomer', 'updateCustomerAddress'),
  bank('CanGetCustomer', 'getCustomerByCustomerId', 'getCustomerByCustomerNumber', 'getCustomersByAttributes'),
  bank('CanCreateCustomerAttributeAtOneBank', 'createCustomerAttribute'),
  bank('CanGetCustomerAttributeAtOneBank', 'getCustomerAttributeById'),
  bank('CanGetCustomerAttributesAtOneBank', 'getCustomerAttributes'),
  bank('CanUpdateCustomerAttributeAtOneBank', 'updateCustomerAttribute'),
  bank('CanDeleteCustomerAttributeAtOneBank', 'deleteCustomerAttribute'),
  bank('CanCreateCustomerAttributeDefinitionAtOneBank', 'createOrUpdateCustomerAttributeAttributeDefinition'),
  bank('CanGetCustomerAttributeDefinitionAtOneBank', 'getCustomerAttributeDefinition'),
  bank('CanDeleteCustomerAttributeDefinitionAtOneBank', 'deleteCustomerAttributeDefinition'),
  bank('CanCreateTaxResidence', 'createTaxResidence'),
  bank('CanGetTaxResidence', 'getTaxResidence'),
  bank('CanDeleteTaxResidence', 'deleteTaxResidence'),
  bank('CanCreateUserCustomerLink', 'createUserCustomerLinks'),
  bank('CanGetUserCustomerLink', 'getUserCustomerLinksByCustomerId', 'getUserCustomerLinksByUserId'),
  bank('CanDeleteUserCustomerLink', 'deleteUserCustomerLink'),
  bank('CanUpdateCustomerBranch', 'updateCustomerBranch'),
  bank('CanUpdateCustomerCreditLimit', 'updateCustomerCreditLimit'),
  bank('CanUpdateCustomerCreditRatingAndSource', 'updateCustomerCreditRatingAndSource'),
  bank('CanUpdateCustomerEmail', 'updateCustomerEmail'),
  bank('CanUpdateCustomerIdentity', 'updateCustomerIdentity'),
  bank('CanUpdateCustomerMobilePhoneNumber', 'updateCustomerMobileNumber'),
  bank('CanUpdateCustomerNumber', 'updateCustomerNumber'),
  bank('CanUpdateCustomerData', 'updateCustomerData'),
  bank('CanAddKycCheck', 'addKycCheck'),
  bank('CanAddKycDocument', 'addKycDocument'),
  bank('CanAddKycMedia', 'addKycMedia'),
  bank('CanAddKycStatus', 'addKycStatus'),
  // Also needs `allow_customer_firehose=true` in the server's props.
  system('CanUseCustomerFirehoseAtAnyBank', 'getFirehoseCustomers'),
  system('CanGetAnyKycChecks', 'getKycChecks'),
  system('CanGetAnyKycDocuments', 'getKycDocuments'),
  system('CanGetAnyKycMedia', 'getKycMedia'),
  system('CanGetAnyKycStatuses', 'getKycStatuses'),
]

/** The setting of the server without which it lists no bank's customers: 400 `OBP-00009`, or 403 `OBP-00012`. */
export const FIREHOSE_SWITCH = 'allow_customer_firehose'

const byOperation = new Map(REQUIRED_ROLES.flatMap(({ role, operations }) => operations.map((name) => [name, role])))

/** The role that an operation needs; undefined where a login, or nothing, is enough. */
export const roleOf = (operation: string): string | undefined => byOperation.get(operation)
