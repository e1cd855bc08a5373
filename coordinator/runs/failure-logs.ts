/** What the logs of a run's failed jobs say, read once, when its check is written at its end. */
import { setImmediate as turn } from 'node:timers/promises';
import type { AttemptSpan, RunView } from '#shared/api.ts';
import type { AttemptId, JobId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { plainLine } from '#shared/log-text.ts';
import type { Job } from '../store/jobs.ts';
import { withoutCheckout } from './compiler-errors/checkout-path.ts';
import type { CompilerError } from './compiler-errors/compiler-error.ts';
import { readErrors } from './compiler-errors/read-errors.ts';
import { errorLines, lastLines } from './error-lines.ts';

/** The end of what a step printed. `firstLine` is the line of the whole log (from 0) in which it begins. */
export type StepOutput = { text: string; firstLine: number };

/** Null: the step printed nothing, or its log cannot be read now. */
export type ReadStepOutput = (attempt: AttemptId, step: number) => Promise<StepOutput | null>;

export type FailureLog = {
  job: JobId;
  /** Counted from 0. */
  step: { index: number; of: number; name: string };
  /** Parts of the log, each with the lines it is; from 0, `to` is behind the last. */
  parts: { from: number; to: number; text: string }[];
  errors: readonly CompilerError[];
};

/** Of the jobs whose steps failed, in their order. */
export async function readFailureLogs(
  read: ReadStepOutput,
  { jobs: views }: Pick<RunView, 'jobs'>,
  jobs: readonly Pick<Job, 'id' | 'definition'>[],
  spans: readonly AttemptSpan[],
): Promise<FailureLog[]> {
  const logs: FailureLog[] = [];
  const failed = views.filter(({ standing }) => standing === 'failed' || standing === 'timed-out');
  for (const { id, attempt, standing } of failed.slice(0, limits.checkFailures)) {
    const span = spans.find(each => each.id === attempt);
    const steps = jobs.find(job => job.id === id)?.definition.steps ?? [];
    const index = span?.end && 'step' in span.end ? span.end.step : null;
    const step = index === null ? undefined : steps[index];
    if (!span || !step || index === null) continue;
    // Milliseconds for each log: webhooks and machines are answered in between.
    await turn();
    const output = await read(span.id, index);
    if (!output) continue;
    const about = { attempt: span.id, directory: step.directory, hasHung: standing === 'timed-out' };
    logs.push({ job: id, step: { index, of: steps.length, name: step.name }, ...readLog(output, about) });
  }
  return logs;
}

/** `hasHung`: nothing went wrong before, as far as anybody knows, so that its last words are all there is. */
export function readLog(
  { text, firstLine }: StepOutput,
  place: { attempt: AttemptId; directory: string; hasHung: boolean },
): Pick<FailureLog, 'parts' | 'errors'> {
  const lines = text.split('\n').map(plainLine);
  const errors = place.hasHung ? [] : readErrors(lines, place);
  const shown = (line: string): string => {
    const short = withoutCheckout(place.attempt, line);
    return short.length > limits.errorShownChars ? `${short.slice(0, limits.errorShownChars)}…` : short;
  };
  const told = errors.map(({ at }) => at);
  const excerpts = place.hasHung ? lastLines(lines) : errorLines(lines, told);
  return {
    errors,
    parts: excerpts.map(({ from, to }) => ({
      from: firstLine + from,
      to: firstLine + to,
      text: lines.slice(from, to).map(shown).join('\n'),
    })),
  };
}
