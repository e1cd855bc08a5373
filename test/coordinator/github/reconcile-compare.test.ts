/** What GitHub shows × what is known → what has to be mended, and nothing else. */
import { describe, expect, test } from 'vitest';
import type { ShownBranch, ShownStatus } from '#coordinator/github/forge-reads.ts';
import type { ShownPull } from '#coordinator/github/read-pull-request.ts';
import { compareBranch } from '#coordinator/github/reconcile/compare-branches.ts';
import { compareClosed, compareMissing, comparePulls } from '#coordinator/github/reconcile/compare-pulls.ts';
import { compareStatuses, type ExpectedStatus } from '#coordinator/github/reconcile/compare-statuses.ts';
import type { Change } from '#coordinator/store/changes.ts';
import type { WriteOf } from '#coordinator/store/forge-writes.ts';
import type { ForgeState } from '#shared/forge-status.ts';
import { limits } from '#shared/limits.ts';
import { commitOf } from '../support/rows.ts';

type StatusWrite = WriteOf<'status'>;

const repository = {
  fullName: 'acme/rocket',
  cloneUrl: 'https://github.example.org/acme/rocket.git',
  isPrivate: false,
  defaultBranch: 'main',
};
const at = 1_700_000_000_000;
const second = 1_000;

const change = (facts: Partial<Change> = {}): Change => ({
  id: 'change_00000000000000000000000001' as Change['id'],
  repositoryId: 'repo_00000000000000000000000001' as Change['repositoryId'],
  number: 7,
  title: 'Fix',
  author: 'octocat',
  authorId: 1,
  headRef: 'fix',
  headSha: commitOf(2),
  baseRef: 'main',
  baseSha: commitOf(1),
  isFork: false,
  state: 'open',
  updatedAt: at,
  ...facts,
});

const pull = (facts: Partial<ShownPull> = {}): ShownPull => ({
  repository,
  number: 7,
  title: 'Fix',
  author: 'octocat',
  authorId: 1,
  association: 'MEMBER',
  headSha: commitOf(2),
  headRef: 'fix',
  baseRef: 'main',
  baseSha: commitOf(1),
  isFork: false,
  isDraft: false,
  labels: [],
  updatedAt: at,
  standing: 'open',
  ...facts,
});

const isTestedBase = (branch: string) => branch === 'main' || branch === 'release';
const later = { updatedAt: at + second };
const earlier = { updatedAt: at - second };

describe('pull requests', () => {
  test.each<[situation: string, Change | null, ShownPull, string | null]>([
    ['as it is known', change(), pull(), null],
    ['something that is not tested has changed', change(), pull({ ...later, title: 'Mend' }), null],
    ['a draft is tested like the others', change(), pull({ ...later, isDraft: true }), null],
    [
      'nobody has told of it',
      null,
      pull(),
      'unknown-pull opened: #7 is open at 0000000, and nothing had told of it',
    ],
    ['nobody has told of it, and its base is not tested', null, pull({ baseRef: 'next' }), null],
    [
      'its head has moved',
      change(),
      pull({ ...later, headSha: commitOf(3) }),
      'moved-head synchronize: #7 has moved from 0000000 to 0000000, and nothing had told so',
    ],
    [
      'its head has moved within the same second: whoever handles it asks',
      change(),
      pull({ headSha: commitOf(3) }),
      'moved-head synchronize: #7 has moved from 0000000 to 0000000, and nothing had told so',
    ],
    ['its head is one from before what is known', change(), pull({ ...earlier, headSha: commitOf(3) }), null],
    [
      'it was reopened',
      change({ state: 'closed' }),
      pull(later),
      'reopened reopened: #7 is open again at 0000000, and nothing had told so',
    ],
    ['the list is from before it was closed', change({ state: 'closed' }), pull(earlier), null],
    ['what is merged stays so', change({ state: 'merged' }), pull(later), null],
    [
      'another base',
      change(),
      pull({ ...later, baseRef: 'release' }),
      'moved-base edited: #7 is to be merged into release now, not into main',
    ],
    [
      'another base, which is not tested',
      change(),
      pull({ ...later, baseRef: 'next' }),
      'left-base edited: #7 is to be merged into next now, which is not tested',
    ],
    ['it had left already', change({ state: 'closed', baseRef: 'next' }), pull({ baseRef: 'next' }), null],
  ])('%s', (_, known, shown, expected) => {
    const { repairs, missing } = comparePulls({ known: known ? [known] : [], open: [shown], isTestedBase });
    expect(missing).toEqual([]);
    expect(repairs.map(textOf)).toEqual(expected === null ? [] : [expected]);
  });

  const textOf = ({ kind, sentence, intent }: NonNullable<ReturnType<typeof compareMissing>>) =>
    `${kind} ${intent.type === 'pull-changed' ? intent.action : (intent.merged?.mergeSha ?? 'closed')}: ${sentence}`;

  test('open ones that are not in the list are to be asked for, closed and merged ones are not', () => {
    const known = [change(), change({ number: 8, state: 'closed' }), change({ number: 9, state: 'merged' })];
    expect(comparePulls({ known, open: [], isTestedBase })).toEqual({ repairs: [], missing: [7] });
  });

  test.each<[situation: string, Change, ShownPull, string | null]>([
    [
      'closed',
      change(),
      pull({ ...later, standing: 'closed' }),
      'closed closed: #7 was closed, and nothing had told so',
    ],
    [
      'merged',
      change(),
      pull({ ...later, standing: { mergeSha: commitOf(90) } }),
      `merged ${commitOf(90)}: #7 was merged as 0000000, and nothing had told so`,
    ],
    [
      'merged with a head that nobody had told of',
      change(),
      pull({ ...later, headSha: commitOf(3), standing: { mergeSha: commitOf(90) } }),
      `merged ${commitOf(90)}: #7 was merged as 0000000, and nothing had told so`,
    ],
    ['open after all: the list was cut, or late', change(), pull(later), null],
    [
      'a delivery was quicker',
      change({ state: 'closed', ...later }),
      pull({ ...later, standing: 'closed' }),
      null,
    ],
    [
      'it was reopened since',
      change({ updatedAt: at + 9 * second }),
      pull({ ...later, standing: 'closed' }),
      null,
    ],
  ])('missing, and alone it is %s', (_, known, shown, expected) => {
    const repair = compareMissing(known, shown, isTestedBase);
    expect(repair && textOf(repair)).toBe(expected);
  });

  const merged: Partial<ShownPull> = { ...later, standing: { mergeSha: commitOf(90) } };
  const isMerged = `merged ${commitOf(90)}: #7 was merged as 0000000, and nothing had told so`;
  test.each<[situation: string, Change | null, ShownPull, string | null]>([
    ['is known so', change({ state: 'closed' }), pull({ ...later, standing: 'closed' }), null],
    ['was merged since', change({ state: 'closed' }), pull(merged), isMerged],
    [
      'was merged, whatever was heard later',
      change({ state: 'closed', updatedAt: at + 9 * second }),
      pull(merged),
      isMerged,
    ],
    [
      'was merged into a base that is not tested',
      change({ state: 'closed' }),
      pull({ ...merged, baseRef: 'next' }),
      null,
    ],
    ['was merged, as is known', change({ state: 'merged' }), pull(merged), null],
    ['was merged, and is known to be open: it is asked for alone', change(), pull(merged), null],
    ['was merged before anybody watched', null, pull(merged), null],
  ])('listed as closed: one that %s', (_, known, shown, expected) => {
    const repairs = compareClosed({ known: known ? [known] : [], closed: [shown], isTestedBase });
    expect(repairs.map(textOf)).toEqual(expected === null ? [] : [expected]);
  });
});

describe('branches', () => {
  const shown = (n: number): ShownBranch => ({ sha: commitOf(n), title: 'Message', author: 'kim' });
  test.each<
    [situation: string, known: number | null, ShownBranch | null, hasLanded: boolean, isRepaired: boolean]
  >([
    ['as it is known', 1, shown(1), true, false],
    ['it has moved, and nobody has told', 1, shown(2), false, true],
    ['it has moved, and a delivery told so', 1, shown(2), true, false],
    ['it was forced back to what landed before', 3, shown(1), true, false],
    ['it was forced to something new', 3, shown(9), false, true],
    ['it is gone', 3, null, false, false],
    ['it is looked at for the first time: that landed before anybody watched', null, shown(1), false, false],
  ])('%s', (_, known, branch, hasLanded, isRepaired) => {
    const facts = { repository, branch: 'main', known: known === null ? null : commitOf(known), hasLanded };
    const repair = compareBranch({ ...facts, shown: branch });
    expect(repair?.intent ?? null).toEqual(
      isRepaired
        ? expect.objectContaining({ type: 'push', branch: 'main', after: branch?.sha, headTitle: 'Message' })
        : null,
    );
  });
});

describe('statuses', () => {
  const context = 'paddock/debian-12';
  let ids = 0;
  const write = (
    state: ForgeState,
    status: StatusWrite['status'] = 'sent',
    facts: Partial<StatusWrite> = {},
  ): StatusWrite => ({
    id: ++ids,
    kind: 'status',
    repository: repository.fullName,
    subject: commitOf(2),
    context,
    payload: { state, description: `it is ${state}`, targetUrl: 'https://ci.example.org/jobs/job_1' },
    priority: 0,
    status,
    tries: 0,
    nextAt: at,
    message: null,
    createdAt: at,
    sentAt: status === 'sent' ? at : null,
    ...facts,
  });
  const shows = (state: ForgeState, facts: Partial<ShownStatus> = {}): ShownStatus => ({
    context,
    state,
    description: `it is ${state}`,
    targetUrl: 'https://ci.example.org/jobs/job_1',
    ...facts,
  });
  const job = 'job_00000000000000000000000001' as ExpectedStatus['job'];
  const due = (state: ForgeState) => new Map([[context, { state, job }]]);
  const askedAt = at + 60 * second;
  const none = new Map<string, ExpectedStatus>();

  test.each<[string, StatusWrite[], ReadonlyMap<string, ExpectedStatus>, ShownStatus[], string | null]>([
    ['GitHub shows what was sent last', [write('success')], due('success'), [shows('success')], null],
    [
      'whatever the case of its letters',
      [write('success')],
      due('success'),
      [shows('success', { context: 'Paddock/Debian-12' })],
      null,
    ],
    ['it is missing', [write('success')], due('success'), [], 'status-missing resend'],
    [
      'an older one stands there',
      [write('pending'), write('success')],
      due('success'),
      [shows('pending')],
      'status-differs resend',
    ],
    [
      'somebody else has written it',
      [write('failure')],
      due('failure'),
      [shows('success')],
      'status-differs resend',
    ],
    [
      'other words stand there',
      [write('pending')],
      due('pending'),
      [shows('pending', { description: 'queued' })],
      'status-differs resend',
    ],
    ['it is on its way', [write('success', 'pending')], due('success'), [shows('pending')], null],
    [
      'it has only just arrived',
      [write('success', 'sent', { sentAt: askedAt - second })],
      due('success'),
      [],
      null,
    ],
    [
      'it was too old to be sent',
      [write('pending'), write('success', 'dropped')],
      due('success'),
      [shows('pending')],
      'status-untold republish',
    ],
    ['nothing was ever written', [], due('pending'), [], 'status-untold republish'],
    [
      'the rows say something else',
      [write('pending')],
      due('success'),
      [shows('pending')],
      'status-untold republish',
    ],
    [
      'GitHub has refused it',
      [write('success', 'dead')],
      due('success'),
      [shows('pending')],
      'status-differs resend',
    ],
    ['pending without a job', [], none, [shows('pending')], 'stale-pending end'],
    [
      'pending without a job, sent by ourselves',
      [write('pending')],
      none,
      [shows('pending')],
      'stale-pending end',
    ],
    [
      'the summary, pending without a job',
      [],
      none,
      [shows('pending', { context: 'paddock' })],
      'stale-pending end',
    ],
    ['over without a job: an earlier coordinator said so', [], none, [shows('failure')], null],
    [
      'pending, and somebody else’s',
      [],
      none,
      [shows('pending', { context: 'travis' }), shows('pending', { context: 'paddocks/x' })],
      null,
    ],
    [
      'a refused run, as it was told',
      [write('error', 'sent', { context: 'paddock' })],
      none,
      [shows('error', { context: 'paddock' })],
      null,
    ],
  ])('%s', (_, writes, expected, shown, repair) => {
    const repairs = compareStatuses({
      writes,
      expected,
      shown,
      isPreparing: false,
      isToBeMerged: false,
      askedAt,
    });
    expect(repairs.map(({ kind, do: what }) => `${kind} ${what}`)).toEqual(repair === null ? [] : [repair]);
    for (const { basedOn } of repairs) expect(basedOn).toBe(writes.at(-1)?.id ?? null);
  });

  test('nothing is stale while jobs may come', () => {
    const facts = { writes: [], expected: none, shown: [shows('pending')], isToBeMerged: false, askedAt };
    expect(compareStatuses({ ...facts, isPreparing: true })).toEqual([]);
    expect(compareStatuses({ ...facts, isPreparing: false })).toHaveLength(1);
  });

  test('what is to be merged waits without a job, and nothing else does', () => {
    const waits = shows('pending', { context: 'Paddock/Merge-Queue' });
    const facts = { writes: [], expected: none, isPreparing: false, askedAt };
    const kindsOf = (isToBeMerged: boolean) =>
      compareStatuses({ ...facts, isToBeMerged, shown: [waits, shows('pending')] }).map(each => each.context);
    expect(kindsOf(true)).toEqual(['paddock/debian-12']);
    expect(kindsOf(false)).toEqual(['paddock/debian-12', 'Paddock/Merge-Queue']);
  });

  test('what is sent again without effect is given up after a few times', () => {
    const facts = {
      expected: due('success'),
      shown: [shows('failure')],
      isPreparing: false,
      isToBeMerged: false,
      askedAt,
    };
    const repeated = (times: number) => [
      write('pending'),
      ...Array.from({ length: times }, () => write('success')),
    ];
    expect(compareStatuses({ ...facts, writes: repeated(limits.statusRepeats) })).toHaveLength(1);
    expect(compareStatuses({ ...facts, writes: repeated(limits.statusRepeats + 1) })).toEqual([]);
  });
});
