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
  sei: ['statusSynonyms', 'statusAtTop', 'statusByOtherName', 'envelopeWord', 'fieldsByPath'],
  banfico: ['epcWords', 'nullMembers', 'oddIdentity'],
}

/**
 * Switches an emulator to the quirks of the run: none, or these with `EMULATOR_QUIRKS=all npm test`, which CI runs with
 * tests that must hold anyway.
 */
export const resetQuirks = (emulators: Emulators, name: ProviderName): void =>
  emulators[name].quirks(process.env['EMULATOR_QUIRKS'] === 'all' ? HARMLESS[name] : [])

/** Switches all emulators to the quirks of the run. */
export function switchQuirks(emulators: Emulators): void {
  for (const name of Object.keys(HARMLESS)) resetQuirks(emulators, name as ProviderName)
}

/** The calls without those of further pages, of which a quirk makes more: one for each list that was read. */
export const firstPages = (calls: readonly string[]): string[] => calls.filter((call) => !call.includes('page_token='))
