/** The store, as the log owner asks for it. */
import type { LogRows } from '../logs/log-rows.ts';
import {
  findAttempt,
  findSealedLog,
  readInlineLog,
  readLogMoments,
  saveSealedLog,
} from '../store/attempts.ts';
import type { Store } from '../store/store.ts';

export function createLogRows(store: Store, limitBytes: number): LogRows {
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
      return { seal: attempt.state.log, marks: attempt.marks, inline, sealed };
    },
    async storedSeal(id) {
      const attempt = await findAttempt(store.read, id);
      return attempt?.state.status === 'ended' ? attempt.state.log : null;
    },
    moments: id => readLogMoments(store.read, id),
    recordSealed: (id, { owner, epoch, blob }) =>
      store.write(tx => saveSealedLog(tx, id, owner, { ...blob, epoch })),
  };
}
