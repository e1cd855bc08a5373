import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { applyToMachine } from '#coordinator/fleet/machines.ts';
import { listArtifactsOfJobs } from '#coordinator/store/artifacts.ts';
import { listAttemptsOfJob, readInlineLog } from '#coordinator/store/attempts.ts';
import { logSecretsGiven } from '#coordinator/store/secret-log.ts';
import { createArtifactRows } from '#coordinator/wiring/artifact-rows.ts';
import type { AttemptEnd } from '#shared/job.ts';
import { limits } from '#shared/limits.ts';
import { attempt as anAttempt } from '#test/contract/sample-ids.ts';
import { imageOf, type Lab, openLab } from '../support/brain-lab.ts';
import { digest, failed, finishedOf, openGuests, passed } from '../support/guest-lab.ts';
import { addJob, addMachine, attemptOf, jobNow, leaseJob, machineNow } from '../support/rows.ts';

let lab: Lab;
let guests: ReturnType<typeof openGuests>;
beforeEach(async () => {
  lab = await openLab();
  guests = openGuests(lab);
  lab.pass(limits.leaseMs + 1);
});
afterEach(() => lab.close());

describe('the end of an attempt', () => {
  test.each([
    ['passed', passed],
    ['failed', failed],
    ['timed-out', { reason: 'timed-out', limit: 'idle', step: 0, message: 'no output' }],
    ['errored', { reason: 'setup-failed', permanent: true, message: 'no such commit' }],
  ] as [string, AttemptEnd][])('settles the job as %s, with its whole log', async (outcome, end) => {
    const { machine, job, attempt } = await leaseJob(lab);
    lab.pass(3_000);
    expect(await guests.finish(attempt, end)).toEqual({ answer: 'settled', next: { want: 'retire' } });
    const settled = { status: 'settled', outcome, message: end.message, attempt: attempt.id };
    expect((await jobNow(lab, job.id)).state).toMatchObject(settled);
    const [row] = await listAttemptsOfJob(lab.store.read, job.id);
    expect(row?.state).toMatchObject({ status: 'ended', end, log: { state: 'complete', sha256: digest } });
    expect(row?.times.endedAt).toBe(lab.clock.now);
    expect(row?.marks).toHaveLength(1);
    expect(Buffer.from((await readInlineLog(lab.store.read, attempt.id)) ?? []).toString()).toBe('hello');
    expect((await machineNow(lab, machine.id)).state).toMatchObject({ status: 'retiring' });
    expect(lab.wakes).toContainEqual({ type: 'log-ended', attempt: attempt.id });
  });

  test.each([
    ['within the attempt', 500, 500],
    ['that is fast', 100_000, 3_000],
    ['that is slow', -100_000, 0],
  ])('of steps that nobody saw begin tells when they began, by a clock %s', async (_, marked, told) => {
    const { job, attempt } = await leaseJob(lab);
    const leasedAt = lab.clock.now;
    lab.pass(3_000);
    const started = { type: 'step-started', seq: 0, at: leasedAt + marked, offset: 0, step: 0 } as const;
    if (guests.said.log.ok) guests.said.log = { ok: true, log: { ...guests.said.log.log, marks: [started] } };
    await guests.finish(attempt, passed);
    const [row] = await listAttemptsOfJob(lab.store.read, job.id);
    expect(row?.times.stepsAt).toBe(leasedAt + told);
  });

  test('is answered with the next job, where the machine stays', async () => {
    const image = imageOf('linux', { reuse: 'static' });
    const { machine, attempt } = await leaseJob(lab, {}, image);
    const next = await addJob(lab);
    const answer = await guests.finish(attempt, passed);
    expect(answer).toMatchObject({ answer: 'settled', next: { want: 'run', spec: { job: next.id } } });
    expect((await machineNow(lab, machine.id)).state).toMatchObject({ status: 'busy' });
  });

  test('that is no verdict brings a further attempt', async () => {
    const { host, job, attempt } = await leaseJob(lab);
    const end = { reason: 'setup-failed', permanent: false, message: 'the source broke off' } as const;
    expect(await guests.finish(attempt, end)).toMatchObject({ answer: 'settled' });
    expect((await jobNow(lab, job.id)).state).toMatchObject({ status: 'queued', avoid: host.id, retries: 1 });
  });

  test('leaves no note of its uploads, nor of one that comes in late', async () => {
    const { attempt } = await leaseJob(lab);
    const rows = createArtifactRows(lab.store);
    await rows.recordUpload(attempt.id, { sha256: digest, bytes: 5, kind: 'artifact' });
    expect(await rows.uploads(attempt.id)).toHaveLength(1);
    await guests.finish(attempt, passed);
    await rows.recordUpload(attempt.id, { sha256: digest, bytes: 5, kind: 'artifact' });
    expect(await rows.uploads(attempt.id)).toEqual([]);
  });

  test('is answered the same for ever, and changes nothing again', async () => {
    const { job, attempt } = await leaseJob(lab);
    await guests.finish(attempt, failed);
    const { version } = await jobNow(lab, job.id);
    for (let n = 0; n < 3; n++) {
      lab.pass(3_600_000);
      expect(await guests.finish(attempt, passed)).toEqual({ answer: 'settled', next: { want: 'retire' } });
    }
    expect(await jobNow(lab, job.id)).toMatchObject({ version, state: { outcome: 'failed' } });
  });

  test('is stored once when it arrives twice at the same time', async () => {
    const { job, attempt } = await leaseJob(lab);
    const answers = await Promise.all([guests.finish(attempt, passed), guests.finish(attempt, passed)]);
    expect(answers.map(answer => answer?.answer)).toEqual(['settled', 'settled']);
    expect((await jobNow(lab, job.id)).state).toMatchObject({ outcome: 'passed' });
  });

  test('tells a machine that stays what comes next', async () => {
    const { attempt } = await leaseJob(lab, {}, imageOf('linux', { reuse: 'static' }));
    expect(await guests.finish(attempt, passed)).toEqual({ answer: 'settled', next: { want: 'idle' } });
  });

  test('ends a machine that would stay, where its attempt was given secrets', async () => {
    const { machine, host, job, attempt } = await leaseJob(lab, {}, imageOf('linux', { reuse: 'static' }));
    const given = { scope: 'acme/rocket', stage: '', name: 'TOKEN', version: 1 } as const;
    const to = { attempt: attempt.id, job: job.id, run: job.runId, image: 'linux', host: host.id };
    await lab.store.write(tx => logSecretsGiven(tx, [given], to, lab.clock.now));
    await addJob(lab);
    expect(await guests.finish(attempt, passed)).toEqual({ answer: 'settled', next: { want: 'retire' } });
    const { state } = await machineNow(lab, machine.id);
    expect(state).toMatchObject({ status: 'retiring', reason: 'its attempt had secrets' });
  });
});

describe('before the verdict is stored', () => {
  test('the log has to be there to its last byte; saying so keeps the lease', async () => {
    const { job, attempt } = await leaseJob(lab);
    guests.said.log = { ok: false, from: 3 };
    for (let n = 0; n < 10; n++) {
      lab.pass(limits.renewalMs);
      expect(await guests.finish(attempt, passed)).toEqual({ answer: 'log-missing', from: 3 });
    }
    expect(lab.leaseClock.isOver(attempt.id)).toBe(false);
    expect((await jobNow(lab, job.id)).state.status).toBe('leased');
  });

  test('its artifacts have to be there too', async () => {
    const { attempt } = await leaseJob(lab);
    guests.said.missing = 'dist/a.tar is not there yet';
    const artifacts = [{ path: 'dist/a.tar', bytes: 3, sha256: digest }];
    const answer = await guests.finish(attempt, passed, artifacts);
    expect(answer).toEqual({ answer: 'later', message: 'dist/a.tar is not there yet' });
  });

  test('artifacts are kept with it, and only of what passed', async () => {
    const artifacts = [{ path: 'dist/a.tar', bytes: 3, sha256: digest }];
    const good = await leaseJob(lab);
    await guests.finish(good.attempt, passed, artifacts);
    const bad = await leaseJob(lab);
    await guests.finish(bad.attempt, failed, artifacts);
    const kept = await listArtifactsOfJobs(lab.store.read, [good.job.id, bad.job.id]);
    expect(kept.map(({ jobId, path, sha256 }) => [jobId, path, sha256])).toEqual([
      [good.job.id, 'dist/a.tar', digest],
    ]);
  });
});

describe('an end that counts no longer is fenced', () => {
  test('when the attempt was lost before, whatever it says', async () => {
    const { machine, job, attempt } = await leaseJob(lab);
    const lost = { type: 'observed-gone', at: lab.clock.now, reason: 'unplugged' } as const;
    await lab.store.write(tx => applyToMachine(tx, machine.id, lost));
    await lab.reap();
    expect(await guests.finish(attempt, passed)).toEqual({ answer: 'fenced' });
    expect((await jobNow(lab, job.id)).state).toMatchObject({ status: 'queued' });
  });

  test('also while a newer attempt runs, which goes on', async () => {
    const { host, machine, job, attempt } = await leaseJob(lab);
    const lost = { type: 'observed-gone', at: lab.clock.now, reason: 'unplugged' } as const;
    await lab.store.write(tx => applyToMachine(tx, machine.id, lost));
    await lab.reap();
    await addMachine(lab, host);
    await lab.schedule();
    expect(await guests.finish(attempt, failed)).toEqual({ answer: 'fenced' });
    const second = await attemptOf(lab, job.id);
    expect(second.number).toBe(2);
    expect(await guests.finish(second, passed)).toMatchObject({ answer: 'settled' });
    expect((await jobNow(lab, job.id)).state).toMatchObject({ outcome: 'passed' });
  });

  test('when it is of another machine, of another number, or of nobody', async () => {
    const { attempt, host, job } = await leaseJob(lab);
    const thief = await addMachine(lab, host);
    const fenced = { answer: 'fenced' };
    const forged = finishedOf({ ...attempt, machineId: thief.id }, passed);
    expect(await guests.onFinished(thief.id, forged)).toEqual(fenced);
    expect(await guests.finish({ ...attempt, number: 2 }, passed)).toEqual(fenced);
    expect(await guests.finish({ ...attempt, id: anAttempt(7) }, passed)).toEqual(fenced);
    expect((await jobNow(lab, job.id)).state.status).toBe('leased');
  });

  test('and what is no report, or says another sender, gets no answer', async () => {
    const { attempt, host } = await leaseJob(lab);
    const thief = await addMachine(lab, host);
    expect(await guests.onFinished(attempt.machineId, { v: 1 })).toBe(null);
    expect(await guests.onFinished(thief.id, finishedOf(attempt, passed))).toBe(null);
  });
});

test('a suite that ended before it heard of its cancellation keeps its verdict', async () => {
  const { job, attempt } = await leaseJob(lab);
  const cancel = { reason: 'cancelled', message: 'by hand' } as const;
  await lab.store.write(tx =>
    lab.jobs.apply(tx, job.id, { type: 'cancel-requested', at: lab.clock.now, ...cancel }),
  );
  await guests.finish(attempt, passed);
  expect((await jobNow(lab, job.id)).state).toMatchObject({ outcome: 'passed' });
});
