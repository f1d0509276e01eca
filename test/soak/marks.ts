/** Marks of writes whose input carries none of its own: each is made once. */
export const marks = {
  session: (personId: string) => `session of ${personId}`,
  monitoring: (personId: string) => `monitoring of ${personId}`,
  end: (subscriptionId: string) => `end of ${subscriptionId}`,
  deletion: (personalIdId: string) => `deletion of ${personalIdId}`,
  start: (challengeId: string) => `start of ${challengeId}`,
  verify: (challengeId: string) => `verification of ${challengeId}`,
}
