import { expect, test } from 'vitest';
import { type WaitFacts, waitReason } from '#coordinator/queue/wait-reason.ts';

const none = { ready: 0, booting: 0, busy: 0, retiring: 0, max: 3 };
const facts: WaitFacts = {
  image: 'debian-12',
  ahead: 0,
  machines: none,
  hosts: { connected: 1, usable: 1 },
  quarantine: null,
  fetching: null,
  limit: null,
  typicalMs: null,
  isUnknown: false,
  isPaused: false,
  isDisabled: false,
  needsIsolation: false,
  isSettling: false,
};
const scarce = { kind: 'resource', text: 'it needs 1 gpu, and rack has 0 of 2 free' } as const;
const minutes = (count: number) => count * 60_000;
const broken = { untilMs: 7_300, message: 'no such disk', image: 'debian-12', on: 'shed', machine: 'm1' };

test.each<[string, Partial<WaitFacts>]>([
  [
    'no image called debian-12 is configured any more; cancel the job or add the image again',
    { isUnknown: true, hosts: { connected: 0, usable: 0 } },
  ],
  ['the pool of debian-12 is paused', { isPaused: true, hosts: { connected: 0, usable: 0 } }],
  [
    'debian-12 isolates nothing, so an untrusted change waits; it needs a VM image',
    { needsIsolation: true, ahead: 3 },
  ],
  ['no host for debian-12 is connected', { hosts: { connected: 0, usable: 0 }, ahead: 3 }],
  ['every host for debian-12 is being drained', { hosts: { connected: 2, usable: 0 }, ahead: 3 }],
  [
    'debian-12 failed to start on shed: no such disk; next try in 8 s; see paddock machine show m1',
    { quarantine: broken, ahead: 3 },
  ],
  ['no machine of debian-12 yet: it needs 1 gpu, and rack has 0 of 2 free', { ahead: 3, limit: scarce }],
  ['3 ahead for debian-12', { ahead: 3, machines: { ...none, busy: 1 }, limit: scarce }],
  [
    'next for debian-12; no other machine yet: it needs 1 gpu, and rack has 0 of 2 free',
    { machines: { ...none, busy: 1 }, limit: scarce },
  ],
  ['next for debian-12, its machine boots', { machines: { ...none, booting: 1 }, limit: scarce }],
  ['3 ahead for debian-12', { quarantine: broken, ahead: 3, machines: { ...none, busy: 1 } }],
  ['3 ahead for debian-12, about 15 min', { ahead: 3, typicalMs: minutes(10) }],
  ['1 ahead for debian-12, less than a minute', { ahead: 1, typicalMs: 30_000 }],
  [
    'next for debian-12, attic fetches its files (1.2 GB of 3.4 GB)',
    { machines: { ...none, booting: 1 }, fetching: { on: 'attic', bytes: 1.2e9, totalBytes: 3.4e9 } },
  ],
  [
    'next for debian-12, attic fetches its files (70.0 MB so far)',
    { machines: { ...none, booting: 1 }, fetching: { on: 'attic', bytes: 7e7, totalBytes: null } },
  ],
  [
    'next for debian-12, attic fetches its files',
    { machines: { ...none, booting: 1 }, fetching: { on: 'attic', bytes: 0, totalBytes: null } },
  ],
  ['next for debian-12, its machine boots', { machines: { ...none, booting: 1, busy: 2 } }],
  ['next for debian-12', { machines: { ...none, ready: 1 } }],
  ['next for debian-12, all 3 machines are busy', { machines: { ...none, busy: 2, retiring: 1 } }],
  [
    'next for debian-12, all 3 machines are busy, about 5 min',
    { machines: { ...none, busy: 3 }, typicalMs: minutes(10) },
  ],
  ['next for debian-12, both machines are busy', { machines: { ...none, busy: 2, max: 2 } }],
  ['next for debian-12, its only machine is busy', { machines: { ...none, busy: 1, max: 1 } }],
  ['next for debian-12, a machine is being requested', { machines: { ...none, busy: 2 } }],
])('%s', (sentence, differences) => {
  expect(waitReason({ ...facts, ...differences })).toBe(sentence);
});
