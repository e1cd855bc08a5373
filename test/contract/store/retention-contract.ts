import { describe, expect, it } from 'vitest';
import {
  findArtifact,
  insertArtifact,
  isArtifactKnown,
  listArtifactsOfJobs,
} from '#coordinator/store/artifacts.ts';
import {
  type Attempt,
  findAttempt,
  findSealedLog,
  readInlineLog,
  readLogMoments,
  saveAttempt,
  saveEndedLog,
  saveSealedLog,
} from '#coordinator/store/attempts.ts';
import {
  expectBlob,
  isBlobNamed,
  listLooseBlobs,
  loosen,
  settleBlobs,
  sumBlobs,
} from '#coordinator/store/blob-rows.ts';
import { closeDelivery, listDeliveries, receiveDelivery } from '#coordinator/store/deliveries.ts';
import { appendEvent, listEventsOfMachine, listEventsOfRun } from '#coordinator/store/events.ts';
import { findCreation, markWritesSent, noteCreation } from '#coordinator/store/forge-creations.ts';
import { addWrite, findLastWrite, type NewWrite } from '#coordinator/store/forge-writes.ts';
import type { Job } from '#coordinator/store/jobs.ts';
import { findMachine, insertMachine, saveMachineState } from '#coordinator/store/machines.ts';
import { newId } from '#coordinator/store/new-id.ts';
import { findNewestArtifacts, listOldArtifacts, removeArtifacts } from '#coordinator/store/old-artifacts.ts';
import {
  removeOldDeliveries,
  removeOldEvents,
  removeOldMachines,
  removeOldWrites,
} from '#coordinator/store/old-history.ts';
import { findOldLog, removeOldLogs } from '#coordinator/store/old-logs.ts';
import { forgetUploads, recordUpload } from '#coordinator/store/uploads.ts';
import type { CoordinatorId } from '#shared/ids.ts';
import { type OpenBench, useStore } from './bench.ts';
import { addAttempt, addJob, addRun, at, commit, digest, manifest } from './sample-rows.ts';

export function describeRetention(name: string, openBench: OpenBench): void {
  describe(`${name}: what is old`, () => {
    const lab = useStore(openBench);
    const logOwner = newId.coordinator() as CoordinatorId;
    const loose = async () => (await listLooseBlobs(lab.store.read, '', 99)).map(({ sha256 }) => sha256);

    /** An attempt that ended at `endedAt`, with a log of its own. */
    function ended(endedAt: number, { job, blob = null }: { job?: Job; blob?: string | null } = {}) {
      return lab.store.write(async tx => {
        const id = await addAttempt(tx, { job: job ?? (await addJob(tx)), logOwner });
        const attempt = (await findAttempt(tx, id)) as Attempt;
        const end = { reason: 'exited', exitCode: 0, step: 0, message: '' } as const;
        const log = { state: 'partial', bytes: 3, reason: 'lost' } as const;
        await saveAttempt(tx, { ...attempt, state: { status: 'ended', at: endedAt, end, log } });
        await saveEndedLog(tx, id, {
          inline: blob ? null : new Uint8Array([1, 2, 3]),
          moments: [{ offset: 0, at }],
        });
        if (blob) await saveSealedLog(tx, id, logOwner, { sha256: blob, bytes: 9, epoch: 1 });
        return attempt;
      });
    }
    const removeLogs = ({ repositoryId }: Attempt, before: number, max = 9) =>
      lab.store.write(tx => removeOldLogs(tx, repositoryId, { before, max, at: at + 99 }));

    it('logs go, the oldest first, and their rows say when; one that runs has none', async () => {
      const [second, first] = [await ended(at + 2, { blob: digest(2) }), await ended(at + 1)];
      const newer = await ended(at + 50);
      await lab.store.write(tx => addAttempt(tx));
      expect(await findOldLog(lab.store.read, first.repositoryId, at + 10)).toEqual({
        id: first.id,
        endedAt: at + 1,
      });
      expect(await removeLogs(first, at + 10, 1)).toBe(1);
      expect(await loose()).toEqual([]);
      expect(await removeLogs(first, at + 10)).toBe(1);
      expect(await removeLogs(first, at + 10)).toBe(0);
      expect(await loose()).toEqual([digest(2)]);
      for (const { id } of [first, second]) {
        expect((await findAttempt(lab.store.read, id))?.logRemovedAt).toBe(at + 99);
        expect(await readInlineLog(lab.store.read, id)).toBe(null);
        expect(await findSealedLog(lab.store.read, id)).toBe(null);
        expect(await readLogMoments(lab.store.read, id)).toEqual([]);
      }
      expect((await findAttempt(lab.store.read, newer.id))?.logRemovedAt).toBe(null);
      const late = { sha256: digest(3), bytes: 9, epoch: 2 };
      expect(await lab.store.write(tx => saveSealedLog(tx, second.id, logOwner, late))).toBe(false);
    });

    it('a log that is sealed once more leaves its first form to be looked at', async () => {
      const { id } = await ended(at, { blob: digest(1) });
      const again = { sha256: digest(2), bytes: 9, epoch: 2 };
      expect(await lab.store.write(tx => saveSealedLog(tx, id, logOwner, again))).toBe(true);
      expect(await loose()).toEqual([digest(1)]);
      expect(await isBlobNamed(lab.store.read, digest(1))).toBe(false);
      expect(await isBlobNamed(lab.store.read, digest(2))).toBe(true);
    });

    /** An artifact of a run that has landed, or not. */
    async function artifact(facts: { sha256: string; createdAt: number; landed?: number; suite?: string }) {
      const { sha256, createdAt, landed, suite = 'unit' } = facts;
      return lab.store.write(async tx => {
        const purpose = landed === undefined ? 'manual' : 'landed';
        const run = await addRun(tx, { purpose, ref: 'main', commit: commit(landed ?? 0) });
        const job = await addJob(tx, { run, suite });
        const attemptId = await addAttempt(tx, { job });
        const owner = { repositoryId: job.repositoryId, jobId: job.id, attemptId };
        await insertArtifact(tx, { ...owner, path: 'dist/a', bytes: 7, sha256 }, createdAt);
        const [made] = await listArtifactsOfJobs(tx, [job.id]);
        if (!made) throw new Error('it was made');
        return { ...made, run: run.id };
      });
    }

    it('artifacts are listed from behind a place, with where they have landed', async () => {
      const [b, a] = [
        await artifact({ sha256: digest(2), createdAt: at + 1, landed: 2 }),
        await artifact({ sha256: digest(1), createdAt: at }),
      ];
      await artifact({ sha256: digest(3), createdAt: at + 9 });
      const list = (after: { createdAt: number; id: typeof a.id } | null, max = 9) =>
        listOldArtifacts(lab.store.read, a.repositoryId, { before: at + 9, after, max });
      expect(await list(null)).toMatchObject([
        { id: a.id, landed: null, suite: 'unit', run: a.run },
        { id: b.id, landed: 'main' },
      ]);
      expect(await list(null, 1)).toMatchObject([{ id: a.id }]);
      expect(await list(a)).toMatchObject([{ id: b.id }]);
    });

    it('the newest artifacts of a branch are those of the last run that has any', async () => {
      const first = await artifact({ sha256: digest(1), createdAt: at, landed: 1 });
      const second = await artifact({ sha256: digest(2), createdAt: at, landed: 2 });
      await artifact({ sha256: digest(3), createdAt: at, landed: 3, suite: 'other' });
      const newest = () =>
        findNewestArtifacts(lab.store.read, first.repositoryId, {
          landed: 'main',
          suite: 'unit',
          image: 'debian-12',
        });
      expect(await newest()).toBe(second.run);
      await lab.store.write(tx => removeArtifacts(tx, [second.id], at + 5));
      expect(await newest()).toBe(first.run);
      await lab.store.write(tx => removeArtifacts(tx, [first.id], at + 5));
      expect(await newest()).toBe(null);
    });

    it('an artifact that is removed keeps its row, and its bytes are known no more', async () => {
      const { id, repositoryId } = await artifact({ sha256: digest(1), createdAt: at });
      expect(await isArtifactKnown(lab.store.read, repositoryId, digest(1))).toBe(true);
      for (const when of [at + 5, at + 6]) await lab.store.write(tx => removeArtifacts(tx, [id], when));
      expect((await findArtifact(lab.store.read, id))?.removedAt).toBe(at + 5);
      expect(await isArtifactKnown(lab.store.read, repositoryId, digest(1))).toBe(false);
      expect(await isBlobNamed(lab.store.read, digest(1))).toBe(false);
      expect(await loose()).toEqual([digest(1)]);
    });

    it('deliveries that were handled go; one that waits stays', async () => {
      for (const [id, when] of [
        ['old', 1],
        ['open', 2],
        ['new', 50],
      ] as const)
        await lab.store.write(tx =>
          receiveDelivery(tx, { id, event: 'push', repository: null, body: '{}' }, at + when),
        );
      for (const id of ['old', 'new']) await lab.store.write(tx => closeDelivery(tx, id, 'acted-on', ''));
      const remove = () => lab.store.write(tx => removeOldDeliveries(tx, at + 9, 9));
      expect([await remove(), await remove()]).toEqual([1, 0]);
      expect((await listDeliveries(lab.store.read, 9, null)).map(({ id }) => id)).toEqual(['new', 'open']);
    });

    it('events go in their order; who approved what stays', async () => {
      const [run, machine] = [(await lab.store.write(tx => addRun(tx))).id, newId.machine()];
      await lab.store.write(async tx => {
        await appendEvent(tx, { at, type: 'run.approved', run });
        for (const when of [1, 2, 50])
          await appendEvent(tx, { at: at + when, type: 'machine.booted', machine });
      });
      const remove = (from: number, max: number) =>
        lab.store.write(tx => removeOldEvents(tx, at + 9, from, max));
      const first = await remove(0, 2);
      expect(first.removed).toBe(1);
      const rest = await remove(first.next ?? 0, 2);
      expect([rest.removed, (await remove(rest.next ?? 0, 9)).next]).toEqual([1, null]);
      expect(await listEventsOfMachine(lab.store.read, machine, 9)).toMatchObject([{ at: at + 50 }]);
      expect(await listEventsOfRun(lab.store.read, run, 'run.approved')).toHaveLength(1);
    });

    it('writes that were sent go; what waits stays, and the last number of what was made at the forge', async () => {
      const about = { repository: 'acme/rocket', subject: commit(1), priority: 0 };
      const status: NewWrite = {
        ...{ ...about, kind: 'status', context: 'paddock' },
        payload: { state: 'pending', description: '', targetUrl: '' },
      };
      const check: NewWrite = {
        ...about,
        kind: 'check',
        context: 'run',
        payload: { status: 'queued', title: '' },
      };
      const idOf = async (write: NewWrite) => (await findLastWrite(lab.store.read, write))?.id ?? 0;
      const add = async (write: NewWrite, forgeId: number | null, isSent = true) => {
        await lab.store.write(tx => addWrite(tx, write, at));
        const id = await idOf(write);
        if (forgeId !== null) await lab.store.write(tx => noteCreation(tx, id, at));
        if (isSent) await lab.store.write(tx => markWritesSent(tx, [{ id, forgeId }], at));
        return id;
      };
      await add(status, null);
      const waiting = await add(status, null, false);
      await add(check, 5);
      const last = await add(check, 5);
      const batch = await lab.store.write(tx => removeOldWrites(tx, at + 1, 0, 9));
      expect(batch).toEqual({ removed: 2, next: null });
      expect([await idOf(status), await idOf(check)]).toEqual([waiting, last]);
      expect((await findCreation(lab.store.read, check)).forgeId).toBe(5);
      expect((await lab.store.write(tx => removeOldWrites(tx, at + 1, 0, 9))).removed).toBe(0);
    });

    it('machines that ended go; one that is there stays', async () => {
      const add = () =>
        lab.store.write(tx =>
          insertMachine(tx, { image: 'debian-12', manifest, hostId: newId.host(), expiresAt: at }, at),
        );
      const [gone, there] = [await add(), await add()];
      await lab.store.write(tx =>
        saveMachineState(tx, gone, { status: 'gone', at: at + 1, reason: 'retired', reuse: 'single-use' }),
      );
      expect(await lab.store.write(tx => removeOldMachines(tx, at + 1, 9))).toBe(0);
      expect(await lab.store.write(tx => removeOldMachines(tx, at + 2, 9))).toBe(1);
      expect(await findMachine(lab.store.read, gone.id)).toBe(null);
      expect(await findMachine(lab.store.read, there.id)).not.toBe(null);
    });
  });

  describe(`${name}: blobs`, () => {
    const lab = useStore(openBench);
    const list = (after = '', max = 9) => listLooseBlobs(lab.store.read, after, max);

    it('are loose from before they come until somebody has looked', async () => {
      for (const n of [2, 1]) await lab.store.write(tx => expectBlob(tx, { sha256: digest(n), bytes: n }));
      const [one, two] = await list();
      if (!one || !two) throw new Error('both are loose');
      expect([one.sha256, two.sha256, await list(one.sha256)]).toEqual([digest(1), digest(2), [two]]);
      expect(await list('', 1)).toEqual([one]);
      expect(await sumBlobs(lab.store.read)).toEqual({ count: 2, bytes: 3 });
      await lab.store.write(tx =>
        settleBlobs(tx, [
          { ...one, isGone: false },
          { ...two, isGone: true },
        ]),
      );
      expect(await list()).toEqual([]);
      expect(await sumBlobs(lab.store.read)).toEqual({ count: 1, bytes: 1 });
    });

    it('that have become loose once more while they were looked at stay so', async () => {
      const blob = { sha256: digest(1), bytes: 1 };
      await lab.store.write(tx => expectBlob(tx, blob));
      const seen = await list();
      await lab.store.write(tx => loosen(tx, [blob]));
      for (const isGone of [true, false])
        await lab.store.write(tx =>
          settleBlobs(
            tx,
            seen.map(each => ({ ...each, isGone })),
          ),
        );
      expect((await list()).map(({ sha256 }) => sha256)).toEqual([digest(1)]);
    });

    it('of uploads that count no more are loose', async () => {
      const attempt = newId.attempt();
      await lab.store.write(tx =>
        recordUpload(tx, attempt, { sha256: digest(1), bytes: 4, kind: 'artifact' }),
      );
      expect(await isBlobNamed(lab.store.read, digest(1))).toBe(true);
      await lab.store.write(tx => forgetUploads(tx, attempt));
      expect(await isBlobNamed(lab.store.read, digest(1))).toBe(false);
      expect(await list()).toMatchObject([{ sha256: digest(1), bytes: 4 }]);
    });
  });
}
