/** Every cell: what becomes of an entry, and of a batch, in each status on each event. */
import { describe, expect, test } from 'vitest';
import { commitSha, mergeBatchId, runId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { decideMergeBatch } from '#shared/merge-batch-machine.ts';
import { decideMergeEntry } from '#shared/merge-entry-machine.ts';
import type { MergeBatchEvent, MergeBatchState, MergeEntryEvent, MergeEntryState } from '#shared/merging.ts';
import { decisionText } from './decision-text.ts';

const batch = mergeBatchId.parse(`batch_${'0'.repeat(26)}`);
const run = runId.parse(`run_${'0'.repeat(26)}`);
const commit = commitSha.parse('a'.repeat(40));
const at = 200;

const entries: { [Status in MergeEntryState['status']]: Extract<MergeEntryState, { status: Status }> } = {
  waiting: { status: 'waiting', since: 100, why: null },
  'in-batch': { status: 'in-batch', since: 100, batch },
  testing: { status: 'testing', since: 100, batch },
  landing: { status: 'landing', since: 100, batch },
  landed: { status: 'landed', at: 100, commit, isToClose: true },
  ejected: { status: 'ejected', at: 100, reason: 'failed', message: 'it fails', run },
  withdrawn: { status: 'withdrawn', at: 100, message: 'taken back' },
};
const entryEvents: { [Type in MergeEntryEvent['type']]: Extract<MergeEntryEvent, { type: Type }> } = {
  examined: { type: 'examined', at, why: 'it is a draft' },
  batched: { type: 'batched', at, batch },
  'test-started': { type: 'test-started', at },
  released: { type: 'released', at },
  'landing-started': { type: 'landing-started', at },
  landed: { type: 'landed', at, commit, isToClose: false },
  'closed-on-forge': { type: 'closed-on-forge', at },
  ejected: { type: 'ejected', at, reason: 'failed', message: 'it fails', run },
  withdrawn: { type: 'withdrawn', at, message: 'taken back' },
};

const [stale, unchanged, impossible] = ['rejected: stale', 'rejected: unchanged', 'rejected: impossible'];
const said = ': publish-status';
const abandoned = ': publish-status, abandon-batch';

const inBatch = {
  examined: `waiting${abandoned}`,
  batched: stale,
  released: `waiting${said}`,
  'landing-started': `landing${said}`,
  landed: `landed${abandoned}`,
  'closed-on-forge': stale,
  ejected: `ejected${said}`,
  withdrawn: `withdrawn${abandoned}`,
};
const over = {
  examined: stale,
  batched: stale,
  'test-started': stale,
  released: stale,
  'landing-started': stale,
  landed: stale,
  'closed-on-forge': stale,
  ejected: stale,
  withdrawn: stale,
};
const entryTable: Record<MergeEntryState['status'], Record<MergeEntryEvent['type'], string>> = {
  waiting: {
    examined: `waiting${said}`,
    batched: `in-batch${said}`,
    'test-started': stale,
    released: unchanged,
    'landing-started': `landing${said}`,
    landed: `landed${said}`,
    'closed-on-forge': stale,
    ejected: `ejected${said}`,
    withdrawn: `withdrawn${said}`,
  },
  'in-batch': { ...inBatch, 'test-started': `testing${said}` },
  testing: { ...inBatch, 'test-started': unchanged },
  landing: {
    examined: unchanged,
    batched: stale,
    'test-started': stale,
    released: `waiting${said}`,
    'landing-started': unchanged,
    landed: `landed${said}`,
    'closed-on-forge': stale,
    ejected: `ejected${said}`,
    withdrawn: impossible,
  },
  landed: { ...over, landed: unchanged, 'closed-on-forge': 'landed' },
  ejected: over,
  withdrawn: over,
};

const cells = <Status extends string, Type extends string>(table: Record<Status, Record<Type, string>>) =>
  (Object.entries(table) as [Status, Record<Type, string>][]).flatMap(([status, row]) =>
    (Object.entries(row) as [Type, string][]).map(([type, expected]) => [status, type, expected] as const),
  );

describe('an entry', () => {
  test.each(cells(entryTable))('%s on %s: %s', (status, type, expected) => {
    expect(decisionText(decideMergeEntry(entries[status], entryEvents[type]))).toBe(expected);
  });

  test('that waits for something is neither tested nor merged', () => {
    const held = { ...entries.waiting, why: 'it is a draft' };
    for (const type of ['batched', 'landing-started'] as const)
      expect(decisionText(decideMergeEntry(held, entryEvents[type]))).toBe(impossible);
  });
});

const batches: { [Status in MergeBatchState['status']]: Extract<MergeBatchState, { status: Status }> } = {
  testing: { status: 'testing', run, reruns: 0 },
  passed: { status: 'passed', run },
  doubtful: { status: 'doubtful', run, message: 'it fails' },
  landing: { status: 'landing', run, tries: 0, nextAt: 100, message: null },
  landed: { status: 'landed', at: 100, run },
  failed: { status: 'failed', at: 100, run, message: 'it fails' },
  abandoned: { status: 'abandoned', at: 100, run, message: 'moved' },
};
const batchEvents: { [Type in MergeBatchEvent['type']]: Extract<MergeBatchEvent, { type: Type }> } = {
  passed: { type: 'passed', at },
  failed: { type: 'failed', at, message: 'it fails' },
  'failed-ahead': { type: 'failed-ahead', at, message: 'it fails' },
  'landing-started': { type: 'landing-started', at },
  'infrastructure-failed': { type: 'infrastructure-failed', at, message: 'lost' },
  abandoned: { type: 'abandoned', at, message: 'moved' },
  'push-failed': { type: 'push-failed', at, retryAt: 300, message: 'protected' },
  landed: { type: 'landed', at },
};
const ended = {
  passed: stale,
  failed: stale,
  'failed-ahead': stale,
  'landing-started': stale,
  'infrastructure-failed': stale,
  abandoned: stale,
  'push-failed': stale,
  landed: stale,
};
const batchTable: Record<MergeBatchState['status'], Record<MergeBatchEvent['type'], string>> = {
  testing: {
    passed: 'passed',
    failed: 'failed: end-run, release-entries',
    'failed-ahead': 'doubtful: end-run',
    'landing-started': stale,
    'infrastructure-failed': 'testing: rerun',
    abandoned: 'abandoned: end-run, release-entries',
    'push-failed': stale,
    landed: stale,
  },
  passed: {
    passed: unchanged,
    failed: stale,
    'failed-ahead': stale,
    'landing-started': 'landing: push',
    'infrastructure-failed': stale,
    abandoned: 'abandoned: end-run, release-entries',
    'push-failed': stale,
    landed: stale,
  },
  doubtful: {
    passed: stale,
    failed: 'failed: release-entries',
    'failed-ahead': unchanged,
    'landing-started': stale,
    'infrastructure-failed': stale,
    abandoned: 'abandoned: end-run, release-entries',
    'push-failed': stale,
    landed: stale,
  },
  landing: {
    passed: unchanged,
    failed: stale,
    'failed-ahead': stale,
    'landing-started': unchanged,
    'infrastructure-failed': stale,
    abandoned: 'abandoned: end-run, release-entries',
    'push-failed': 'landing: push',
    landed: 'landed',
  },
  landed: { ...ended, landed: unchanged },
  failed: ended,
  abandoned: ended,
};

describe('a batch', () => {
  test.each(cells(batchTable))('%s on %s: %s', (status, type, expected) => {
    expect(decisionText(decideMergeBatch(batches[status], batchEvents[type]))).toBe(expected);
  });

  test('gives up at last: infrastructure without blame, a push with a word to each entry', () => {
    const tired = { ...batches.testing, reruns: limits.mergeReruns };
    expect(decisionText(decideMergeBatch(tired, batchEvents['infrastructure-failed']))).toBe(
      'abandoned: end-run, release-entries',
    );
    const last = { ...batchEvents['push-failed'], retryAt: null };
    expect(decisionText(decideMergeBatch(batches.landing, last))).toBe('abandoned: end-run, eject-entries');
  });
});
