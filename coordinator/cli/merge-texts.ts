/** Words of the verbs of merging. */
export const mergeTexts = {
  badPull: (name: string) => `${name} is no pull request; expected owner/name#number`,
  nothing: 'nothing is asked to be merged',
  batches: 'tested together, newest first',
  onTop: (those: string, before: string) => (before ? `${those} on ${before}` : those),
  ended: 'over, newest first',
  pauses: (repository: string, branch: string, message: string, minutes: number) =>
    `${repository} ${branch} pauses for ${minutes} min: ${message}`,
  hints: { merge: "paddock merge 'acme/rocket#12'", queue: 'paddock merge-queue' },
};
