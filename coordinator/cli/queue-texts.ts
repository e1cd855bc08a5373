/** Words of `paddock queue`, ready for translation. */
import { limits } from '#shared/limits.ts';
import { queueWords } from '#shared/queue-words.ts';
import { examples } from './help-texts.ts';

export const queueTexts = {
  ...queueWords,
  oldest: (age: string) => (age === 'just now' ? 'since just now' : `the first for ${age}`),
  run: (number: number) => `run ${number}`,
  more: (rest: number, all: number) =>
    `${rest} more · paddock queue --max ${Math.min(limits.queueGroupJobs, all)}`,
  hints: { merging: 'paddock merge-queue' },
  help: {
    summary: 'say what waits, why, and what lets it go on',
    text: 'Lists the jobs that wait, grouped by what binds them, with what to do about it where you may. Without a token it shows what waits of public repositories.',
    max: 'how many jobs of each group',
    repository: 'only of this repository, as acme/rocket',
    image: 'only for this image',
    after: examples('paddock queue', 'paddock queue --image netbsd-10 --max 50'),
  },
} as const;
