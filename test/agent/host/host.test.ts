import { cp, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { MachineId } from '#shared/ids.ts';
import { desiredMachine } from '#test/contract/driver/desired-machine.ts';
import { guestProgram, processesOf } from '#test/contract/driver/process-bench.ts';
import { until } from '#test/support/until.ts';
import { type HostUnderTest, openHost, stateFile } from './host-under-test.ts';
import { joinToken, startScriptedCoordinator } from './scripted-coordinator.ts';

let host: HostUnderTest;
beforeEach(async () => {
  host = await openHost();
});
afterEach(() => host.close());

const says = (id: MachineId, state: string) =>
  until(`${id} is reported ${state}`, () => host.coordinator.said(id)?.state === state);

async function runningMachine() {
  const machine = desiredMachine();
  host.start();
  await until('the host reports', () => host.coordinator.reports.length > 0);
  host.coordinator.want([machine]);
  await says(machine.id, 'running');
  const guest = await until('the guest runs', () => host.guestOf(machine.id));
  return { ...machine, guest };
}

test('a host enrols once, reports what it is, and says loudly that nothing is isolated', async () => {
  host.start();
  const report = await until('the host reports', () => host.coordinator.reports[0]);
  expect(report).toMatchObject({
    host: host.coordinator.host,
    drivers: [{ name: 'process', isolation: 'none' }],
  });
  expect(report.capacity.cpus).toBeGreaterThan(0);
  expect(report.capacity.memoryMiB).toBeGreaterThan(0);
  expect(report.capacity.diskMiB).toBeGreaterThan(0);
  expect(host.log()).toContain('isolates nothing');
  await host.stop('SIGTERM');
  host.start();
  await until('the restarted host reports', () => host.coordinator.reports.length > 1);
  expect(host.coordinator.enrolments).toHaveLength(1);
});

test('its secrets are private, and in no log line', async () => {
  host.start();
  await until('the host reports', () => host.coordinator.reports.length > 0);
  for (const name of ['key', 'credential.json']) {
    expect((await stat(join(host.state, name))).mode & 0o777).toBe(0o600);
    expect(await stateFile(host, name)).not.toBe('');
  }
  expect((await stat(host.state)).mode & 0o777).toBe(0o700);
  for (const secret of [joinToken, (await stateFile(host, 'key')).trim(), 'not-checked-here'])
    expect(host.log()).not.toContain(secret);
});

test('a desired machine runs, and ends when it is no longer desired', async () => {
  const { id } = await runningMachine();
  host.coordinator.want([]);
  await until('the end is reported', () =>
    host.coordinator.reports.some(({ machines }) =>
      machines.some(machine => machine.id === id && machine.state === 'gone'),
    ),
  );
  await until('it is no longer mentioned', () => !host.coordinator.said(id));
  expect(await processesOf(id)).toEqual([]);
  expect(await readdir(join(host.state, 'machines'))).toEqual([]);
});

test('the death of a guest is reported within about a second, with how it ended', async () => {
  const { id, guest } = await runningMachine();
  process.kill(guest, 'SIGKILL');
  const said = () => host.coordinator.said(id);
  const gone = await until('it is gone', () => said()?.state === 'gone' && said(), { timeoutMs: 1_500 });
  expect(gone.reason).toContain('SIGKILL');
  await until(
    'its directory is cleared',
    async () => (await readdir(join(host.state, 'machines'))).length === 0,
  );
});

test('an end is repeated for as long as the machine is desired, also after a restart', async () => {
  const { id, guest } = await runningMachine();
  process.kill(guest, 'SIGKILL');
  await says(id, 'gone');
  await host.stop('SIGKILL');
  host.coordinator.reports.length = 0;
  host.start();
  await says(id, 'gone');
  expect(await processesOf(id)).toEqual([]);
});

test('a host agent that was killed adopts what runs: the same guest, the same machine', async () => {
  const { id, guest } = await runningMachine();
  await host.stop('SIGKILL');
  expect(await host.guestOf(id)).toBe(guest);
  host.coordinator.reports.length = 0;
  host.start();
  await says(id, 'running');
  expect(await processesOf(id)).toEqual([guest]);
  process.kill(guest, 'SIGKILL');
  await says(id, 'gone');
});

test('a guest that died while no host agent was there is reported with that reason', async () => {
  const { id, guest } = await runningMachine();
  await host.stop('SIGKILL');
  process.kill(guest, 'SIGKILL');
  host.start();
  await says(id, 'gone');
  expect(host.coordinator.said(id)?.reason).toContain('while no host agent was watching');
});

test('a machine that is no longer desired after a restart is destroyed', async () => {
  const { id } = await runningMachine();
  await host.stop('SIGKILL');
  host.coordinator.want([]);
  host.start();
  await until('its guest is ended', async () => (await processesOf(id)).length === 0);
});

test('SIGTERM stops the host agent only; machines go on', async () => {
  const { id, guest } = await runningMachine();
  expect(await host.stop('SIGTERM')).toBe(0);
  expect(await host.guestOf(id)).toBe(guest);
});

test('a set of an older brain is refused, also after a restart', async () => {
  const { id, guest } = await runningMachine();
  host.coordinator.pushSet(2, 99, []);
  await until('it is refused', () => host.log().includes('older brain'));
  await host.stop('SIGKILL');
  host.coordinator.reports.length = 0;
  host.start();
  await says(id, 'running');
  host.coordinator.pushSet(1, 1_000, []);
  await until('it is refused again', () => host.log().split('older brain').length > 2);
  expect(await host.guestOf(id)).toBe(guest);
});

test('machines go on while no coordinator answers, and one that expires is destroyed', async () => {
  host.start();
  await until('the host reports', () => host.coordinator.reports.length > 0);
  // Long enough for its guest to start on a busy computer, and no test waits for it that has anything else to do.
  const [lasting, expiring] = [desiredMachine(), desiredMachine({ expiresAt: Date.now() + 10_000 })];
  host.coordinator.want([lasting, expiring]);
  for (const { id } of [lasting, expiring]) await until('its guest runs', () => host.guestOf(id));
  await host.coordinator.nats.kill();
  await until('the expired one is destroyed', async () => (await processesOf(expiring.id)).length === 0);
  expect(await processesOf(lasting.id)).toHaveLength(1);
  await host.coordinator.nats.start();
  await says(expiring.id, 'gone');
  expect(host.coordinator.said(expiring.id)?.reason).toContain('end of life');
  expect(host.coordinator.said(lasting.id)?.state).toBe('running');
});

test('a credential is renewed in time with the same key, and the host goes where it says', async () => {
  const elsewhere = await startScriptedCoordinator();
  try {
    host.coordinator.credentialMs = 3_000;
    host.start();
    await until('the host reports', () => host.coordinator.reports.length > 0);
    host.coordinator.nats.url = elsewhere.nats.url;
    await until('it reports at the new address', () => elsewhere.reports.length > 0);
    const keys = host.coordinator.enrolments.map(({ publicKey }) => publicKey);
    expect(keys).toEqual([keys[0], keys[0]]);
  } finally {
    await elsewhere.close();
  }
});

test('a machine whose driver this host does not have is gone, and the reason names it', async () => {
  const machine = desiredMachine({ driver: 'libvirt' });
  host.start();
  await until('the host reports', () => host.coordinator.reports.length > 0);
  host.coordinator.want([machine]);
  await says(machine.id, 'gone');
  expect(host.coordinator.said(machine.id)?.reason).toContain('no libvirt driver');
});

test('a machine that cannot be created is gone, with the reason', async () => {
  const machine = desiredMachine();
  host.start({ PADDOCK_GUEST_BUNDLE: join(host.state, 'no-bundle.cjs') });
  await until('the host reports', () => host.coordinator.reports.length > 0);
  host.coordinator.want([machine]);
  await says(machine.id, 'gone');
  expect(host.coordinator.said(machine.id)?.reason).toContain('no-bundle.cjs');
});

test('a host offers the drivers it is told of, each with what it isolates', async () => {
  const commands = fileURLToPath(new URL('../../../docs/command-example/', import.meta.url));
  const computers = join(host.state, '../computers.yaml');
  await writeFile(`${computers}.key`, 'no key at all', { mode: 0o600 });
  const off = {
    name: 'off',
    host: '127.0.0.1',
    port: 9,
    user: 'nobody',
    key: `${computers}.key`,
    images: ['none'],
  };
  await writeFile(computers, JSON.stringify({ computers: [off] }));
  host.start({
    PADDOCK_COMMAND_DRIVER: await copyOf(commands),
    PADDOCK_COMMAND_ISOLATION: 'vm',
    PADDOCK_COMPUTERS: computers,
    PADDOCK_OUTPOST_BUNDLE: guestProgram('guest'),
  });
  const report = await until('the host reports', () => host.coordinator.reports[0]);
  expect(report.drivers).toEqual([
    { name: 'process', isolation: 'none' },
    { name: 'command', isolation: 'vm' },
    { name: 'ssh', isolation: 'user' },
  ]);
  await until('it says what is wrong with a computer', () => host.log().includes('off: the key'));
});

test('a driver that cannot be had keeps a host from starting, and says why', async () => {
  host.start({ PADDOCK_COMMAND_DRIVER: join(host.state, 'nowhere') });
  expect(await host.ended()).toBe(2);
  expect(host.log()).toMatch(/nowhere\/create cannot be found \(ENOENT\)/);
  host.start({ PADDOCK_COMPUTERS: join(host.state, 'no-computers.yaml') });
  expect(await host.ended()).toBe(2);
  expect(host.log()).toContain('the computers of the ssh driver cannot be read');
});

/** Commands work in the directory in which they lie. */
async function copyOf(commands: string): Promise<string> {
  const copy = join(host.state, '../commands');
  await cp(commands, copy, { recursive: true });
  return copy;
}

test('the console of a machine that was never heard of is handed over, also after the host agent was killed', async () => {
  const { coordinator } = host;
  coordinator.takesConsoles = false;
  const machine = desiredMachine();
  host.start();
  await until('the host reports', () => coordinator.reports.length > 0);
  coordinator.want([machine], [machine.id]);
  await until('the guest has said something', async () => {
    const console = await stateFile(host, join('machines', machine.id, 'console')).catch(() => '');
    return console.includes('guest is up');
  });
  coordinator.want([], [machine.id]);
  await until('it sends the console, in vain', () => coordinator.consoles.length > 0);
  await host.stop('SIGKILL');
  coordinator.takesConsoles = true;
  host.start();
  await until('it is sent again', () => coordinator.consoles.length > 1);
  const { v, ...evidence } = coordinator.consoles.at(-1) ?? { v: 0 };
  expect(evidence).toEqual({
    host: coordinator.host,
    machine: machine.id,
    console: expect.stringContaining('guest is up'),
  });
  await until('it is kept no longer', async () => (await readdir(join(host.state, 'evidence'))).length === 0);
});

test('a coordinator that takes no consoles hears of the ends all the same', async () => {
  const { coordinator } = host;
  coordinator.takesConsoles = false;
  const machine = desiredMachine();
  host.start();
  await until('the host reports', () => coordinator.reports.length > 0);
  coordinator.want([machine], [machine.id]);
  await says(machine.id, 'running');
  coordinator.want([], [machine.id]);
  await until('the end is reported', () =>
    coordinator.reports.some(({ machines }) => machines.some(({ state }) => state === 'gone')),
  );
  expect(coordinator.consoles).toHaveLength(1);
  expect(host.log()).toContain('a console was not handed over');
});
