import type { ProviderName } from '../../datasources/index.js'
import type { Emulators } from '../../src/dev/emulators.js'

/** The quirks of each emulator under which the graph answers as it does without them. */
const HARMLESS: Readonly<Record<ProviderName, readonly string[]>> = {
  obp: [
    'shuffledTies',
    'uniqueQueryNames',
    'oneLoginToken',
    'updateTimeFilter',
    'forwardedUsers',
    'codeAsText',
    'repeatedStatuses',
  ],
  synctera: ['errorsWithoutCode', 'relativeProblemTypes', 'nullMembers', 'emptyEndToken', 'emptyPages'],
  apiture: ['relativeProblemTypes', 'nullMembers'],
  sei: ['statusSynonyms', 'statusAtTop', 'statusByOtherName', 'fieldsByPath'],
  banfico: ['epcWords', 'nullMembers', 'oddIdentity'],
}

/** Switches these quirks on with `EMULATOR_QUIRKS=all npm test`, which CI runs with tests that must hold anyway. */
export function switchQuirks(emulators: Emulators): void {
  if (process.env['EMULATOR_QUIRKS'] !== 'all') return
  for (const [name, quirks] of Object.entries(HARMLESS)) emulators[name as ProviderName].quirks(quirks)
}

/** The calls without those of further pages, of which a quirk makes more: one for each list that was read. */
export const firstPages = (calls: readonly string[]): string[] => calls.filter((call) => !call.includes('page_token='))
