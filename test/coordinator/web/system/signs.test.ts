import { expect, test } from 'vitest';
import { imageRows } from '#coordinator/web/system/image-rows.ts';
import { signOfHost, signOfImage, signOfMachine } from '#coordinator/web/system/signs.ts';
import {
  type HostView,
  hostView,
  type MachineView,
  machineView,
  type PoolView,
  poolView,
} from '#shared/fleet-api.ts';
import { type ImageView, imageView } from '#shared/image-api.ts';

const id = (kind: string) => `${kind}_${'0'.repeat(26)}`;
const holdBack = { isQuarantined: true, text: '', machine: id('machine'), until: 0 };

const image = (facts: Partial<ImageView> = {}): ImageView =>
  imageView.parse({
    ...{ name: 'netbsd-10', os: 'netbsd', arch: 'x86_64', driver: 'libvirt', eol: null, aliases: [] },
    ...{ origin: 'registered', serves: { repositories: ['*'], suites: 'all' } },
    ...{ current: 1, isDisabled: false, probation: null, ...facts },
  });

const pool = (facts: Partial<PoolView> = {}): PoolView =>
  poolView.parse({
    ...{ image: 'netbsd-10', driver: 'libvirt', hosts: null, warm: 0, max: 2, idleMs: 0, isPaused: false },
    ...{ configured: { warm: 0, max: 2, idleMs: 0 }, changedAt: null, queued: 0, machines: {}, missing: 0 },
    ...{ room: 0, limit: { kind: 'no-host', text: '' }, emulatedOn: [], ...facts },
  });

const signOf = (view: Partial<ImageView>, facts: Partial<PoolView> | null) =>
  signOfImage({ image: image(view), pool: facts && pool(facts), trial: null }).label;

test('an image stands as what most keeps people from it', () => {
  expect(signOf({ isDisabled: true }, { isPaused: true })).toBe('disabled');
  expect(signOf({ current: null }, null)).toBe('no version is ready');
  expect(signOf({ current: null, probation: 1 }, null)).toBe('on probation');
  expect(signOf({}, { failing: holdBack as PoolView['failing'], isPaused: true })).toBe('quarantined');
  expect(signOf({}, { isPaused: true, missing: 1 })).toBe('paused');
  expect(signOf({}, { missing: 1 })).toBe('short of machines');
  expect(signOf({}, { missing: 1, limit: { kind: 'max-reached', text: '' } })).toBe('ready');
  expect(signOf({}, {})).toBe('ready');
});

test('an image has the pool of its current version, and that of the version that is tried', () => {
  const [tried, other] = [image({ probation: 3 }), image({ name: 'netbsd-10.1' })];
  const pools = [pool(), pool({ image: 'netbsd-10@3' })];
  expect(imageRows([tried, other], pools)).toEqual([
    { image: tried, pool: pools[0], trial: { version: 3, pool: pools[1] } },
    { image: other, pool: null, trial: null },
  ]);
});

const host = (facts: Partial<HostView>): HostView =>
  hostView.parse({
    ...{ id: id('host'), name: 'attic', isConnected: true, isDraining: false, lastSeenAt: 1, system: null },
    ...{ room: null, diskFreeMiB: null, drivers: [], machines: {}, ...facts },
  });

test('a host stands as what most keeps machines from it', () => {
  const quarantine = holdBack as HostView['quarantine'];
  expect(signOfHost(host({ isConnected: false, quarantine })).label).toBe('silent');
  expect(signOfHost(host({ quarantine, isDraining: true })).label).toBe('quarantined');
  expect(signOfHost(host({ isDraining: true })).label).toBe('draining');
  expect(signOfHost(host({}))).toEqual({ standing: 'passed', label: 'connected' });
});

const machine = (facts: Partial<MachineView>): MachineView =>
  machineView.parse({
    ...{ id: id('machine'), image: 'netbsd-10', host: 'attic', status: 'gone', since: 1, createdAt: 1 },
    ...{ expiresAt: 1, reason: null, attempt: null, hasFailed: false, diagnosis: null, ...facts },
  });

test.each([
  [{ hasFailed: true }, 'failed', 'failed to start'],
  [{ status: 'busy' }, 'running', 'busy'],
  [{ status: 'ready' }, 'passed', 'ready'],
  [{ status: 'booting' }, 'queued', 'booting'],
  [{ status: 'gone' }, 'skipped', 'gone'],
] as const)('a machine with %o has the shape of %s and the words "%s"', (facts, standing, label) => {
  expect(signOfMachine(machine(facts))).toEqual({ standing, label });
});
