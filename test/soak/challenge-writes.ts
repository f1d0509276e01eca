import { CODES } from '../../datasources/apiture/emulator/challenges.js'
import { marks } from './marks.js'
import { word, type WriteKind } from './write-kind.js'

// Identity challenges of Apiture: an entitlement that is challenged, its two steps, and the same entitlement again.

const CHALLENGE = 'challenge'
const STARTED = 'started challenge'

/** Each customer is a new one, who is challenged. A challenge is no outcome: the same write goes on after it. */
const setChallengedEntitlements: WriteKind = {
  mutation: 'setAccountEntitlements',
  input: 'SetAccountEntitlementsInput',
  selection: 'entitlements { bankingCustomerId } challenge { challengeId factors { factorId type } }',
  weight: 3,
  once: false,
  isFinal: ({ challenge }) => challenge === null,
  make: (_random, number) => ({
    mark: word(number),
    input: {
      bankingCustomerId: `challenge-anew-${number}`,
      accounts: [
        { accountNumber: '123456789', productType: 'CHECKING', productCode: 'DDA_01', nickname: word(number) },
      ],
      electronicStatementElection: true,
      electronicDocumentElection: true,
      roles: { view: true },
    },
  }),
  learn({ challenge }, client, oracle) {
    if (challenge === null) return
    const { factorId } = challenge.factors[0] as { factorId: string }
    oracle.learn(CHALLENGE, challenge.challengeId as string, { client, factorId })
  },
}

/** A repeat sends the customer another code. */
const startChallengeFactor: WriteKind = {
  mutation: 'startChallengeFactor',
  input: 'StartChallengeFactorInput',
  selection: 'progress { challengeId factorId state }',
  weight: 3,
  once: false,
  make(random, _number, oracle) {
    const challengeId = oracle.take(CHALLENGE, 'start', random)
    if (challengeId === undefined) return undefined
    const { client, factorId } = oracle.latest(CHALLENGE, challengeId)!
    return {
      mark: marks.start(challengeId),
      input: { challengeId, factorId: factorId as string },
      client: client as string,
    }
  },
  learn: ({ progress: { challengeId, factorId } }, client, oracle) =>
    oracle.learn(STARTED, challengeId as string, { client, factorId }),
}

/** A code counts once. */
const verifyChallengeFactor: WriteKind = {
  mutation: 'verifyChallengeFactor',
  input: 'VerifyChallengeFactorInput',
  selection: 'progress { challengeId state }',
  weight: 3,
  once: true,
  make(random, _number, oracle) {
    const challengeId = oracle.take(STARTED, 'verify', random)
    if (challengeId === undefined) return undefined
    const { client, factorId } = oracle.latest(STARTED, challengeId)!
    return {
      mark: marks.verify(challengeId),
      input: { challengeId, factorId: factorId as string, code: CODES.right },
      client: client as string,
    }
  },
}

export const CHALLENGE_WRITES: readonly WriteKind[] = [
  setChallengedEntitlements,
  startChallengeFactor,
  verifyChallengeFactor,
]
