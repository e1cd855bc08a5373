/** What a visitor is led through, step by step; the page and the terminal say it in the same words. Pure. */

export const stepIds = ['read', 'fix', 'watch', 'merge', 'own'] as const;
export type StepId = (typeof stepIds)[number];

/** What a visitor may press beside the guide. */
export const actIds = ['break', 'fix', 'long', 'merge', 'open'] as const;
export type ActId = (typeof actIds)[number];

export const actLabels: Record<ActId, string> = {
  break: 'Push a commit that breaks a test',
  fix: 'Push the fix',
  long: 'Push a commit with a long, colourful log',
  merge: 'Merge',
  open: 'Open another pull request',
};

type Words = { title: string; detail: string; act: ActId | null; command?: string };

/** A step ticks itself off when its mark is there; `act` is the button that it asks for. */
export const guideWords: Record<StepId, Words> = {
  read: {
    title: 'Press Details of unit',
    detail: 'The log opens at the line that failed.',
    act: null,
  },
  fix: {
    title: `Press “${actLabels.fix}”`,
    detail: 'Its statuses arrive here as Paddock reports them.',
    act: 'fix',
  },
  watch: {
    title: `Press “${actLabels.long}”, then Details of flight`,
    detail: 'Watch a minute of output while it is written.',
    act: 'long',
  },
  merge: {
    title: `Press “${actLabels.merge}” once all is green`,
    detail: 'What passed builds its artifact on main: dist.',
    act: 'merge',
  },
  own: {
    title: 'Test a repository of yours',
    detail: 'In the checkout of Paddock, with the path of any git repository:',
    act: null,
    command: "npx paddock run ../rocket --command 'make check'",
  },
};

export type StepView = Words & { id: StepId; standing: 'done' | 'now' | 'later' };

/** The first step that is not done is the one to do now; a visitor may well do a later one before it. */
export function guideOf(done: ReadonlySet<StepId>): StepView[] {
  const now = stepIds.find(id => !done.has(id));
  return stepIds.map(id => ({
    id,
    ...guideWords[id],
    standing: done.has(id) ? 'done' : id === now ? 'now' : 'later',
  }));
}
