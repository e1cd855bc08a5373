import { beforeEach, expect, test } from 'vitest';
import { type BootFailures, createBootFailures } from '#coordinator/fleet/boot-failures.ts';
import type { HostId, MachineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { host } from '#test/contract/sample-ids.ts';

const [shed, attic] = [host(1), host(2)];
let failures: BootFailures;
let made: number;
beforeEach(() => {
  failures = createBootFailures();
  made = 0;
});

const machineOf = (image: string, hostId: HostId, createdAt: number) => ({
  id: `machine ${made++}` as MachineId,
  image,
  hostId,
  createdAt,
});
const fail = (image: string, hostId: HostId, message: string, at: number) =>
  failures.failed(machineOf(image, hostId, at), message, at);

test('the pause doubles with each failure, up to a bound', () => {
  const pauses = Array.from({ length: 12 }, (_, n) => {
    fail('linux', shed, 'no such disk', n);
    return (failures.backoffOf('linux', shed)?.until ?? 0) - n;
  });
  expect(pauses.slice(0, 4)).toEqual([2_000, 4_000, 8_000, 16_000]);
  expect(pauses.at(-1)).toBe(limits.bootRetryMaxMs);
});

test('machines that were on their way together are one try, and so is one that is heard of twice', () => {
  const together = [1, 2, 3].map(n => machineOf('linux', shed, n));
  for (const [n, machine] of together.entries()) failures.failed(machine, 'no such disk', 100 + n);
  expect(failures.backoffOf('linux', shed)?.until).toBe(102 + 2_000);
  const last = machineOf('linux', shed, 102);
  failures.failed(last, 'no such disk', 103);
  failures.failed(last, 'no such disk', 103);
  expect(failures.backoffOf('linux', shed)?.until).toBe(103 + 4_000);
});

test('it is the newest reason that is said, and what its console has told about it', () => {
  fail('linux', shed, 'no such disk', 1);
  const machine = machineOf('linux', shed, 2);
  failures.failed(machine, 'did not report in', 2);
  expect(failures.backoffOf('linux', shed)).toMatchObject({
    message: 'did not report in',
    machine: machine.id,
  });
  failures.explained('another' as MachineId, 'no space left');
  failures.explained(machine.id, 'kernel panic');
  expect(failures.backoffOf('linux', shed)?.message).toBe('kernel panic');
});

test('another image on the same host and the same image on another are not held', () => {
  fail('linux', shed, 'no such disk', 1);
  expect(failures.backoffOf('netbsd', shed)).toBe(null);
  expect(failures.backoffOf('linux', attic)).toBe(null);
});

test('a machine that was made after the failure and is up mends it; an older one proves nothing', () => {
  fail('linux', shed, 'no such disk', 100);
  failures.succeeded('linux', attic, 200);
  failures.succeeded('linux', shed, 100);
  expect(failures.backoffOf('linux', shed)).not.toBe(null);
  failures.succeeded('linux', shed, 101);
  expect(failures.backoffOf('linux', shed)).toBe(null);
  fail('linux', shed, 'no such disk', 300);
  expect(failures.backoffOf('linux', shed)?.until).toBe(300 + limits.bootRetryFirstMs);
});

test('machines that are given up long after they were made are not held against what younger ones have shown to work', () => {
  for (const hostId of [shed, attic]) failures.failed(machineOf('linux', hostId, 100), 'silent', 220);
  expect([...failures.quarantines().images.keys()]).toEqual(['linux']);
  failures.succeeded('linux', host(3), 150);
  expect([...failures.quarantines().images.keys()]).toEqual([]);
  for (const hostId of [shed, attic]) failures.failed(machineOf('linux', hostId, 149), 'silent', 270);
  expect([...failures.quarantines().images.keys()]).toEqual([]);
  failures.succeeded('linux', shed, 151);
  expect(failures.backoffOf('linux', shed)).toBe(null);
});

test('what is held against an image or host ends with a success since, and with everything being forgotten', () => {
  const quarantined = () => [...failures.quarantines().images.keys(), ...failures.quarantines().hosts.keys()];
  fail('linux', shed, 'no such disk', 100);
  fail('linux', attic, 'no such disk', 101);
  expect(quarantined()).toEqual(['linux']);
  failures.succeeded('linux', shed, 99);
  expect(quarantined()).toEqual(['linux']);
  failures.succeeded('linux', host(3), 200);
  expect(quarantined()).toEqual([]);
  fail('linux', shed, 'no such disk', 300);
  fail('netbsd', shed, 'no such disk', 301);
  expect(quarantined()).toEqual([shed]);
  failures.forget();
  expect(quarantined()).toEqual([]);
  expect(failures.backoffOf('linux', shed)).toBe(null);
});
