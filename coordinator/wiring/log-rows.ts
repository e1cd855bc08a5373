/** The store, as the log owner asks for it. */
import type { Instant, RepositoryId } from '#shared/ids.ts';
import type { LogRows } from '../logs/log-rows.ts';
import {
  findAttempt,
  findSealedLog,
  readInlineLog,
  readLogMoments,
  saveSealedLog,
} from '../store/attempts.ts';
import { expectBlob } from '../store/blob-rows.ts';
import type { Store } from '../store/store.ts';

/** `removalText`: how people are told of a log that is gone. */
export function createLogRows(
  store: Store,
  limitBytes: number,
  removalText: (log: { repository: RepositoryId; removedAt: Instant; bornAt: Instant }) => Promise<string>,
): LogRows {
  return {
    async openAttempt(id) {
      const attempt = await findAttempt(store.read, id);
      if (attempt?.state.status !== 'running') return null;
      return {
        machine: attempt.machineId,
        number: attempt.number,
        owner: attempt.logOwner,
        limitBytes,
      };
    },
    async storedLog(id) {
      const attempt = await findAttempt(store.read, id);
      if (attempt?.state.status !== 'ended') return null;
      const [inline, sealed] = [await readInlineLog(store.read, id), await findSealedLog(store.read, id)];
      const removedAt = attempt.logRemovedAt;
      const facts = { repository: attempt.repositoryId, bornAt: attempt.state.at };
      const removed =
        removedAt === null ? null : { at: removedAt, text: await removalText({ ...facts, removedAt }) };
      return { seal: attempt.state.log, marks: attempt.marks, inline, sealed, removed };
    },
    async storedSeal(id) {
      const attempt = await findAttempt(store.read, id);
      return attempt?.state.status === 'ended' ? attempt.state.log : null;
    },
    moments: id => readLogMoments(store.read, id),
    expectBlob: blob => store.write(tx => expectBlob(tx, blob)),
    recordSealed: (id, { owner, epoch, blob }) =>
      store.write(tx => saveSealedLog(tx, id, owner, { ...blob, epoch })),
  };
}
