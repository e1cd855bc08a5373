/** Hosts, pools and machines over HTTP: what an administrator reads and does, and what is refused. */
import { expect, test } from 'vitest';
import * as z from 'zod';
import { hashJoinToken } from '#coordinator/access/join-tokens.ts';
import { applyToMachine } from '#coordinator/fleet/machines.ts';
import { insertEvidence } from '#coordinator/store/boot-evidence.ts';
import { insertScreen } from '#coordinator/store/boot-screens.ts';
import { enrolHost, findJoinToken, saveHostReport } from '#coordinator/store/hosts.ts';
import { insertMachine } from '#coordinator/store/machines.ts';
import { done, problem } from '#shared/api.ts';
import {
  hostDetail,
  hostInvitation,
  hostView,
  machineDetail,
  machineView,
  poolDetail,
  poolPreview,
  poolView,
} from '#shared/fleet-api.ts';
import type { HostId } from '#shared/ids.ts';
import { imageManifest } from '#shared/image-manifest.ts';
import { limits } from '#shared/limits.ts';
import type { MachineEvent } from '#shared/machine.ts';
import { subjects } from '#shared/subjects.ts';
import { smallPng } from '#test/coordinator/support/small-png.ts';
import { ask } from '#test/support/people/ask.ts';
import { type People, withPeople } from '#test/support/people/with-people.ts';

const call = async <Schema extends z.ZodType>(
  people: People,
  schema: Schema,
  path: string,
  body?: object,
): Promise<z.output<Schema>> => {
  const answer = await ask(people, path, {
    headers: { ...people.admin, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
  });
  return schema.parse(JSON.parse(answer.text));
};

const vm = imageManifest.parse({
  name: 'netbsd-10',
  os: 'netbsd',
  arch: 'x86_64',
  disk: { url: 'https://images.example.org/disk', sha256: '0'.repeat(64), format: 'raw' },
  machine: { driver: 'libvirt', cpus: 2, memory: '2GiB' },
});

/** A host that has joined with this token, has reported, and has one VM. */
async function join({ store, clock }: People, token: string): Promise<HostId> {
  return store.write(async tx => {
    const joinToken = await findJoinToken(tx, hashJoinToken(token));
    const host = joinToken && (await enrolHost(tx, joinToken, 'UATTIC', clock.now));
    if (!host) throw new Error('the token is not one');
    const report = {
      v: 1 as const,
      host: host.id,
      capacity: { cpus: 8, memoryMiB: 16_384, diskMiB: 100_000, os: 'linux', arch: 'x86_64' },
      drivers: [{ name: 'libvirt', isolation: 'vm' as const }],
      acted: { epoch: 0, generation: 0 },
      machines: [],
    };
    await saveHostReport(tx, host.id, report, clock.now);
    await insertMachine(
      tx,
      { image: vm.name, manifest: vm, hostId: host.id, expiresAt: clock.now + 60_000 },
      clock.now,
    );
    return host.id;
  });
}

test('labels and counted resources of a host are set, shown and taken away; more than it may have are refused', () =>
  withPeople(async people => {
    const { token } = await call(people, hostInvitation, '/api/v1/hosts', { name: 'attic' });
    await join(people, token);
    const set = (body: object) => call(people, hostDetail, '/api/v1/hosts/attic/set', body);
    expect(await set({ labels: { site: 'berlin' }, resources: { gpu: 2 } })).toMatchObject({
      labels: { site: 'berlin' },
      resources: { gpu: { total: 2, free: 2 } },
    });
    expect(await set({ labels: { site: null, disk: 'nvme' } })).toMatchObject({
      labels: { disk: 'nvme' },
      resources: { gpu: { total: 2, free: 2 } },
    });
    const labels = Object.fromEntries(Array.from({ length: limits.hostLabels }, (_, n) => [`l${n}`, 'a']));
    const tooMany = { status: 409, detail: expect.stringContaining(`at most ${limits.hostLabels} labels`) };
    expect(await call(people, problem, '/api/v1/hosts/attic/set', { labels })).toMatchObject(tooMany);
    const invited = { name: 'attic', traits: { labels } };
    expect(await call(people, problem, '/api/v1/hosts', invited)).toMatchObject(tooMany);
    expect(await call(people, problem, '/api/v1/hosts/barn/set', { labels: {} })).toMatchObject({
      status: 404,
    });
  }));

test('a host is invited, seen, drained, resumed and removed', () =>
  withPeople(async people => {
    const invitation = await call(people, hostInvitation, '/api/v1/hosts', { name: 'attic' });
    expect(invitation).toMatchObject({
      name: 'attic',
      coordinator: 'http://127.0.0.1:7071',
      drivers: ['process'],
      isKnown: false,
    });
    const id = await join(people, invitation.token);
    expect(await call(people, hostInvitation, '/api/v1/hosts', { name: 'attic' })).toMatchObject({
      isKnown: true,
    });
    expect(await call(people, z.array(hostView), '/api/v1/hosts')).toMatchObject([
      {
        id,
        isConnected: true,
        isDraining: false,
        system: { os: 'linux', arch: 'x86_64' },
        room: { cpus: { total: 8, free: 6 }, memoryMiB: { total: 16_384, free: 14_336 } },
        diskFreeMiB: 100_000,
        machines: { requested: 1 },
      },
    ]);
    await call(people, done, '/api/v1/hosts/attic/drain', {});
    expect(await call(people, hostDetail, '/api/v1/hosts/attic')).toMatchObject({
      isDraining: true,
      machineList: [{ image: 'netbsd-10', status: 'requested' }],
    });
    await call(people, done, '/api/v1/hosts/attic/resume', {});
    expect(await call(people, hostDetail, '/api/v1/hosts/attic')).toMatchObject({ isDraining: false });
    expect(await call(people, problem, '/api/v1/hosts/attic/remove', {})).toMatchObject({
      status: 409,
      detail: expect.stringContaining('attic has 1 machine'),
    });
    await call(people, done, '/api/v1/hosts/attic/remove', { isForced: true });
    expect(people.revoked).toEqual(['UATTIC']);
    expect(people.told).toMatchObject([{ subject: subjects.down(id), message: { machines: [] } }]);
    expect(await call(people, z.array(hostView), '/api/v1/hosts')).toEqual([]);
  }));

test('a token of a host that has not come is taken back', () =>
  withPeople(async people => {
    await call(people, hostInvitation, '/api/v1/hosts', { name: 'attic' });
    const { token } = await call(people, hostInvitation, '/api/v1/hosts', { name: 'attic' });
    const hash = hashJoinToken(token);
    expect(await findJoinToken(people.store.read, hash)).not.toBeNull();
    expect(await call(people, done, '/api/v1/hosts/attic/remove', {})).toEqual({
      message: 'attic has not joined; its token lets nobody in any more',
    });
    expect(await findJoinToken(people.store.read, hash)).toBeNull();
    expect(await call(people, problem, '/api/v1/hosts/attic/remove', {})).toMatchObject({ status: 404 });
  }));

test('a pool is scaled, paused and reset, and says what it has and lacks', () =>
  withPeople(async people => {
    const [pool] = await call(people, z.array(poolView), '/api/v1/pools');
    expect(pool).toMatchObject({ image: 'debian-12', warm: 0, max: 2, changedAt: null, missing: 0 });
    expect(
      await call(people, poolDetail, '/api/v1/pools/debian-12/scale', { warm: 4, max: 9 }),
    ).toMatchObject({
      warm: 4,
      max: 9,
      configured: { warm: 0, max: 2 },
      changedAt: people.clock.now,
      missing: 4,
      limit: { kind: 'no-host' },
      decisions: [{ type: 'pool.scaled' }],
    });
    expect(await call(people, poolDetail, '/api/v1/pools/debian-12/pause', {})).toMatchObject({
      isPaused: true,
    });
    expect(await call(people, poolDetail, '/api/v1/pools/debian-12/reset', {})).toMatchObject({
      isPaused: false,
      max: 2,
      changedAt: null,
    });
    expect(people.wakes).toContainEqual({ type: 'fleet' });
  }));

test('a change of a pool is asked about, and nothing comes of it', () =>
  withPeople(async people => {
    const asked = (change: object) => call(people, poolPreview, '/api/v1/pools/debian-12/preview', change);
    expect(await asked({ warm: 4, max: 9 })).toMatchObject({
      ...{ image: 'debian-12', refusal: null, warm: 4, max: 9, missing: 4, starts: [] },
      limit: { kind: 'no-host' },
      sentences: [expect.stringMatching(/^would start nothing now, 4 short: /)],
    });
    expect(await asked({ warm: 3 })).toMatchObject({
      refusal: expect.stringContaining('3 kept ready is more than 2 at once'),
      sentences: [],
    });
    expect(await call(people, poolDetail, '/api/v1/pools/debian-12')).toMatchObject({
      ...{ warm: 0, max: 2, changedAt: null },
      decisions: [],
    });
  }));

/** What became of the only machine of a host that has joined, and what it wrote. */
async function machineAfter(people: People, happened: MachineEvent[], console: string | null) {
  const { token } = await call(people, hostInvitation, '/api/v1/hosts', { name: 'attic' });
  await join(people, token);
  const [machine] = await call(people, z.array(machineView), '/api/v1/machines');
  if (!machine) throw new Error('the host has a machine');
  await people.store.write(async tx => {
    for (const event of happened) await applyToMachine(tx, machine.id, event);
    const receivedAt = people.clock.now;
    if (console !== null) await insertEvidence(tx, { machineId: machine.id, console, receivedAt });
  });
  return machine;
}
const missed = (at: number): MachineEvent[] => [
  { type: 'created', at },
  { type: 'retire-requested', at, reason: 'did not report in within 120 s', hasFailed: true },
  { type: 'observed-gone', at, reason: '' },
];
const panic = '[    1.4] Kernel panic - not syncing: No working init found.';

test('a machine that failed to start is listed and shown, with why and what it wrote', () =>
  withPeople(async people => {
    const at = people.clock.now;
    const machine = await machineAfter(people, missed(at), panic);
    expect(machine).toMatchObject({ status: 'requested', hasFailed: false, reason: null, diagnosis: null });
    const failed = {
      id: machine.id,
      image: 'netbsd-10',
      host: 'attic',
      status: 'gone',
      hasFailed: true,
      reason: 'did not report in within 120 s',
      diagnosis: expect.stringMatching(/^the kernel finds no first program \(Kernel panic.*; check/),
    };
    expect(await call(people, z.array(machineView), '/api/v1/machines')).toMatchObject([failed]);
    const shown = await call(people, machineDetail, `/api/v1/machines/${machine.id}`);
    expect(shown).toMatchObject({ ...failed, console: { text: panic, receivedAt: at } });
    expect(shown.events.map(({ type }) => type)).toEqual([
      'machine.created',
      'machine.retire-requested',
      'machine.observed-gone',
    ]);
  }));

test('what was on its display is a picture, for administrators', () =>
  withPeople(async people => {
    const { id } = await machineAfter(people, missed(people.clock.now), '');
    const route = `/api/v1/machines/${id}/screen.png`;
    expect(await call(people, machineDetail, `/api/v1/machines/${id}`)).toMatchObject({ screen: null });
    expect(await call(people, problem, route)).toMatchObject({
      status: 404,
      detail: `there is no picture of machine ${id}`,
    });
    const png = Buffer.from(smallPng, 'base64');
    await people.store.write(tx => insertScreen(tx, { machineId: id, png, receivedAt: people.clock.now }));
    expect(await call(people, machineDetail, `/api/v1/machines/${id}`)).toMatchObject({
      screen: { bytes: png.length },
      diagnosis: expect.stringMatching(/what was on its display was kept/),
    });
    const answer = await ask(people, route, { headers: people.admin });
    expect(answer.headers).toMatchObject({
      ...{ 'content-type': 'image/png', 'x-content-type-options': 'nosniff' },
      'content-length': String(png.length),
    });
    expect(answer.text).toBe(png.toString());
  }));

test('a machine that ended as it should is listed with all, and has not failed; one without a console has no diagnosis', () =>
  withPeople(async people => {
    const at = people.clock.now;
    const up: MachineEvent[] = [{ type: 'reported-in', at }, ...missed(at).slice(1)];
    const { id } = await machineAfter(people, up, null);
    expect(await call(people, z.array(machineView), '/api/v1/machines')).toEqual([]);
    expect(await call(people, z.array(machineView), '/api/v1/machines?all=1')).toMatchObject([
      { id, status: 'gone', hasFailed: false, diagnosis: null },
    ]);
    expect(await call(people, machineDetail, `/api/v1/machines/${id}`)).toMatchObject({ console: null });
  }));

test.each([
  ['/api/v1/machines/machine_00000000000000000000000001', undefined, 404, 'there is no machine machine_'],
  ['/api/v1/machines/nonsense', undefined, 400, 'id'],
  ['/api/v1/machines?all=yes', undefined, 400, 'all'],
  ['/api/v1/hosts/nobody', undefined, 404, 'there is no host nobody'],
  ['/api/v1/hosts/nobody/drain', {}, 404, 'there is no host nobody'],
  ['/api/v1/hosts/nobody/remove', {}, 404, 'there is no host nobody'],
  ['/api/v1/hosts', { name: 'Not A Name' }, 400, 'name'],
  ['/api/v1/pools/nothing', undefined, 404, 'there is no pool of nothing'],
  ['/api/v1/pools/debian-12/scale', { max: 0 }, 400, 'max'],
  ['/api/v1/pools/debian-12/scale', { most: 3 }, 400, 'most'],
  ['/api/v1/pools/nothing/preview', { max: 3 }, 404, 'there is no pool of nothing'],
  ['/api/v1/pools/debian-12/preview', { max: 0 }, 400, 'max'],
  ['/api/v1/pools/debian-12/scale', { warm: 3 }, 409, '3 kept ready is more than 2 at once'],
] as const)('%s with %o is refused with %i', (path, body, status, detail) =>
  withPeople(async people => {
    const refused = await call(people, problem, path, body);
    expect(refused).toMatchObject({ status, detail: expect.stringContaining(detail) });
  }),
);

test.each(['runs', 'jobs', 'hosts', 'pools'])(
  'a name in /api/v1/%s that is longer than any is not there, and not repeated',
  kind =>
    withPeople(async people => {
      const refused = await call(people, problem, `/api/v1/${kind}/${'a'.repeat(600)}`);
      expect(refused).toMatchObject({ status: 404, detail: expect.not.stringContaining('aaa') });
    }),
);

const adminsOnly = [
  '/api/v1/hosts',
  '/api/v1/hosts/attic',
  '/api/v1/pools',
  '/api/v1/pools/debian-12',
  '/api/v1/machines',
  '/api/v1/machines/machine_00000000000000000000000001',
  '/api/v1/machines/machine_00000000000000000000000001/screen.png',
];

test.each(adminsOnly)('a stranger does not see %s', path =>
  withPeople(async people => {
    expect((await ask(people, path)).status).toBe(401);
  }),
);
