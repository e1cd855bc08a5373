/** All text of the Queue page; sentences that the terminal has too are in `shared/queue-words.ts`. */
import type { Remedy } from '#shared/queue-api.ts';
import { queueWords } from '#shared/queue-words.ts';
import { plural } from './numbers.ts';

export const queue = {
  ...queueWords,
  title: 'Queue',
  about: 'What waits, and why; what goes first stands first.',
  oldest: 'the first for',
  none: 'Nothing waits',
  noneHint:
    'Every job that may begin has a machine. Whatever waits stands here with its reason. To test a commit:',
  noneCommand: 'paddock run . --command "make check"',
  noneFits: 'Nothing that fits waits',
  noneFitsHint: 'Take the filter away to see what else waits.',
  all: 'All that waits',
  only: (name: string, value: string) => `Only ${name} ${value}`,
  remove: (name: string) => `Remove the filter ${name}`,
  filters: { repository: 'repository', image: 'image' },
  jobs: (heading: string) => `Jobs: ${heading}`,
  count: (count: number) => plural(count, 'job', 'jobs'),
  more: (rest: number, step: number) => `Show ${Math.min(rest, step)} more of ${rest}`,
  tooMany: (shown: number) => `The first ${shown} are shown. A repository or an image narrows them down.`,
  run: (number: number) => `run ${number}`,
  mergeQueue: 'Merge queue',
  inLine: queueWords.merging,
  seeMerging: 'see Merging',
  or: 'or',
  verbs: {
    approve: '',
    'scale-pool': 'Allow one more',
    'resume-pool': 'Resume the pool',
    'enable-image': 'Enable the image',
    'resume-host': 'Resume the host',
    'add-host': '',
  } satisfies Record<Remedy['type'], string>,
  pressed: (remedy: Remedy) => {
    switch (remedy.type) {
      case 'scale-pool':
        return `${remedy.image} may have ${remedy.max} machines at once from now on.`;
      case 'resume-pool':
        return `The pool of ${remedy.image} goes on.`;
      case 'enable-image':
        return `${remedy.image} is enabled.`;
      case 'resume-host':
        return `${remedy.host} has machines again.`;
      default:
        return '';
    }
  },
} as const;
