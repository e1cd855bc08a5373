import type { RunDetail } from '#shared/api.ts';
import type { AttemptEnd } from '#shared/job.ts';
import { limits } from '#shared/limits.ts';
import type { Client } from '../client.ts';
import { createLineSplitter, harmless } from '../output/log-text.ts';
import { stepRange } from './step-range.ts';

type Job = RunDetail['jobs'][number];

/** The end of the step that decided against a job. */
export type Failure = {
  step: number;
  lines: string[];
  /** Lines of the step that are not among them; null when only the end of a long step was read. */
  more: number | null;
};

/** Null for a job that no step of its own decided, or that said nothing. */
export async function readFailure(client: Client, job: Job, signal: AbortSignal): Promise<Failure | null> {
  const attempt = job.history.at(-1);
  const step = stepOf(attempt?.end ?? null);
  if (!attempt?.log || step === null) return null;
  const range = stepRange(attempt.marks, step);
  if (!range) return null;
  const to = range.to ?? attempt.log.bytes;
  const from = Math.max(range.from, to - limits.cliFailureBytes);
  const path = `/logs/${attempt.id}.txt?from=${from}&to=${to}`;
  const chunks: Uint8Array[] = [];
  for await (const chunk of client.bytes(path, signal)) chunks.push(chunk);
  const lines = linesOf(Buffer.concat(chunks));
  if (lines.length === 0) return null;
  const shown = lines.slice(-limits.cliFailureLines);
  return { step, lines: shown, more: from > range.from ? null : lines.length - shown.length };
}

const stepOf = (end: AttemptEnd | null): number | null =>
  end && 'step' in end && !(end.reason === 'exited' && end.exitCode === 0) ? end.step : null;

/** Without the empty lines at the end. */
function linesOf(bytes: Uint8Array): string[] {
  const splitter = createLineSplitter();
  const lines = [...splitter.push(bytes), splitter.rest()].map(harmless);
  return lines.slice(0, lines.findLastIndex(line => line.trim() !== '') + 1);
}
