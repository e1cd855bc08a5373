/** A suite with a matrix, from the webhook to its statuses: a job and a status for each combination. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listJobsOfRun } from '#coordinator/store/jobs.ts';
import type { JobRequest } from '#shared/job.ts';
import { openLab } from '../support/brain-lab.ts';
import { type ForgeLab, openForgeLab } from '../support/forge-lab.ts';

const repository = 'acme/rocket';
let lab: Awaited<ReturnType<typeof openLab>>;
let forge: ForgeLab;
beforeEach(async () => {
  lab = await openLab();
  forge = openForgeLab(lab);
});
afterEach(() => forge.close());

const file = (unit: string, more = '') =>
  `version: 1\nsuites:\n  unit: { steps: [make check], ${unit} }\n  e2e: { steps: [make e2e], needs: [unit] }\n${more}`;
const compilers = file('matrix: { CC: [gcc, clang] }');

async function open(head: string, base = head) {
  forge.commit(1, { file: base });
  const sha = forge.commit(2, { on: 1, file: head, files: ['src/a.c'] });
  forge.github.push({ repository, branch: 'fix', commits: [{ sha }] });
  await forge.deliver(...forge.github.openPull({ repository, title: 'Fix', branch: 'fix' }).events);
  await forge.prepare();
}
const jobs = async () => listJobsOfRun(lab.store.read, (await forge.newestRun()).id);
async function tell(suite: string, event: JobRequest) {
  const job = (await jobs()).find(each => each.suite === suite);
  if (!job) throw new Error(`there is no ${suite}`);
  await lab.store.write(tx => lab.jobs.apply(tx, job.id, event));
}

test('each combination has a status of its own, and its values as variables', async () => {
  await open(compilers);
  expect(await forge.runs()).toEqual([
    'change 2 planned: unit (gcc) queued, unit (clang) queued, e2e blocked(needs)',
  ]);
  expect((await forge.statuses()).map(text => text.split(':')[0])).toEqual([
    'paddock/linux/unit (gcc) pending',
    'paddock/linux/unit (clang) pending',
    'paddock/linux/e2e pending',
  ]);
  expect((await jobs()).map(({ definition }) => definition.env)).toEqual([
    { CC: 'gcc' },
    { CC: 'clang' },
    {},
  ]);
});

test('of a suite called default the values alone are named', async () => {
  await open('version: 1\nsuites: { default: { steps: [a], matrix: { CC: [gcc] } } }\n');
  expect(await forge.statuses()).toEqual([expect.stringMatching(/^paddock\/linux \(gcc\) pending/)]);
});

test('what needs the suite waits for all of its combinations', async () => {
  await open(compilers);
  const e2e = (await jobs()).at(-1);
  expect(e2e?.definition.needs).toEqual(['unit (gcc)', 'unit (clang)']);
  expect(await forge.statuses()).toContain('paddock/linux/e2e pending: waits for unit (gcc), unit (clang)');
  await tell('unit (clang)', {
    type: 'cancel-requested',
    at: lab.clock.now,
    reason: 'cancelled',
    message: 'by Kim',
  });
  expect(await forge.runs()).toEqual([
    'change 2 planned: unit (gcc) queued, unit (clang) cancelled, e2e skipped',
  ]);
});

test('a combination is run again by itself', async () => {
  await open(compilers);
  const cancel = { type: 'cancel-requested', at: lab.clock.now, reason: 'cancelled', message: '' } as const;
  await tell('unit (gcc)', cancel);
  await tell('unit (clang)', cancel);
  const [event] = forge.github.requestRerun({
    repository,
    branch: 'fix',
    name: 'paddock/linux/unit (clang)',
  });
  if (!event) throw new Error('a request is an event');
  await forge.deliver(event);
  expect(await forge.runs()).toEqual([
    'change 2 planned: unit (gcc) cancelled, unit (clang) queued, e2e skipped',
  ]);
});

describe('from the base count', () => {
  test('when it runs, for all of them', async () => {
    await open(
      file('matrix: { CC: [gcc, clang] }, paths: [src/**]'),
      file('matrix: { CC: [gcc, clang] }, paths: [docs/**]'),
    );
    expect(await forge.runs()).toEqual([
      'change 2 planned: unit (gcc) skipped, unit (clang) skipped, e2e queued',
    ]);
  });

  test('which combinations are required: one that the commit has no more is red', async () => {
    forge.configures(
      ...lab.pools.map(({ image }) => ({ ...image, serves: { ...image.serves, gate: 'required' as const } })),
    );
    await open(file('matrix: { CC: [gcc, tcc] }'), compilers);
    expect(await forge.runs()).toEqual([
      'change 2 planned: unit (gcc) queued, unit (tcc) queued, e2e blocked(needs), unit (clang) failed',
    ]);
    expect(await forge.statuses()).toContainEqual(
      expect.stringMatching(
        /^paddock\/linux\/unit \(clang\) failure: failed: unit \(clang\) on linux is required by main/,
      ),
    );
  });
});

test('a mistake in it is an error with its place', async () => {
  await open(file('matrix: { CC: [gcc, GCC] }'));
  expect(await forge.statuses()).toEqual([
    expect.stringMatching(/^paddock error: \.paddock\.yml:3:\d+ .*two values are the same/),
  ]);
});
