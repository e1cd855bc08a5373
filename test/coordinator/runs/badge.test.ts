import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { badgeWordOf, findBadge } from '#coordinator/runs/badge.ts';
import { saveJobState } from '#coordinator/store/jobs.ts';
import type { JobState, Outcome } from '#shared/job.ts';
import { jobs } from '#test/contract/job-samples.ts';
import { type Lab, openLab } from '../support/brain-lab.ts';
import { addJob, addRepository, addRun, commitOf } from '../support/rows.ts';

const settled = (outcome: Outcome): JobState => ({ ...jobs.settled, outcome });
const job = (image: string, state: JobState, gate: 'advisory' | 'required' = 'advisory', suite = 'unit') => ({
  ...{ image, suite, state },
  definition: { gate },
});
const planned = { status: 'planned', at: 1 } as const;

describe('the badge of a run', () => {
  test.each([
    ['passing', [job('a', settled('passed')), job('b', settled('skipped'))], {}],
    ['failing', [job('a', settled('passed')), job('b', settled('timed-out'))], {}],
    ['passing', [job('a', settled('passed'), 'required'), job('b', settled('failed'))], {}],
    ['failing', [job('a', settled('passed'), 'required'), job('b', settled('failed'))], { image: 'b' }],
    ['errored', [job('a', settled('errored')), job('b', settled('passed'))], {}],
    ['running', [job('a', settled('passed')), job('b', jobs.queued)], {}],
    ['passing', [job('a', settled('passed')), job('b', jobs.queued)], { image: 'a' }],
    ['failing', [job('a', settled('failed'), 'advisory', 'lint')], { image: 'a', suite: 'lint' }],
    [null, [job('a', settled('passed'))], { image: 'plan9' }],
    [null, [job('a', settled('passed'))], { suite: 'lint' }],
    [null, [job('a', settled('cancelled'))], {}],
    [null, [job('a', settled('skipped'))], {}],
  ] as const)('says %s', (word, own, subject) => expect(badgeWordOf(planned, own, subject)).toBe(word));

  test('without jobs says what became of it', () => {
    const preparing = { status: 'preparing', tries: 0, nextAt: 1, message: null } as const;
    expect(badgeWordOf(preparing, [], {})).toBe('running');
    expect(badgeWordOf({ status: 'refused', at: 1, message: 'bad', position: null }, [], {})).toBe('failing');
    expect(badgeWordOf({ status: 'empty', at: 1, message: '' }, [], {})).toBe(null);
  });
});

describe('the badge of a branch', () => {
  let lab: Lab;
  beforeEach(async () => {
    lab = await openLab();
  });
  afterEach(() => lab.close());
  const ask = async (name: string, subject: Parameters<typeof findBadge>[2] = {}) =>
    (await findBadge(lab.store.read, name, subject, ({ isPrivate }) => !isPrivate)).word;

  async function land(name: string, outcome: Outcome, facts: { ref?: string; isPrivate?: boolean } = {}) {
    const { isPrivate = false, ref = 'main' } = facts;
    const repository = await addRepository(lab, name, { isPrivate });
    const run = await addRun(lab, {
      repositoryId: repository.id,
      purpose: 'landed',
      ref,
      commit: commitOf(++commits),
    });
    const made = await addJob(lab, { run });
    await lab.store.write(tx => saveJobState(tx, made, settled(outcome)));
    return made;
  }
  let commits = 0;

  test('is that of the newest run that says something, of the branch that is asked for', async () => {
    await land('acme/open', 'failed', { ref: 'next' });
    await land('acme/open', 'passed');
    await land('acme/open', 'cancelled');
    expect(await ask('Acme/Open')).toBe('passing');
    expect(await ask('acme/open', { branch: 'main' })).toBe('passing');
    expect(await ask('acme/open', { branch: 'next' })).toBe('failing');
    expect(await ask('acme/open', { branch: 'gone' })).toBe('no runs');
  });

  test('tells nobody of a private repository, not even that there is one', async () => {
    await land('acme/secret', 'failed', { isPrivate: true });
    expect(await ask('acme/secret')).toBe('no runs');
    expect(await ask('acme/unknown')).toBe('no runs');
  });
});
