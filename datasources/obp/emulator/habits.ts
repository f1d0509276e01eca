import { Quirks } from '../../emulator/quirks.js'

const QUIRKS = {
  shuffledTies: 'The firehose lists customers of one last OK date in another order for each limit and offset.',
  uniqueQueryNames: 'A query that repeats a name is refused with 400 OBP-09016.',
  oneLoginToken: 'A login ends the older token of the same user and consumer.',
  updateTimeFilter: "The firehose filters by the time of a row's last update, not by the last OK date.",
  forwardedUsers: 'A valid token of an unknown user registers the user; an invalid one is refused without a code.',
  firehoseOff: 'The server has not switched the customer firehose on.',
  codeAsText: 'The member `code` of an error is a text.',
  nullMembers: 'Optional members of a customer are null.',
  dependantsAsText: 'The first customer has a text as its number of dependants.',
  repeatedStatuses: 'Each write of a KYC status adds a row, as writes at the same moment do.',
  unvalidatedUsers: 'A new user cannot log in before the e-mail address is validated.',
  emptyExpiry: 'The first document of each customer has an empty text as its expiry date.',
} as const

export type Quirk = keyof typeof QUIRKS

/** The releases of the server that the emulator can be: that of the documents, and two that were run. */
const RELEASES = {
  '2020-10': [],
  '2023-04': [
    'shuffledTies',
    'uniqueQueryNames',
    'oneLoginToken',
    'updateTimeFilter',
    'forwardedUsers',
    'unvalidatedUsers',
  ],
  '2024-10': ['shuffledTies', 'uniqueQueryNames', 'updateTimeFilter', 'forwardedUsers', 'unvalidatedUsers'],
} as const satisfies Record<string, readonly Quirk[]>

export type EmulatedRelease = keyof typeof RELEASES

const isRelease = (name: unknown): name is EmulatedRelease => typeof name === 'string' && Object.hasOwn(RELEASES, name)

/** Which release the emulator is, and which quirks it has besides those of its release. */
export class Habits {
  readonly quirks = new Quirks<Quirk>(QUIRKS)
  #release: EmulatedRelease = '2020-10'

  get release(): EmulatedRelease {
    return this.#release
  }

  /** False, and without effect, for a release that the emulator cannot be. */
  become(release: unknown): boolean {
    if (!isRelease(release)) return false
    this.#release = release
    return true
  }

  has(quirk: Quirk): boolean {
    return this.quirks.has(quirk) || (RELEASES[this.#release] as readonly Quirk[]).includes(quirk)
  }

  /** True for this release and later ones. */
  since(release: EmulatedRelease): boolean {
    return this.#release >= release
  }
}
