import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { gate } from '#test/support/fleet/gate.ts';
import { pidOf } from '#test/support/fleet/parts.ts';
import { processesOf } from '#test/support/fleet/processes.ts';
import { logOf, openPull, settled, suite } from '#test/support/fleet/story.ts';
import { withFleet } from '#test/support/fleet/with-fleet.ts';

const programs = resolve(import.meta.dirname, '../programs');
const program = (name: string, ...args: string[]) => `sh ${programs}/${name}.sh ${args.join(' ')}`;

test('a secret that is printed in two writes leaves the machine as asterisks', () =>
  withFleet({ secrets: { TOKEN: 'correct-horse-battery' } }, async fleet => {
    const { head } = await openPull(
      fleet,
      suite(program('emits-secret', '"$TOKEN"'), 'echo "[$TOKEN]" | base64'),
    );
    const job = await settled(fleet, head);
    const text = await logOf(fleet, job);
    expect(job.standing).toBe('passed');
    expect(text.split('\n')[0]).toBe('*'.repeat('correct-horse-battery'.length));
    expect(text).not.toContain(Buffer.from('correct-horse-battery').toString('base64').slice(4, 20));
  }));

test('every way of writing to stderr keeps its place and its bytes', () =>
  withFleet({}, async fleet => {
    const { head } = await openPull(fleet, suite(program('tee-dev-stderr')));
    const text = await logOf(fleet, await settled(fleet, head));
    expect(text).toBe('one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\n');
  }));

test('a process that a suite leaves behind is ended with its step', () =>
  withFleet({}, async fleet => {
    const { head } = await openPull(fleet, suite(program('forks-orphan')));
    const job = await settled(fleet, head);
    const pid = Number(await logOf(fleet, job));
    expect(job.standing).toBe('passed');
    expect(pid).toBeGreaterThan(1);
    expect(processesOf(fleet.directory).map(found => found.pid)).not.toContain(pid);
  }));

test('bytes of a writer that outlives its step are counted, not stored', () =>
  withFleet({}, async fleet => {
    const flag = `${fleet.directory}/write-now`;
    const { head } = await openPull(
      fleet,
      suite(
        program('late-orphan-writer', flag),
        `touch ${flag}; until [ ! -e ${flag} ]; do sleep 0.02; done; echo over`,
      ),
    );
    const job = await settled(fleet, head);
    expect(job.standing).toBe('passed');
    expect(await logOf(fleet, job)).toBe('done\nover\n');
  }));

test('a log over its bound ends the job with that reason, and what is kept is exact', () =>
  withFleet({ logLimit: '1MiB' }, async fleet => {
    const { head } = await openPull(fleet, suite(program('floods')));
    const job = await settled(fleet, head);
    expect(job).toMatchObject({ standing: 'errored', attempts: 1, text: expect.stringContaining('log') });
    expect(job.history[0]?.log).toMatchObject({ state: 'complete', bytes: 1024 * 1024 });
  }));

const residentMiB = (pid: number): number =>
  Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) / 1024;

test(
  'a flood of 200 MB arrives whole, and neither coordinator nor guest keeps it in memory',
  () =>
    withFleet({}, async fleet => {
      const text = '0123456789'.repeat(7);
      const { step, reached, open } = gate(fleet);
      const { head } = await openPull(fleet, suite(`seq -f "%08.0f ${text}" 1 2500000`, step));
      await reached(60_000);
      const memory = {
        guest: residentMiB(await pidOf(fleet, 'guest')),
        coordinator: residentMiB(fleet.coordinator.pid),
      };
      await open();
      const job = await settled(fleet, head, 'default', 60_000);
      const whole = { state: 'complete', bytes: 200_000_017, lines: 2_500_002 };
      expect(job.history[0]?.log).toMatchObject(whole);
      expect(memory.guest).toBeLessThan(250);
      expect(memory.coordinator).toBeLessThan(400);
    }),
  120_000,
);
