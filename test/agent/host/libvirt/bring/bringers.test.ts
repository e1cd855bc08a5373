/** When it is given up, and when not; that an agent arrives is seen in `test/vm/bring.long.test.ts`. */
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sha256Of } from '#agent/host/drivers/checked-start.ts';
import { type Bringers, createBringers } from '#agent/host/drivers/libvirt/bring/bringers.ts';
import { type Login, loginOf, writeLogin } from '#agent/host/drivers/libvirt/bring/login.ts';
import { placesOf } from '#agent/host/drivers/libvirt/machine-directory.ts';
import { VirshFailed } from '#agent/host/drivers/libvirt/virsh.ts';
import type { DesiredMachine } from '#shared/host-messages.ts';
import { desiredMachine } from '#test/contract/driver/desired-machine.ts';
import { until } from '#test/support/until.ts';

let machines: string;
let machine: DesiredMachine;
let bringers: Bringers;
let ends: string[];

beforeEach(async () => {
  machines = await mkdtemp(join(tmpdir(), 'paddock-bringers-'));
  machine = desiredMachine({ driver: 'libvirt' });
  ends = [];
  await mkdir(join(machines, machine.id));
  bringers = open();
});
afterEach(async () => {
  await bringers.close();
  await rm(machines, { recursive: true, force: true });
});

/** A libvirt that has no monitor of the machine. */
const open = (): Bringers =>
  createBringers({
    placesOf: id => placesOf(machines, id),
    virsh: {
      run: async () => {
        throw new VirshFailed('qemu-monitor-command', 'no monitor', null);
      },
      follow: async () => {},
    },
    readAgent: async () => ({ bundle: new Uint8Array(), sha256: sha256Of(new Uint8Array()), ca: null }),
    giveUp: async (_, reason) => void ends.push(reason),
    log: () => {},
  });

async function want(change: Partial<Login> = {}): Promise<void> {
  const key = join(machines, 'key');
  await writeFile(key, 'a private key', { mode: 0o644 });
  const told = { user: 'build', environment: {}, ticket: machine.ticket };
  await writeLogin(placesOf(machines, machine.id), { ...loginOf(machine, told), ...change }, key);
  bringers.start({ id: machine.id, reaches: [] }, process.pid);
}

const left = async () => (await readdir(join(machines, machine.id))).filter(name => name !== 'console');
const console = () => readFile(join(machines, machine.id, 'console'), 'utf8').catch(() => '');

test('ticket and key are for the host’s user alone', async () => {
  await want();
  for (const name of ['bring.json', 'login-key'])
    expect((await stat(join(machines, machine.id, name))).mode & 0o777).toBe(0o600);
});

test('when its time is up the machine is given up, with the last problem, which is on its console too', async () => {
  await want({ until: Date.now() + 300 });
  await until('it is given up', () => ends.length > 0);
  const reason = 'its agent could not be brought within 1 s: virsh qemu-monitor-command: no monitor';
  expect(ends).toEqual([reason]);
  expect(await console()).toContain(`paddock: ${reason}\n`);
  expect(await console()).not.toContain(machine.ticket);
});

test.each<[string, Partial<Login>]>([
  ['a machine that a restarted host agent finds after its time', { until: 1 }],
  ['a machine whose agent was seen to run', { isStarted: true }],
])('%s is left to the coordinator, and nothing secret stays', async (_, change) => {
  await want({ until: Date.now() + 300, ...change });
  await until('nothing is left to be brought', async () => (await left()).length === 0);
  expect(ends).toEqual([]);
});

test('a host agent that closes leaves what is to be brought to the next one', async () => {
  await want();
  await until('it is tried', async () => (await console()).includes('no monitor'));
  await bringers.close();
  bringers.start({ id: machine.id, reaches: [] }, process.pid);
  expect(await left()).toEqual(['bring.json', 'login-key']);
  expect(ends).toEqual([]);
});

test('a machine that ends meanwhile ends it', async () => {
  await want();
  await bringers.stop(machine.id);
  expect(ends).toEqual([]);
});
