/** Words of the page of merging. */
export const merging = {
  title: 'Merging',
  about: 'What is asked to be merged, with what it is tested, and why it waits.',
  none: 'Nothing is asked to be merged',
  noneHint: 'A maintainer asks for it by a label, by /paddock merge in a comment, or with',
  ask: "paddock merge 'owner/name#12'",
  underWay: 'Under way',
  line: 'In line',
  heldUp: 'Held up',
  batches: 'Tested together',
  ended: 'Over',
  on: 'on',
  into: (branch: string) => `into ${branch}`,
  pulls: (numbers: readonly number[]) => numbers.map(each => `#${each}`).join(' '),
  after: (numbers: readonly number[]) => `on top of ${numbers.map(each => `#${each}`).join(' ')}`,
  verbs: {
    merge: {
      act: 'Merge',
      title: (number: number) => `Merge pull request #${number}?`,
      body: 'It is merged at this commit when its jobs have passed, it is approved, and its turn has come. A newer commit has to be asked for anew.',
      back: 'Leave it',
    },
    withdraw: {
      act: 'Take the merge back',
      title: (number: number) => `Take back the merge of #${number}?`,
      body: 'It leaves the line. What is tested with it may have to be tested again.',
      back: 'Leave it',
    },
  },
  takeBack: 'Take back',
  takeBackOf: (repository: string, number: number) => `Take back the merge of ${repository} #${number}`,
  run: 'run',
  runOf: (what: string) => `the run of ${what}`,
  priority: (priority: number) => `priority ${priority}`,
  pauses: (repository: string, branch: string, message: string, until: number) =>
    `${repository} ${branch} pauses until ${new Date(until).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' })}: ${message}`,
};
