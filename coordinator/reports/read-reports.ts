/** Reading the reports of one attempt on a thread of its own, within a time and a memory. */
import { once } from 'node:events';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { limits } from '#shared/limits.ts';
import { noTests, type ReportFile } from '#shared/test-report.ts';
import type { ReadReports } from './gather.ts';
import type { ReadAnswer, ReadOrder } from './read-worker.ts';

export type ReportsToRead = {
  files: readonly ReportFile[];
  /** All bytes of one. Rejects where they are gone. */
  bytesOf(file: ReportFile): Promise<Uint8Array>;
  hasPassed: boolean;
  scope: string;
};

export type KeyedReports = ReadReports & { keys: string[] };

const nothing = (notice: string): KeyedReports => ({
  ...{ counts: noTests, tests: [], failures: [], notices: [notice], keys: [] },
});

/** The thread's code is beside this file: among the sources and in a bundle, where it has another name. */
const extension = path.extname(import.meta.url);
const program = extension === '.ts' ? './read-worker.ts' : `./report-worker${extension}`;

/**
 * Reads them in the order given. What takes too long, or more memory than it may, is a sentence and no tests. Rejects
 * with what `bytesOf` rejects with, or the signal's reason.
 */
export async function readReports(reports: ReportsToRead, signal: AbortSignal): Promise<KeyedReports> {
  const timeUp = AbortSignal.timeout(limits.reportReadMs);
  const worker = new Worker(new URL(program, import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: limits.reportReadMiB },
  });
  const ended = AbortSignal.any([signal, timeUp]);
  try {
    return await readOn(worker, reports, ended);
  } catch (error) {
    signal.throwIfAborted();
    if (timeUp.aborted)
      return nothing(
        `the reports took more than ${limits.reportReadMs / 1_000} s to read; none of them counts`,
      );
    if ((error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY')
      return nothing(`the reports need more than ${limits.reportReadMiB} MiB to read; none of them counts`);
    throw error;
  } finally {
    await worker.terminate();
  }
}

async function readOn(
  worker: Worker,
  { files, bytesOf, hasPassed, scope }: ReportsToRead,
  signal: AbortSignal,
): Promise<KeyedReports> {
  const ask = async (order: ReadOrder): Promise<ReadAnswer> => {
    const answered = once(worker, 'message', { signal });
    worker.postMessage(order);
    return (await answered)[0];
  };
  worker.postMessage({ type: 'begin', hasPassed, scope } satisfies ReadOrder);
  for (const file of files) {
    const bytes = await bytesOf(file);
    signal.throwIfAborted();
    await ask({ type: 'file', path: file.path, format: file.format, bytes });
  }
  const answer = await ask({ type: 'end' });
  if (answer.type !== 'read') throw new Error('the thread that reads reports answered out of turn');
  return { ...answer.reports, keys: answer.keys };
}
