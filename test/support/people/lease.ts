/** A job on a machine, with the test as its agent: prints, marks steps, hands over artifacts, finishes. */
import { createHash } from 'node:crypto';
import { insertArtifact, listArtifactsOfJobs } from '#coordinator/store/artifacts.ts';
import { findAttempt, insertAttempt, newAttemptId, saveAttempt } from '#coordinator/store/attempts.ts';
import type { Job } from '#coordinator/store/jobs.ts';
import type { Mark } from '#shared/attempt.ts';
import type { AttemptId, HostId, MachineId } from '#shared/ids.ts';
import type { AttemptEnd } from '#shared/job.ts';
import { limits } from '#shared/limits.ts';
import { type People, us } from './with-people.ts';

const machine = `machine_${'0'.repeat(26)}` as MachineId;
const host = `host_${'0'.repeat(26)}` as HostId;

export type Lease = Awaited<ReturnType<typeof lease>>;

export async function lease(people: People, { id: job, runId, repositoryId, image, createdAt }: Job) {
  const { store, jobs, logs, clock } = people;
  const attempt: AttemptId = newAttemptId();
  const number = await store.write(async tx => {
    const leased = await jobs.apply(tx, job, { type: 'leased', at: clock.now, attempt, machine, host });
    if ('rejected' in leased) throw new Error(leased.rejected.message);
    const { lastAttempt } = leased.job.state;
    const facts = { jobId: job, runId, repositoryId, number: lastAttempt, machineId: machine, hostId: host };
    await insertAttempt(tx, attempt, { ...facts, image, logOwner: us, queuedAt: createdAt }, clock.now);
    return lastAttempt;
  });
  const changed = { type: 'changed', run: runId, job } as const;
  await people.wakeUp([changed]);
  const digest = createHash('sha256');
  const marks: Mark[] = [];
  let bytes = 0;

  async function send(content: Uint8Array, newMarks: Mark[]): Promise<void> {
    const header = JSON.stringify({ attempt, number, offset: bytes, marks: newMarks });
    const answer = await logs.onFrame(machine, header, content);
    if (answer.answer !== 'stored') throw new Error(`a frame was answered ${answer.answer}`);
    bytes += content.length;
    digest.update(content);
  }

  async function mark(step: number, ended?: { exitCode: number }): Promise<void> {
    const place = { seq: marks.length, at: clock.now, offset: bytes, step };
    const made: Mark = ended
      ? { type: 'step-ended', ...place, exitCode: ended.exitCode, lateBytes: 0 }
      : { type: 'step-started', ...place };
    marks.push(made);
    await send(new Uint8Array(), [made]);
  }

  const settle = async (end: AttemptEnd, partial: string | null) => {
    const expected = { bytes, sha256: digest.copy().digest('hex'), marks };
    const verified = partial ? null : await logs.verify(attempt, expected);
    if (verified && !verified.ok) throw new Error(`the log of ${attempt} is not verified`);
    const log = verified?.ok ? verified.log : await logs.sealPartial(attempt, partial ?? '');
    const { wakes } = await store.write(tx =>
      jobs.apply(tx, job, { type: 'finished', at: clock.now, number, end }, log),
    );
    await people.wakeUp(wakes);
  };

  return {
    attempt,
    job,
    async print(text: string | Uint8Array): Promise<void> {
      const content = typeof text === 'string' ? Buffer.from(text) : text;
      for (let at = 0; at < content.length; at += limits.logFrameBytes)
        await send(content.subarray(at, at + limits.logFrameBytes), []);
    },
    stepStarts: (step: number) => mark(step),
    stepEnds: (step: number, exitCode: number) => mark(step, { exitCode }),
    /** Says how far it is, as a renewal does. */
    async progress(step: number): Promise<void> {
      await store.write(async tx => {
        const row = await findAttempt(tx, attempt);
        if (!row) throw new Error(`there is no attempt ${attempt}`);
        const times = { ...row.times, sourceAt: clock.now, stepsAt: clock.now };
        await saveAttempt(tx, { ...row, step, times, state: { status: 'running', phase: 'steps' } });
      });
      await people.wakeUp([changed]);
    },
    async keepArtifact(path: string, content: Uint8Array) {
      const blob = await people.blobs.put(content);
      const artifact = { repositoryId, jobId: job, attemptId: attempt, path, ...blob };
      await store.write(tx => insertArtifact(tx, artifact, clock.now));
      const kept = (await listArtifactsOfJobs(store.read, [job])).find(each => each.path === path);
      if (!kept) throw new Error(`${path} was not kept`);
      return kept;
    },
    exit: (exitCode: number, message = '', step = 1) =>
      settle({ reason: 'exited', exitCode, step, message }, null),
    end: (end: AttemptEnd, partial: string | null = null) => settle(end, partial),
  };
}
