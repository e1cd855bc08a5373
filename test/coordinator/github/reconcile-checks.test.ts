/** Where Paddock is an App: the check of each run is what GitHub shows, one and no second. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type CheckFacts,
  compareChecks,
  type ExpectedCheck,
} from '#coordinator/github/reconcile/compare-checks.ts';
import type { ShownCheck } from '#coordinator/github/shown-checks.ts';
import type { CheckPayload } from '#coordinator/store/forge-payloads.ts';
import type { WriteOf } from '#coordinator/store/forge-writes.ts';
import { runId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { type GithubLab, openGithubLab, repository } from '../support/github-lab.ts';
import { commitOf } from '../support/rows.ts';

const at = 1_700_000_000_000;
const run = runId.parse('run_00000000000000000000000001');
const passed: CheckPayload = { status: 'completed', conclusion: 'success', title: '1 job passed' };
const running: CheckPayload = { status: 'in_progress', title: '0 of 1 job done, 1 running' };

const write = (facts: Partial<WriteOf<'check'>> = {}): WriteOf<'check'> => ({
  ...{ id: 7, kind: 'check', repository, subject: commitOf(2), context: run, payload: passed, priority: 0 },
  ...{ status: 'sent', tries: 0, nextAt: at, message: null, createdAt: at, sentAt: at - 60_000 },
  ...facts,
});
const shown = (facts: Partial<ShownCheck> = {}): ShownCheck => ({
  ...{ id: 70, name: 'Paddock', externalId: run, status: 'completed', conclusion: 'success' },
  ...facts,
});
const due = (facts: Partial<ExpectedCheck> = {}): ExpectedCheck => ({
  ...{ run, standing: passed, isOwed: true, ...facts },
});
const turned = { status: 'in_progress', conclusion: null };

describe('what is known × what GitHub shows', () => {
  test.each<[situation: string, Partial<CheckFacts>, string | null]>([
    ['as it was sent', {}, null],
    ['it is not there', { shown: [] }, `check-missing: GitHub shows no check of ${run}, which is success`],
    ['only that of another run is', { shown: [shown({ externalId: 'run_other' })] }, 'check-missing: *'],
    [
      'it stands as it did before',
      { shown: [shown(turned)] },
      `check-differs: GitHub shows the check of ${run} as in_progress, which is success`,
    ],
    ['it is called otherwise', { shown: [shown({ name: 'Chicane' })] }, 'check-differs: *'],
    ['an older one stands as before', { shown: [shown(), shown({ id: 60, ...turned })] }, null],
    ['a newer one stands as before', { shown: [shown(), shown({ id: 80, ...turned })] }, 'check-differs: *'],
    ['it is on its way', { shown: [], writes: [write({ status: 'pending', sentAt: null })] }, null],
    ['it has only just arrived', { shown: [], writes: [write({ sentAt: at - 1_000 })] }, null],
    [
      'nothing was ever said',
      { shown: [], writes: [] },
      `check-untold: the check of ${run} is success, and nobody has been told so`,
    ],
    ['nothing was said, and nothing has to be', { writes: [], expected: [due({ isOwed: false })] }, null],
    ['something else was said last', { writes: [write({ payload: running })] }, 'check-untold: *'],
    ['it went too old before it left', { writes: [write({ status: 'dropped' })] }, 'check-untold: *'],
    [
      'GitHub has refused it',
      { shown: [shown(turned)], writes: [write({ status: 'dead' })] },
      'check-differs: *',
    ],
    ['of words alone nothing is said', { expected: [due({ standing: { ...passed, title: '' } })] }, null],
    ['runs that nobody expects are left alone', { expected: [] }, null],
  ])('%s', (_, facts, expected) => {
    const repairs = compareChecks({
      ...{ writes: [write()], expected: [due()], shown: [shown()], askedAt: at, ...facts },
    });
    const told = repairs.map(({ kind, sentence }) => `${kind}: ${sentence}`);
    if (expected?.endsWith('*')) expect(told).toEqual([expect.stringContaining(expected.slice(0, -1))]);
    else expect(told).toEqual(expected === null ? [] : [expected]);
  });

  test('what is sent again without effect is given up after a few times', () => {
    const facts = { expected: [due()], shown: [], askedAt: at };
    const repeated = (times: number) =>
      Array.from({ length: times }, (_, n) => write({ id: n, status: n > 0 ? 'sent' : 'dead' }));
    expect(compareChecks({ ...facts, writes: repeated(limits.statusRepeats) })).toHaveLength(1);
    expect(compareChecks({ ...facts, writes: repeated(limits.statusRepeats + 1) })).toEqual([]);
  });
});

describe('one pass after the other', () => {
  let lab: GithubLab;
  let head: string;
  beforeEach(async () => {
    lab = await openGithubLab({ isApp: true });
    head = lab.commit(2, { on: 1 });
    lab.github.push({ repository, branch: 'fix', commits: [{ sha: head }] });
    await lab.deliver(...lab.github.openPull({ repository, title: 'Fix', branch: 'fix' }).events);
    await lab.settle();
  });
  afterEach(async () => {
    expect(lab.fake.violations).toEqual([]);
    expect(lab.errors).toEqual([]);
    await lab.close();
  });

  const checks = () => lab.github.checksOf(repository, head);
  const states = () =>
    checks().map(({ state }) => (state.status === 'completed' ? state.conclusion : state.status));
  const idOf = () => checks()[0]?.id ?? 0;
  async function end(): Promise<void> {
    await lab.lease();
    await lab.finish();
    await lab.settle();
  }

  test('one that stands as it did before is put right, and stays the same one', async () => {
    await end();
    const id = idOf();
    const writes = checks()[0]?.writes ?? 0;
    lab.github.setBackCheck(repository, id);
    await lab.settle();
    expect(states()).toEqual(['success']);
    expect(checks()).toMatchObject([{ id, writes: writes + 1 }]);
    expect(lab.said.at(-1)).toMatch(
      /^acme\/rocket at 0000000: GitHub shows the check of run_\w+ as in_progress/,
    );
    await lab.settle();
    expect(checks()).toMatchObject([{ id, writes: writes + 1 }]);
  });

  test('one that GitHub has lost is made again, once, and followed from then on', async () => {
    lab.github.loseCheck(repository, idOf());
    await lab.settle();
    await lab.settle();
    expect(states()).toEqual(['queued']);
    await end();
    expect(states()).toEqual(['success']);
    lab.github.loseCheck(repository, idOf());
    await lab.settle();
    await lab.settle();
    expect(states()).toEqual(['success']);
  });

  test('what the rows do not know of is found by its run, and no second one is made', async () => {
    await end();
    const id = idOf();
    lab.github.setBackCheck(repository, id);
    // As after a backup from before it was made was put back.
    await lab.store.write(tx => tx.deleteFrom('forge_write').where('kind', '=', 'check').execute());
    await lab.settle();
    expect(checks()).toMatchObject([{ id, state: { conclusion: 'success' } }]);
  });

  test('the last of a commit that is no head any more, which GitHub has refused, is offered again', async () => {
    const next = lab.commit(3, { on: 2 });
    await lab.deliver(...lab.github.push({ repository, branch: 'fix', commits: [{ sha: next }] }));
    await lab.settle();
    expect(states()).toEqual(['cancelled']);
    lab.github.setBackCheck(repository, idOf());
    await lab.store.write(tx =>
      tx
        .updateTable('forge_write')
        .set({ status: 'dead' })
        .where('kind', '=', 'check')
        .where('subject', '=', head)
        .execute(),
    );
    await lab.settle();
    expect(states()).toEqual(['cancelled']);
  });

  test('what has not changed costs nothing of the quota', async () => {
    await end();
    await lab.settle();
    const seen = lab.fake.requests.length;
    await lab.settle();
    // Now and then it needs another token.
    const answers = lab.fake.requests.slice(seen).filter(({ path }) => !path.includes('installation'));
    expect(answers.filter(({ path }) => path.endsWith('/check-runs'))).toHaveLength(2);
    expect([...new Set(answers.map(({ status }) => status))]).toEqual([304]);
  });
});

test('with a token nobody asks for checks', async () => {
  const lab = await openGithubLab();
  lab.github.push({ repository, branch: 'fix', commits: [{ sha: lab.commit(2, { on: 1 }) }] });
  lab.github.openPull({ repository, title: 'Fix', branch: 'fix' });
  await lab.settle();
  await lab.settle();
  expect(lab.fake.requests.filter(({ path }) => path.includes('check-runs'))).toEqual([]);
  await lab.close();
});
