import { expect, test } from 'vitest';
import { bindingOf, etaOf, groupReason, type WaitFacts, waitReason } from '#coordinator/queue/wait-reason.ts';

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

test.each<[binding: string, sentence: string, Partial<WaitFacts>]>([
  [
    'settling',
    'the coordinator has just started, and no host for debian-12 has reported yet',
    { hosts: { connected: 0, usable: 0 }, isSettling: true, ahead: 3 },
  ],
  ['pool-paused', 'the pool of debian-12 is paused', { isPaused: true, ahead: 3 }],
  [
    'all-busy',
    'debian-12 may have 3 machines at once, and all of them are in use',
    { ahead: 7, machines: { ...none, busy: 3 } },
  ],
  [
    'all-busy',
    'debian-12 may have one machine at once, and it is in use',
    { machines: { ...none, retiring: 1, max: 1 } },
  ],
  ['next', 'a machine of debian-12 is ready and takes its next job', { machines: { ...none, ready: 1 } }],
  ['booting', '2 machines of debian-12 boot', { ahead: 1, machines: { ...none, booting: 2 } }],
  [
    'fetching',
    'attic fetches the files of debian-12 (1.0 MB of 2.0 MB)',
    { machines: { ...none, booting: 1 }, fetching: { on: 'attic', bytes: 1e6, totalBytes: 2e6 } },
  ],
  [
    'no-room',
    '1 machine of debian-12 in use, and no other yet: it needs 1 gpu, and rack has 0 of 2 free',
    { ahead: 2, machines: { ...none, busy: 1 }, limit: scarce },
  ],
  [
    'no-room',
    'no machine of debian-12 yet: it needs 1 gpu, and rack has 0 of 2 free',
    { ahead: 2, limit: scarce },
  ],
  ['requested', 'more machines of debian-12 are being requested', { ahead: 2 }],
])('all that is bound by %s: %s', (binding, sentence, differences) => {
  expect(bindingOf({ ...facts, ...differences })).toBe(binding);
  expect(groupReason({ ...facts, ...differences })).toBe(sentence);
});

test('of jobs of one image those near the front wait for a machine that boots, the others for the limit', () => {
  const machines = { ...none, booting: 2, busy: 1 };
  const bindings = [0, 1, 2, 3].map(ahead => bindingOf({ ...facts, machines, ahead }));
  expect(bindings).toEqual(['booting', 'booting', 'all-busy', 'all-busy']);
});

test('how long it takes is said of what is a matter of time alone', () => {
  const busy = { ...facts, machines: { ...none, busy: 3 }, typicalMs: minutes(10) };
  expect(etaOf(busy)).toBe(minutes(5));
  expect(etaOf({ ...busy, ahead: 3 })).toBe(minutes(15));
  expect(etaOf({ ...busy, typicalMs: null })).toBeNull();
  expect(etaOf({ ...busy, isPaused: true })).toBeNull();
});
