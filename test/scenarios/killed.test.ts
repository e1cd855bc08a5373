/** Any process may be killed at any moment of an attempt: the verdict is right, the log is whole or says what is missing. */
import { existsSync } from 'node:fs';
import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { limits } from '#shared/limits.ts';
import { attempt } from '#test/contract/sample-ids.ts';
import { sha256Of } from '#test/support/fleet/api.ts';
import type { Fleet } from '#test/support/fleet/fleet.ts';
import { type Gate, gate } from '#test/support/fleet/gate.ts';
import { killPart, type Part, pidOf } from '#test/support/fleet/parts.ts';
import { jobOf, logOf, openPull, printed, settled, suite } from '#test/support/fleet/story.ts';
import { withFleet } from '#test/support/fleet/with-fleet.ts';
import { until } from '#test/support/until.ts';

const story = (fleet: Fleet, { step }: Gate) => openPull(fleet, suite('echo begun', step, 'echo over'));
const whole = 'begun\nwaiting\ngoing on\nover\n';

test.each<Part>(['coordinator', 'host', 'nats-server'])(
  'the %s is killed while a step runs: the attempt goes on and its log is whole',
  part =>
    withFleet({}, async fleet => {
      const waiting = gate(fleet);
      const { head } = await story(fleet, waiting);
      await waiting.reached();
      await killPart(fleet, part);
      await waiting.open();
      const job = await settled(fleet, head);
      expect(job).toMatchObject({ standing: 'passed', attempts: 1 });
      expect(await logOf(fleet, job)).toBe(whole);
    }),
);

test('a guest is killed while a step runs: the job is tried again, and the lost log says how much there is', () =>
  withFleet({}, async fleet => {
    const waiting = gate(fleet);
    const { head } = await story(fleet, waiting);
    await printed(fleet, head, 'waiting');
    await killPart(fleet, 'guest');
    await until('the second attempt has begun', async () => (await jobOf(fleet, head)).attempts === 2);
    await waiting.open();
    const job = await settled(fleet, head);
    expect(job).toMatchObject({ standing: 'passed', attempts: 2 });
    expect(job.history[0]).toMatchObject({
      end: { reason: 'lost' },
      log: { state: 'partial', bytes: 'begun\nwaiting\n'.length },
    });
    expect(await logOf(fleet, job)).toBe(whole);
  }));

test(
  'a machine that is lost again and again errors after two retries, and says so',
  () =>
    withFleet({}, async fleet => {
      const { head } = await openPull(fleet, suite('kill -9 $PPID; sleep 60'));
      const job = await settled(fleet, head, 'default', 60_000);
      expect(job).toMatchObject({
        standing: 'errored',
        attempts: 3,
        text: expect.stringContaining('machine'),
      });
    }),
  90_000,
);

test('the coordinator is down while a suite ends: the agent keeps the end and the log until it is back', () =>
  withFleet({}, async fleet => {
    const waiting = gate(fleet);
    const { head } = await story(fleet, waiting);
    await waiting.reached();
    await fleet.coordinator.stop('SIGKILL');
    await waiting.open();
    await fleet.coordinator.start();
    const job = await settled(fleet, head);
    expect(job).toMatchObject({ standing: 'passed', attempts: 1 });
    expect(await logOf(fleet, job)).toBe(whole);
  }));

test('the coordinator is killed right after it took a webhook: nothing of it is lost', () =>
  withFleet({}, async fleet => {
    const { head } = await openPull(fleet, suite('echo hello'));
    await killPart(fleet, 'coordinator');
    expect((await settled(fleet, head)).standing).toBe('passed');
  }));

test('coordinator and nats-server are killed together: both come back and the attempt goes on', () =>
  withFleet({}, async fleet => {
    const waiting = gate(fleet);
    const { head } = await story(fleet, waiting);
    await waiting.reached();
    process.kill(await pidOf(fleet, 'nats-server'), 'SIGKILL');
    await killPart(fleet, 'coordinator');
    await waiting.open();
    expect(await settled(fleet, head)).toMatchObject({ standing: 'passed', attempts: 1 });
  }));

test('a coordinator that is stopped in order takes its machines up again at the next start', () =>
  withFleet({}, async fleet => {
    const waiting = gate(fleet);
    const { head } = await story(fleet, waiting);
    await waiting.reached();
    expect(await fleet.coordinator.stop('SIGTERM')).toBe(0);
    await fleet.coordinator.start();
    await waiting.open();
    expect(await settled(fleet, head)).toMatchObject({ standing: 'passed', attempts: 1 });
  }));

test('what nobody can go on uploading is gone after the next start; what is young stays', () =>
  withFleet({}, async fleet => {
    await fleet.coordinator.stop('SIGKILL');
    const parts = join(fleet.dataDir, 'blobs/parts');
    const partOf = (n: number) => join(parts, `${attempt(n)}-${sha256Of(Buffer.of(n))}`);
    const [old, young] = [partOf(1), partOf(2)];
    for (const part of [old, young]) await writeFile(part, 'half of it');
    const longAgo = (Date.now() - limits.machineMaxAgeMs) / 1_000 - 60;
    await utimes(old, longAgo, longAgo);
    await fleet.coordinator.start();
    await until('the old one is gone', () => !existsSync(old));
    expect(existsSync(young)).toBe(true);
  }));

test.each<Part>(['coordinator', 'host', 'nats-server'])(
  'the %s is killed while a machine boots: the job is tested all the same',
  part =>
    withFleet({}, async fleet => {
      const { head } = await openPull(fleet, suite('echo hello'));
      await pidOf(fleet, 'guest');
      await killPart(fleet, part);
      const job = await settled(fleet, head);
      expect(job.standing).toBe('passed');
      expect(await logOf(fleet, job)).toBe('hello\n');
    }),
);
