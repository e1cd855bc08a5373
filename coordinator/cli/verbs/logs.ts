/** `paddock logs`: the bytes of one log, exactly, proved by the digest that the agent computed on its machine. */
import { createHash } from 'node:crypto';
import { type AttemptView, attemptView, type JobView, jobView, runView } from '#shared/api.ts';
import type { LogSeal } from '#shared/attempt.ts';
import type { AttemptId, JobId } from '#shared/ids.ts';
import type { Client } from '../client.ts';
import { type Context, clientFor, printJson } from '../context.ts';
import { CliError } from '../errors.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { createLineStamps, type LineStamps, noStamps } from '../follow/line-stamps.ts';
import { followLog, isExact } from '../follow/log-stream.ts';
import { type Patience, sayingOnce } from '../follow/patience.ts';
import { wasLost } from '../follow/show-run.ts';
import { stepRange } from '../follow/step-range.ts';
import { watch } from '../follow/watch.ts';
import { createLogWriter } from '../output/log-writer.ts';
import { isOver } from '../output/standing.ts';
import { resolveReference } from '../reference.ts';
import { texts } from '../texts.ts';

export type LogsOptions = {
  follow?: boolean;
  step?: number;
  attempt?: number;
  timestamps?: boolean;
  json?: boolean;
};

export async function logs(context: Context, text: string, options: LogsOptions): Promise<ExitCode> {
  const client = await clientFor(context);
  const patience: Patience = {
    signal: context.terminal.isUnread,
    onSilence: sayingOnce(context.terminal.say),
  };
  const reference = await resolveReference(client, text, ['run', 'job', 'attempt']);
  const asked = { client, context, patience, options };
  if (reference.type === 'attempt') await showAttempt(asked, reference.id);
  else
    await showJob(asked, reference.type === 'job' ? reference.id : await onlyJob(client, text, reference.id));
  return exitCodes.ok;
}

type Asked = {
  client: Client;
  context: Context;
  patience: Patience;
  options: LogsOptions;
};

/** Where a log goes: its bytes, where in it they stand, and when they arrived if they did just now. */
type Out = {
  write(bytes: Uint8Array, offset: number, at: number | null): Promise<void>;
  end(): Promise<void>;
};

/** A run's log is its job's, when it has only one. */
async function onlyJob(client: Client, text: string, id: string): Promise<JobId> {
  const { jobs } = await client.get(`/api/v1/runs/${id}`, runView);
  const [job, ...more] = jobs;
  if (!job) throw new CliError('not-started', texts.noJobs(text), texts.hints.show(id));
  if (more.length === 0) return job.id;
  const lines = jobs.map(each => `${each.id}  ${each.image} ${each.suite}: ${each.text}`);
  throw new CliError('usage', texts.manyJobs(text, lines), texts.hints.logs(job.id));
}

async function showJob(asked: Asked, id: JobId): Promise<void> {
  const { client, options } = asked;
  const job = await client.get(`/api/v1/jobs/${id}`, jobView);
  if (options.step !== undefined && options.step > job.steps.length)
    throw new CliError('usage', texts.noStep(options.step, job.steps.length), texts.hints.show(id));
  if (options.attempt !== undefined) return showAttempt(asked, attemptOf(job, options.attempt));
  if (options.follow && !options.json) return followJob(asked, job);
  if (job.attempt === null)
    throw new CliError('not-started', texts.notStarted(job.text), texts.hints.follow(id));
  return showAttempt(asked, job.attempt);
}

function attemptOf({ id, history }: JobView, number: number): AttemptId {
  const found = history.find(attempt => attempt.number === number);
  if (found) return found.id;
  throw new CliError('usage', texts.noAttempt(id, number), texts.hints.show(id));
}

/** Every attempt from the newest on: one that is lost is followed by another. */
async function followJob(asked: Asked, job: JobView): Promise<void> {
  const { client, patience, context } = asked;
  const load = () => client.get(`/api/v1/jobs/${job.id}`, jobView);
  let last: AttemptId | null = null;
  for await (const view of watch(client, job.run.id, load, patience)) {
    if (view.attempt && view.attempt !== last) {
      if (last) context.terminal.note(texts.retried(view.image, view.suite, view.attempts, wasLost(view)));
      last = view.attempt;
      await showAttempt(asked, view.attempt);
    }
    if (isOver(view.standing)) return;
  }
}

async function showAttempt(asked: Asked, id: AttemptId): Promise<void> {
  const { client, options, context } = asked;
  const attempt = await client.get(`/api/v1/attempts/${id}`, attemptView);
  if (options.json) return printJson(context, attempt);
  const out = outOf(context, options.timestamps ? createLineStamps(client, id) : noStamps);
  return options.follow && attempt.log === null ? follow(asked, attempt, out) : print(asked, attempt, out);
}

function outOf({ terminal }: Context, { of, learn }: LineStamps): Out {
  const writer = createLogWriter(terminal, of);
  return {
    async write(bytes, offset, at) {
      await learn(offset, offset + bytes.length, at);
      await writer.write(bytes, offset);
    },
    end: writer.end,
  };
}

/** What is stored now. */
async function print(
  { client, patience, context, options }: Asked,
  attempt: AttemptView,
  out: Out,
): Promise<void> {
  const range = rangeOf(attempt, options.step);
  const query = `from=${range.from}${range.to === null ? '' : `&to=${range.to}`}`;
  const hash = createHash('sha256');
  let offset = range.from;
  for await (const bytes of client.bytes(`/logs/${attempt.id}.txt?${query}`, patience.signal)) {
    hash.update(bytes);
    await out.write(bytes, offset, null);
    offset += bytes.length;
  }
  await out.end();
  if (patience.signal.aborted) return;
  if (!attempt.log) return tellGoingOn(context, attempt);
  const isProof = options.step === undefined && attempt.log.state === 'complete';
  tellProof(context, attempt.id, attempt.log, isProof ? hash.digest('hex') : null);
}

async function follow(
  { client, patience, context, options }: Asked,
  attempt: AttemptView,
  out: Out,
): Promise<void> {
  const step = options.step === undefined ? null : options.step - 1;
  const from = step === null ? 0 : (stepRange(attempt.marks, step)?.from ?? null);
  let isInStep = step === null || from !== null;
  let offset = from ?? 0;
  for await (const piece of followLog(client, attempt.id, from ?? 0, patience)) {
    if (piece.type === 'bytes') {
      if (isInStep) await out.write(piece.bytes, offset, piece.at);
      offset += piece.bytes.length;
    }
    if (piece.type === 'mark' && piece.mark.step === step) isInStep = piece.mark.type === 'step-started';
    if (piece.type === 'mark' && piece.mark.step === step && !isInStep) break;
    if (piece.type === 'end' && isExact(piece) === false) throw damaged(attempt.id);
    if (piece.type === 'end') tellProof(context, attempt.id, piece.seal, step === null ? piece.sha256 : null);
  }
  await out.end();
}

function rangeOf({ marks }: AttemptView, step: number | undefined): { from: number; to: number | null } {
  if (step === undefined) return { from: 0, to: null };
  const range = stepRange(marks, step - 1);
  if (range) return range;
  throw new CliError('not-started', texts.stepNotStarted(step), null);
}

/** `sha256` is of the whole log as it was printed; null when only a part was asked for. */
function tellProof({ terminal }: Context, id: AttemptId, seal: LogSeal, sha256: string | null): void {
  if (seal.state === 'partial') terminal.note(texts.partial(seal.bytes, seal.reason));
  else if (sha256 !== null && sha256 !== seal.sha256) throw damaged(id);
  else if (sha256 !== null && terminal.isWatched)
    terminal.note(terminal.noteColors.dim(texts.verified(seal.bytes, seal.lines)));
}

function tellGoingOn({ terminal }: Context, { job }: AttemptView): void {
  if (terminal.isWatched) terminal.note(terminal.noteColors.dim(texts.goesOn(texts.hints.follow(job))));
}

const damaged = (id: AttemptId): CliError => new CliError('damaged', texts.differs(id), texts.hints.logs(id));
