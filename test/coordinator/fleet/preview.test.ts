import { describe, expect, test } from 'vitest';
import { previewOf } from '#coordinator/fleet/preview.ts';
import { previewSentences } from '#coordinator/fleet/preview-words.ts';
import type { PlannedPool } from '#coordinator/fleet/snapshot.ts';
import { imageOf, poolOf } from '../support/brain-lab.ts';
import { filesOn, hostOf, linuxPool, machineOf, now, planned, snapshotOf } from './snapshots.ts';

type Facts = Parameters<typeof snapshotOf>[0];

/** What would happen at once if the pool of `linux` held this, in the sentences of page and terminal. */
const told = (pool: PlannedPool, facts: Facts): string[] =>
  previewSentences(previewOf(snapshotOf(facts), pool, now));

describe('what a change of a pool would do at once', () => {
  test('as many more as it may have then, and where', () => {
    const full = { pools: [linuxPool({ max: 1 })], machines: [machineOf('m1', 'busy')], queue: { linux: 2 } };
    expect(planned(full)).toEqual([]);
    expect(told(linuxPool({ max: 3 }), full)).toEqual([
      'would start 2 now: shed has room, the image is there',
    ]);
    expect(told(linuxPool({ max: 2 }), full)[0]).toBe('would start 1 now: shed has room, the image is there');
  });

  test('over several hosts, each with its share', () => {
    const hosts = [hostOf('shed', { memoryMiB: 2_048 }), hostOf('barn', { memoryMiB: 2_048 })];
    const facts = { pools: [linuxPool({ max: 1 })], hosts, queue: { linux: 4 } };
    expect(told(linuxPool({ max: 4 }), facts)).toEqual([
      'would start 4 now: 2 on barn, 2 on shed, where the image is',
    ]);
  });

  test('nothing is started, because what is wanted is there: both numbers', () => {
    const facts = { pools: [linuxPool({ max: 2 })], machines: [machineOf('m1', 'ready')] };
    expect(told(linuxPool({ max: 5, warm: 1 }), facts)).toEqual([
      'would start nothing now: 0 queued and 1 kept ready are wanted, 1 ready or on the way',
    ]);
  });

  test('nothing is started, because there is no host: how many are short, and why', () => {
    const facts = { hosts: [], queue: { linux: 3 } };
    expect(told(linuxPool({ max: 3 }), facts)[0]).toBe(
      'would start nothing now, 3 short: no host has joined; paddock host add NAME lets one in',
    );
  });

  test('idle machines beyond those that are kept go later, and it says when', () => {
    const machines = [machineOf('m1', 'ready'), machineOf('m2', 'ready')];
    const sentences = told(linuxPool({ max: 2, warm: 0 }), {
      pools: [linuxPool({ max: 2, warm: 2 })],
      machines,
    });
    expect(sentences[0]).toMatch(/^would start nothing now: /);
    expect(sentences[1]).toMatch(
      /^2 idle machines are beyond those that are kept; what nobody asks for goes after \d+ (min|s)$/,
    );
  });

  test('more than it may have: none is stopped while it has a job', () => {
    const machines = [machineOf('m1', 'busy'), machineOf('m2', 'busy')];
    const facts = { pools: [linuxPool({ max: 2 })], machines };
    expect(told(linuxPool({ max: 1 }), facts)).toContain(
      '1 machine more than it may have: none is stopped while it has a job, and no other is made',
    );
  });

  test('what other pools lose by it', () => {
    const vm = (name: string, max: number) =>
      poolOf(imageOf(name, { driver: 'libvirt', memory: '1GiB' }), { max });
    const facts = {
      pools: [vm('linux', 1), vm('bsd', 4)],
      hosts: [hostOf('shed', { memoryMiB: 4_096, imageFiles: filesOn(['0']) })],
      queue: { linux: 6, bsd: 3 },
    };
    expect(told(vm('linux', 6), facts)).toEqual([
      'would start 4 now: shed has room, the image is there',
      '2 more wanted and not to be had: it needs 1024 MiB of memory, and shed has 0 MiB free',
      'bsd: 3 fewer started now',
    ]);
  });

  test('is what the planner then does', () => {
    const facts = {
      pools: [linuxPool({ max: 1 })],
      machines: [machineOf('m1', 'busy')],
      queue: { linux: 9 },
    };
    const wider = linuxPool({ max: 7 });
    const preview = previewOf(snapshotOf(facts), wider, now);
    const made = planned({ ...facts, pools: [wider] }).filter(line => line.startsWith('create'));
    expect(preview.starts.reduce((sum, { count }) => sum + count, 0)).toBe(made.length);
    expect(made.length).toBeGreaterThan(0);
  });
});
