import { forBank } from './bank-access.js'
import { customerCommands } from './customers/commands.js'
import { definitionCommands } from './definitions/commands.js'
import { engagementCommands } from './engagement/commands.js'
import { kycCommands } from './kyc/commands.js'
import { linkCommands } from './links/commands.js'
import { accountCommands, userCommands } from './onboarding/commands.js'
import { recordCommands } from './records/commands.js'
import { updateCommands } from './updates/commands.js'

/** The commands of the Open Bank Project. */
export const obpCommands = {
  ...forBank(customerCommands),
  ...forBank(kycCommands),
  ...forBank(recordCommands),
  ...forBank(updateCommands),
  ...forBank(linkCommands),
  ...forBank(definitionCommands),
  ...forBank(engagementCommands),
  ...forBank(accountCommands),
  // A user belongs to no bank.
  ...userCommands,
}
