/** What people do in a life, and what must come of it. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { CommitSha } from '#shared/ids.ts';
import type { Outcome } from '#shared/job.ts';
import { repository } from '#test/support/fleet/fleet.ts';
import { type Files, jobOf } from '#test/support/fleet/story.ts';
import { between } from '#test/support/random.ts';
import { until } from '#test/support/until.ts';
import type { Expected, Life } from './life.ts';
import { mail } from './mail.ts';
import type { StoryName } from './plan.ts';

/** Longer than everything that a fault and its consequences take. */
export const patience = { timeoutMs: 240_000, everyMs: 100 };

type Part = { steps: string[]; log: string };

const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** Lines that come one by one, so that a fault can fall between them. */
function slowly(word: string, lines: number): Part {
  const all = numbers(1, lines);
  const log = all.map(index => `${word} ${index}\n`).join('');
  return { steps: [`for i in ${all.join(' ')}; do echo ${word} $i; sleep 0.05; done`], log };
}

const atOnce = (from: number, to: number): Part => ({
  steps: [`seq ${from} ${to}`],
  log: numbers(from, to)
    .map(number => `${number}\n`)
    .join(''),
});

const bad: Part = { steps: ['echo bad; exit 3'], log: 'bad\n' };

const together = (...parts: Part[]): Part => ({
  steps: parts.flatMap(({ steps }) => steps),
  log: parts.map(({ log }) => log).join(''),
});

type Job = Part & { starts: string };

/** Each job notes outside of its machine that it has begun. */
function job(life: Life, name: string, ...parts: Part[]): Job {
  const starts = join(life.fleet.directory, `${life.name}-${name}`);
  const { steps, log } = together(...parts);
  return {
    steps: [`echo begun >> '${starts}'-$PADDOCK_COMMIT; ${steps[0]}`, ...steps.slice(1)],
    log,
    starts,
  };
}

const suiteFile = (suites: Record<string, object>, onMerge: Record<string, object> = {}): Files => ({
  '.paddock.yml': JSON.stringify({ version: 1, suites, 'on-merge': onMerge }),
});

const expected = (
  commit: CommitSha,
  { log, starts }: Job,
  outcomes: Outcome[],
  more: Partial<Expected> = {},
): Expected => ({
  commit,
  suite: 'default',
  kind: 'repeatable',
  outcomes,
  log,
  starts: `${starts}-${commit}`,
  isOptional: false,
  ...more,
});

async function open(life: Life, files: Files): Promise<{ head: CommitSha; number: number }> {
  const { fake, origin } = life.fleet;
  const { name: branch } = life;
  // Each life's branch leaves from main, so that every one of them can be merged.
  await promisify(execFile)('git', ['-C', origin.directory, 'checkout', '--quiet', 'main']);
  const head = await origin.commit(branch, `Change of ${branch}`, files);
  life.commits.push(head);
  const pushed = fake.github.push({ repository, branch, commits: [{ sha: head }] });
  const { number, events } = fake.github.openPull({ repository, branch, title: branch });
  await mail(life, [...pushed, ...events]);
  return { head, number };
}

const simple =
  (outcome: Outcome, ...parts: Part[]) =>
  async (life: Life): Promise<Expected[]> => {
    const only = job(life, 'default', ...parts);
    const { head } = await open(life, suiteFile({ default: { steps: only.steps } }));
    return [expected(head, only, [outcome])];
  };

async function supersedes(life: Life): Promise<Expected[]> {
  const { fake, origin } = life.fleet;
  const older = job(life, 'older', slowly('older', 40));
  const newer = job(life, 'newer', slowly('newer', 10));
  const { head } = await open(life, suiteFile({ default: { steps: older.steps } }));
  await pause(between(life.random, 0, 2_500));
  const next = await origin.commit(life.name, 'More', suiteFile({ default: { steps: newer.steps } }));
  life.commits.push(next);
  await mail(life, fake.github.push({ repository, branch: life.name, commits: [{ sha: next }] }));
  return [
    expected(head, older, ['superseded', 'passed'], { isOptional: true }),
    expected(next, newer, ['passed']),
  ];
}

async function closes(life: Life): Promise<Expected[]> {
  const only = job(life, 'default', slowly('line', 40));
  const { head, number } = await open(life, suiteFile({ default: { steps: only.steps } }));
  await pause(between(life.random, 0, 3_000));
  await mail(life, life.fleet.fake.github.closePull({ repository, number }));
  return [expected(head, only, ['cancelled', 'passed'], { isOptional: true })];
}

async function lands(life: Life): Promise<Expected[]> {
  const { fake, origin } = life.fleet;
  const suite = job(life, 'default', slowly('test', 5));
  const dist = job(life, 'dist', slowly('dist', 5), { steps: ['echo built > dist'], log: '' });
  const publish = job(life, 'publish', slowly('publish', 20));
  const onMerge = {
    dist: { steps: dist.steps, artifacts: ['dist'] },
    publish: { steps: publish.steps, kind: 'once' },
  };
  const { head, number } = await open(life, suiteFile({ default: { steps: suite.steps } }, onMerge));
  const isOver = async () => !['queued', 'running'].includes((await jobOf(life.fleet, head)).standing);
  await until('the change was tested', isOver, patience);
  const mergeSha = await origin.merge(life.name, `Merge #${number}`);
  life.commits.push(mergeSha);
  await mail(life, fake.github.mergePull({ repository, number, mergeSha }));
  return [
    expected(head, suite, ['passed']),
    expected(mergeSha, suite, ['passed']),
    expected(mergeSha, dist, ['passed'], { suite: 'dist' }),
    expected(mergeSha, publish, ['passed'], { suite: 'publish', kind: 'once' }),
  ];
}

/** Tells it, and answers what must come of it. */
export const tell: Record<StoryName, (life: Life) => Promise<Expected[]>> = {
  passes: simple('passed', slowly('one', 12), slowly('two', 12)),
  fails: simple('failed', slowly('one', 15), bad),
  'prints-much': simple('passed', atOnce(1, 100_000), slowly('slow', 20), atOnce(100_001, 150_000)),
  supersedes,
  closes,
  lands,
};
