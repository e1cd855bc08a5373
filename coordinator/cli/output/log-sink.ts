/** Where the logs of a run are shown: one log as it is, several with their names before each line, on a terminal as text. */
import type { JobSummary } from '#shared/api.ts';
import { jobLabel } from '#shared/words.ts';
import { createLineSplitter, harmless, type LineSplitter } from './log-text.ts';
import { pad } from './text-width.ts';

export type LogTarget = {
  write(bytes: Uint8Array | string): Promise<void>;
  /** A terminal gets text, everything else gets bytes. */
  isScreen: boolean;
  dim(text: string): string;
};

export type LogSink = {
  /** `jobs` are all jobs of the run: their number decides on names, their names on the margin. */
  write(job: JobSummary, bytes: Uint8Array, jobs: readonly JobSummary[]): Promise<void>;
  /** The log is over: a line that was begun is shown as it is. */
  end(job: JobSummary, jobs: readonly JobSummary[]): Promise<void>;
  /** The line that a job has begun. */
  begun(job: JobSummary): Uint8Array;
};

export function createLogSink({ write, isScreen, dim }: LogTarget): LogSink {
  const splitters = new Map<string, LineSplitter>();
  const splitterOf = ({ id }: JobSummary): LineSplitter => {
    const splitter = splitters.get(id) ?? createLineSplitter();
    splitters.set(id, splitter);
    return splitter;
  };
  const isRaw = (jobs: readonly JobSummary[]) => !isScreen && jobs.length === 1;

  function linesOf(job: JobSummary, lines: readonly Uint8Array[], jobs: readonly JobSummary[]): Buffer {
    const widest = Math.max(...jobs.map(other => jobLabel(other).length));
    const margin = jobs.length > 1 ? dim(`${pad(jobLabel(job), widest)} │ `) : '';
    const parts = lines.flatMap(line => [
      Buffer.from(margin),
      isScreen ? Buffer.from(harmless(line)) : line,
      Buffer.from('\n'),
    ]);
    return Buffer.concat(parts);
  }

  return {
    async write(job, bytes, jobs) {
      if (isRaw(jobs)) return write(bytes);
      const lines = splitterOf(job).push(bytes);
      if (lines.length > 0) await write(linesOf(job, lines, jobs));
    },
    async end(job, jobs) {
      const rest = splitterOf(job).rest();
      splitters.delete(job.id);
      if (rest.length > 0) await write(linesOf(job, [rest], jobs));
    },
    begun: job => splitters.get(job.id)?.rest() ?? new Uint8Array(),
  };
}
