/** Words of the page of merging. */
export const merging = {
  title: 'Merging',
  about: 'What is asked to be merged, with what it is tested, and why it waits.',
  none: 'Nothing is asked to be merged',
  noneHint: 'A maintainer asks for it by a label, or with',
  ask: "paddock merge 'owner/name#12'",
  batches: 'Tested together',
  ended: 'Over',
  into: (branch: string) => `into ${branch}`,
  pulls: (numbers: readonly number[]) => numbers.map(each => `#${each}`).join(' '),
  run: 'run',
  pauses: (repository: string, branch: string, message: string) =>
    `${repository} ${branch} pauses: ${message}`,
};
