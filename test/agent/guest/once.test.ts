import { expect, test } from 'vitest';
import { until } from '#test/support/until.ts';
import { withGuest } from './support/guest-under-test.ts';
import { specOf } from './support/specs.ts';

const deploy = specOf({ kind: 'once', steps: [{ run: 'echo begun; sleep 60' }] });
const quick = specOf({ kind: 'once', steps: [{ run: 'echo deployed' }] });

test('a job of kind once waits for an answer that says run before its first step', async () => {
  await withGuest({}, async ({ coordinator }) => {
    await until('the first renewal', () => coordinator.renewals.length > 0);
    coordinator.onRenewal = () => null;
    coordinator.push({ want: 'run', spec: quick });
    await until('it asks', () => coordinator.renewals.filter(({ running }) => running).length >= 2);
    expect(coordinator.renewals.at(-1)?.running?.phase).toBe('starting');
    coordinator.onRenewal = () => ({ want: 'run', spec: quick });
    await until('it is done', () => coordinator.reports.length > 0);
    expect(coordinator.logText(quick.attempt)).toBe('deployed\n');
  });
});

test('an answer that says idle is no leave to begin', async () => {
  await withGuest({}, async ({ coordinator }) => {
    coordinator.push({ want: 'run', spec: quick });
    await until('the first renewal', () => coordinator.renewals.length > 0);
    coordinator.push({ want: 'run', spec: quick });
    await until('several answers', () => coordinator.renewals.filter(({ running }) => running).length >= 4);
    expect([coordinator.renewals.at(-1)?.running?.phase, coordinator.logs.size]).toEqual(['starting', 0]);
  });
});

test('it can be cancelled while it waits', async () => {
  await withGuest({}, async ({ coordinator }) => {
    const { attempt, number } = quick;
    await until('the first renewal', () => coordinator.renewals.length > 0);
    coordinator.push({ want: 'run', spec: quick });
    coordinator.push({ want: 'cancel', attempt, number, reason: 'cancelled', message: 'by hand' });
    const report = await until('the report', () => coordinator.reports[0]);
    expect(report).toMatchObject({ end: { reason: 'cancelled' }, log: { bytes: 0 } });
  });
});

test('in silence it ends itself, and says so when it is heard again', async () => {
  await withGuest({}, async ({ coordinator }) => {
    coordinator.onRenewal = () => ({ want: 'run', spec: deploy });
    await until('the step runs', () => coordinator.logText(deploy.attempt) === 'begun\n');
    const [answer, hear] = [coordinator.onRenewal, coordinator.onFinished];
    coordinator.onRenewal = () => null;
    coordinator.onFinished = () => null;
    await until('it reports', () => coordinator.reports.length > 0);
    [coordinator.onRenewal, coordinator.onFinished] = [answer, hear];
    expect(coordinator.reports[0]?.end).toMatchObject({
      reason: 'lost',
      message: expect.stringContaining('no answer from the coordinator'),
    });
  });
});

test('as long as it is answered it goes on, longer than the silence it would bear', async () => {
  const spec = specOf({ kind: 'once', steps: [{ run: 'sleep 2; echo deployed' }] });
  await withGuest({}, async ({ coordinator }) => {
    coordinator.onRenewal = () => (coordinator.reports.length > 0 ? { want: 'idle' } : { want: 'run', spec });
    const report = await until('the report', () => coordinator.reports[0]);
    expect(report.end).toMatchObject({ reason: 'exited', exitCode: 0 });
  });
});
