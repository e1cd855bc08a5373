import { expect, test } from 'vitest';
import { repository } from '#test/support/fleet/fleet.ts';
import { gate } from '#test/support/fleet/gate.ts';
import { logOf, openPull, printed, settled, suite } from '#test/support/fleet/story.ts';
import { withFleet } from '#test/support/fleet/with-fleet.ts';
import { until } from '#test/support/until.ts';

test('a suite that passes is green, with its whole log', () =>
  withFleet({}, async fleet => {
    const { head } = await openPull(fleet, suite('echo one; echo two >&2', 'cat README.md'));
    const job = await settled(fleet, head);
    expect(job).toMatchObject({ standing: 'passed', attempts: 1 });
    expect(await logOf(fleet, job)).toBe('one\ntwo\nrocket\n');
  }));

test('a suite that fails is red, and the status says at which step and with what', () =>
  withFleet({}, async fleet => {
    const { head } = await openPull(fleet, suite('true', { name: 'check', run: 'echo no luck; exit 3' }));
    expect(await settled(fleet, head)).toMatchObject({ standing: 'failed', attempts: 1 });
    const status = () => fleet.fake.statusOf(repository, head, 'paddock/here');
    await until('the status has a verdict', () => status()?.state === 'failure');
    expect(status()?.description).toMatch(/^failed after .*step 2\/2 "check" exited with 3: no luck$/);
  }));

test('a step over its time is ended with everything it started', () =>
  withFleet({}, async fleet => {
    const step = { run: 'echo begun; (sleep 600 & ) ; sleep 600', timeout: '1s' };
    const { head } = await openPull(fleet, suite(step, 'echo never'));
    const job = await settled(fleet, head);
    expect(job.standing).toBe('timed-out');
    expect(await logOf(fleet, job)).toBe('begun\n');
  }));

test('a step that falls silent is ended, one that goes on talking is not', () =>
  withFleet({}, async fleet => {
    const talks = { run: 'for i in 1 2 3 4 5 6; do echo $i; sleep 0.3; done', 'idle-timeout': '1s' };
    const { head } = await openPull(
      fleet,
      suite(talks, { run: 'echo begun; sleep 600', 'idle-timeout': '1s' }),
    );
    const job = await settled(fleet, head);
    expect(job).toMatchObject({ standing: 'timed-out', text: expect.stringContaining('printed nothing') });
    expect(await logOf(fleet, job)).toBe('1\n2\n3\n4\n5\n6\nbegun\n');
  }));

test('a job that somebody cancels stops, and keeps what it had printed', () =>
  withFleet({}, async fleet => {
    const { head } = await openPull(fleet, suite(gate(fleet).step));
    const { id } = await printed(fleet, head, 'waiting');
    await fleet.api.cancelJob(id);
    const job = await settled(fleet, head);
    expect(job).toMatchObject({ standing: 'cancelled', attempts: 1 });
    expect(await logOf(fleet, job)).toBe('waiting\n');
  }));

test('a run again makes a second attempt of the same job', () =>
  withFleet({}, async fleet => {
    const { step, open } = gate(fleet);
    const { head } = await openPull(fleet, suite(step.replace('until', 'test -e ran-once || exit 1; until')));
    const failed = await settled(fleet, head);
    expect(failed.standing).toBe('failed');
    await open();
    await fleet.api.rerunJob(failed.id);
    await printed(fleet, head, 'waiting');
    expect((await settled(fleet, head)).attempts).toBe(2);
  }));
