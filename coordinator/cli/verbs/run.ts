/** `paddock run`: tests one commit, shows what happens, and answers with an exit code. */
import { type RunDetail, runView, type StartRun } from '#shared/api.ts';
import { cancelOnInterrupt } from '../cancel-on-interrupt.ts';
import { type Context, printJson } from '../context.ts';
import { CliError } from '../errors.ts';
import { type ExitCode, exitCodeFor, exitCodes } from '../exit-code.ts';
import { askPatiently, type Patience, sayingOnce } from '../follow/patience.ts';
import { loadDetail } from '../follow/run-detail.ts';
import { showRun } from '../follow/show-run.ts';
import { countInterrupts, type Interrupts } from '../interrupts.ts';
import { createRunScreen } from '../output/run-screen.ts';
import { summaryLines } from '../output/run-summary.ts';
import { isOver } from '../output/standing.ts';
import { openRunHost, type RunHost } from '../run-host.ts';
import { resolveSubject, type Subject } from '../subject.ts';
import { texts } from '../texts.ts';
import { readFailures } from './show.ts';

export type RunOptions = {
  commit?: string;
  image?: string[];
  command?: string;
  json?: boolean;
  quiet?: boolean;
};

export async function run(context: Context, target: string, options: RunOptions): Promise<ExitCode> {
  const subject = await resolveSubject(target, options.commit, context);
  const { dirtyFiles, untrackedFiles } = subject.leftOut;
  if (dirtyFiles.length + untrackedFiles.length > 0)
    context.terminal.say(texts.leftOut(dirtyFiles, untrackedFiles, subject.request.commit));
  const interrupts = countInterrupts();
  try {
    const host = await openRunHost(context, subject, options.image ?? [], interrupts);
    try {
      const request = { ...subject.request, command: options.command ?? null, images: options.image ?? null };
      const hint = hintFor(target, subject);
      return await perform({ context, host, interrupts, options, hint }, request);
    } finally {
      await host.close();
    }
  } finally {
    interrupts.close();
  }
}

type Performance = {
  context: Context;
  host: RunHost;
  interrupts: Interrupts;
  options: RunOptions;
  /** What to try when there was nothing to run. */
  hint: string;
};

/** A suite file that is there and in no commit is what people forget. */
function hintFor(target: string, { leftOut: { dirtyFiles, untrackedFiles } }: Subject): string {
  const isForgotten = [...dirtyFiles, ...untrackedFiles].includes('.paddock.yml');
  return isForgotten ? texts.hints.commitSuiteFile(target) : texts.hints.command(target);
}

async function perform(performance: Performance, request: StartRun): Promise<ExitCode> {
  const { context, host, interrupts, options } = performance;
  const { client } = host;
  if (interrupts.first.aborted) throw new CliError('interrupted', texts.neverStarted, null);
  const started = await client.post('/api/v1/runs', runView, request);
  const screen = options.quiet
    ? null
    : createRunScreen(context.terminal, started, options.json ? 'notes' : 'answer');
  const note = screen?.note ?? context.terminal.note;
  const cancelled = cancelOnInterrupt(host, started, interrupts, note);
  const patience: Patience = { signal: interrupts.second, onSilence: sayingOnce(note) };
  const seen = await showRun(client, started, screen, patience).finally(() => screen?.close());
  await cancelled();
  const detail = isOver(seen.standing) ? await askPatiently(() => loadDetail(client, seen), patience) : null;
  if (detail) return conclude(performance, detail);
  context.terminal.note(host.isForOccasion ? texts.occasionEnds : texts.left(started.id, client.url));
  return exitCodes.other;
}

/** The run is over: says how, and what to try where there was nothing to run. */
async function conclude({ context, host, options, hint }: Performance, detail: RunDetail): Promise<ExitCode> {
  const { terminal } = context;
  if (options.json) printJson(context, detail);
  else
    for (const line of await summary({ context, host, options }, detail)) {
      if (options.quiet) terminal.line(line);
      else terminal.note(line);
    }
  if (detail.standing === 'empty' && options.command === undefined) terminal.hint(hint);
  return exitCodeFor(detail.standing);
}

/** What just went over the screen is not said again. */
async function summary(
  { context: { terminal }, host, options }: Pick<Performance, 'context' | 'host' | 'options'>,
  detail: RunDetail,
): Promise<string[]> {
  const isFollowUp = !options.quiet && detail.jobs.length === 1;
  const failures = isFollowUp ? new Map() : await readFailures(host.client, detail, terminal.isUnread);
  const look = options.quiet
    ? { colors: terminal.colors, width: terminal.columns }
    : { colors: terminal.noteColors, width: terminal.noteColumns };
  const facts = { detail, failures, isFollowUp, isKept: !host.isForOccasion };
  return summaryLines(facts, { ...look, now: Date.now() });
}
