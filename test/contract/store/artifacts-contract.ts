import { describe, expect, it } from 'vitest';
import {
  findArtifact,
  insertArtifact,
  isArtifactKnown,
  listArtifactsOfJobs,
} from '#coordinator/store/artifacts.ts';
import { newId } from '#coordinator/store/new-id.ts';
import { forgetUploads, listUploads, recordUpload } from '#coordinator/store/uploads.ts';
import { type OpenBench, useStore } from './bench.ts';
import { addAttempt, addJob, at, digest } from './sample-rows.ts';

export function describeArtifacts(name: string, openBench: OpenBench): void {
  describe(`${name}: artifacts`, () => {
    const lab = useStore(openBench);
    const add = async (paths: string[], bytes = 3_000_000_000) => {
      const job = await lab.store.write(tx => addJob(tx));
      const attemptId = await lab.store.write(tx => addAttempt(tx, { job }));
      const owner = { repositoryId: job.repositoryId, jobId: job.id, attemptId };
      for (const path of paths)
        await lab.store.write(tx => insertArtifact(tx, { ...owner, path, bytes, sha256: digest(bytes) }, at));
      return { ...owner, again: (path: string) => ({ ...owner, path, bytes: 1, sha256: digest(1) }) };
    };

    it('is read as it was handed over, sorted by its path', async () => {
      const { repositoryId, jobId, attemptId } = await add(['dist/b', 'dist/B', 'dist/a b', 'dist-x']);
      const listed = await listArtifactsOfJobs(lab.store.read, [jobId]);
      expect(listed.map(({ path }) => path)).toEqual(['dist-x', 'dist/B', 'dist/a b', 'dist/b']);
      const [artifact] = listed;
      const facts = {
        repositoryId,
        jobId,
        attemptId,
        bytes: 3_000_000_000,
        sha256: digest(3_000_000_000),
        createdAt: at,
      };
      expect(artifact).toMatchObject(facts);
      if (artifact) expect(await findArtifact(lab.store.read, artifact.id)).toEqual(artifact);
      expect(await findArtifact(lab.store.read, newId.artifact())).toBe(null);
      expect(await listArtifactsOfJobs(lab.store.read, [])).toEqual([]);
    });

    it('stays what it was when its attempt hands it over again', async () => {
      const { jobId, again } = await add(['a']);
      await lab.store.write(tx => insertArtifact(tx, again('a'), at + 1));
      expect(await listArtifactsOfJobs(lab.store.read, [jobId])).toMatchObject([
        { bytes: 3_000_000_000, createdAt: at },
      ]);
    });

    it('is known by its bytes only within its repository', async () => {
      const { repositoryId } = await add(['a'], 7);
      expect(await isArtifactKnown(lab.store.read, repositoryId, digest(7))).toBe(true);
      expect(await isArtifactKnown(lab.store.read, repositoryId, digest(8))).toBe(false);
      expect(await isArtifactKnown(lab.store.read, newId.repository(), digest(7))).toBe(false);
    });
  });

  describe(`${name}: uploads`, () => {
    const lab = useStore(openBench);

    it('belong to their attempt, and repeating one is harmless', async () => {
      const { store } = lab;
      const [attempt, other] = [newId.attempt(), newId.attempt()];
      const uploads = [
        { sha256: digest(1), bytes: 0, kind: 'report' as const },
        { sha256: digest(2), bytes: 2_147_483_648, kind: 'artifact' as const },
      ];
      for (const upload of [...uploads, ...uploads])
        await store.write(tx => recordUpload(tx, attempt, upload));
      await store.write(tx => recordUpload(tx, other, { sha256: digest(1), bytes: 0, kind: 'artifact' }));
      const listed = await listUploads(store.read, attempt);
      expect(listed.toSorted((a, b) => a.bytes - b.bytes)).toEqual(uploads);
      expect(await listUploads(store.read, newId.attempt())).toEqual([]);
      await store.write(tx => forgetUploads(tx, attempt));
      expect(await listUploads(store.read, attempt)).toEqual([]);
      expect(await listUploads(store.read, other)).toHaveLength(1);
    });
  });
}
