/** A log owner over a temporary directory, an in-memory store and a real blob directory, and agents that send to it. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Blobs } from '#coordinator/blobs/blobs.ts';
import { openDirectoryBlobs } from '#coordinator/blobs/directory-blobs.ts';
import { type LogFiles, openLogFiles } from '#coordinator/logs/log-files.ts';
import type { LogRows, OpenAttempt, StoredLog } from '#coordinator/logs/log-rows.ts';
import { createLogs, type Logs } from '#coordinator/logs/logs.ts';
import type { Mark } from '#shared/attempt.ts';
import type { AttemptId, CoordinatorId, MachineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { LogFrameAnswer } from '#shared/log-frame.ts';
import type { Moment } from '#shared/log-moments.ts';

const suffix = (n: number) => n.toString().padStart(26, '0');
export const attemptOf = (n: number) => `attempt_${suffix(n)}` as AttemptId;
export const machineOf = (n: number) => `machine_${suffix(n)}` as MachineId;
export const ownerOf = (n: number) => `coordinator_${suffix(n)}` as CoordinatorId;
export const us = ownerOf(1);
export const first = attemptOf(1);

export const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
export const expectedOf = (bytes: Uint8Array) => ({ bytes: bytes.length, sha256: sha256Of(bytes) });
export const markOf = (seq: number, offset: number): Mark => ({
  type: 'step-started',
  seq,
  offset,
  step: 0,
  at: 1,
});

export async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of source) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** The rows of the log owner, in memory: every attempt is open until it is settled. */
function createRows() {
  const open = new Map<AttemptId, OpenAttempt>();
  const stored = new Map<AttemptId, StoredLog & { moments?: readonly Moment[] }>();
  const rows: LogRows = {
    openAttempt: async attempt => open.get(attempt) ?? null,
    storedLog: async attempt => stored.get(attempt) ?? null,
    storedSeal: async attempt => stored.get(attempt)?.seal ?? null,
    moments: async attempt => [...(stored.get(attempt)?.moments ?? [])],
    expectBlob: async () => {},
    async recordSealed(attempt, { owner, blob }) {
      const row = stored.get(attempt);
      if (!row || owner !== us) return false;
      stored.set(attempt, { ...row, sealed: blob });
      return true;
    },
  };
  return { rows, open, stored };
}

export type Owner = Awaited<ReturnType<typeof startOwner>>;

type Start = { files?: (real: LogFiles) => LogFiles; blobs?: (real: Blobs) => Blobs; limitBytes?: number };

export async function startOwner({ files = real => real, blobs = real => real, limitBytes }: Start = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'paddock-logs-'));
  const live = join(dir, 'live');
  const reports: string[] = [];
  const report = (_: object, message: string) => void reports.push(message);
  const memory = createRows();
  const clock = { now: 1_000_000 };
  let epoch = 0;
  const start = async () =>
    createLogs({
      dir: live,
      owner: us,
      epoch: ++epoch,
      blobs: blobs(await openDirectoryBlobs(join(dir, 'blobs'))),
      rows: memory.rows,
      log: { info: report, warn: report, error: report },
      now: () => clock.now,
      files: files(await openLogFiles(live)),
    });
  const self = {
    logs: await start(),
    ...memory,
    reports,
    clock,
    live,
    /** Makes attempt `n`, running on machine `n`. */
    lease(n: number) {
      memory.open.set(attemptOf(n), {
        machine: machineOf(n),
        number: 1,
        owner: us,
        limitBytes: limitBytes ?? limits.logBytes,
      });
    },
    /** Verifies the log and stores its end, as the settle transaction does; without `release`. */
    async settle(n: number, bytes: Uint8Array) {
      const verified = await self.logs.verify(attemptOf(n), expectedOf(bytes));
      if (!verified.ok)
        throw new Error(`the log of attempt ${n} is not verified: send from ${verified.from}`);
      self.store(n, { ...verified.log, sealed: null, removed: null });
      return verified.log;
    },
    store(n: number, log: StoredLog & { moments?: readonly Moment[] }) {
      memory.open.delete(attemptOf(n));
      memory.stored.set(attemptOf(n), log);
    },
    /** Ends the owner as a crash between two calls would, as far as its data goes, and starts it again. */
    async restart() {
      await self.logs.close();
      self.logs = await start();
    },
    async stop() {
      await self.logs.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
  self.lease(1);
  return self;
}

export function send(
  logs: Logs,
  n: number,
  offset: number,
  bytes: Uint8Array,
  { marks = [], number = 1, sender = n }: { marks?: Mark[]; number?: number; sender?: number } = {},
): Promise<LogFrameAnswer> {
  const header = JSON.stringify({ attempt: attemptOf(n), number, offset, marks });
  return logs.onFrame(machineOf(sender), header, bytes);
}

/** Sends what is missing, in order, as an agent does; answers how many frames it took. */
export async function sendAll(logs: Logs, n: number, stream: Uint8Array, from = 0): Promise<number> {
  let frames = 0;
  for (let at = from; at < stream.length; frames++) {
    const answer = await send(logs, n, at, stream.subarray(at, at + limits.logFrameBytes));
    if (answer.answer !== 'stored') throw new Error(`a frame was answered ${answer.answer}`);
    at = answer.bytes;
  }
  return frames;
}
