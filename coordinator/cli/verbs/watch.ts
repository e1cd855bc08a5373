/** `paddock watch`: a run that somebody else has started, live, until it is over. Ctrl-C leaves it running. */
import { runView } from '#shared/api.ts';
import { type Context, clientFor } from '../context.ts';
import { type ExitCode, exitCodeFor, exitCodes } from '../exit-code.ts';
import { type Patience, sayingOnce } from '../follow/patience.ts';
import { loadDetail } from '../follow/run-detail.ts';
import { showRun } from '../follow/show-run.ts';
import { countInterrupts } from '../interrupts.ts';
import { createRunScreen } from '../output/run-screen.ts';
import { summaryLines } from '../output/run-summary.ts';
import { isOver } from '../output/standing.ts';
import { resolveReference } from '../reference.ts';
import { texts } from '../texts.ts';
import { readFailures } from './show.ts';

export async function watchRun(context: Context, text: string): Promise<ExitCode> {
  const { terminal } = context;
  const client = await clientFor(context);
  const { id } = await resolveReference(client, text, ['run']);
  const interrupts = countInterrupts();
  try {
    const started = await client.get(`/api/v1/runs/${id}`, runView);
    const screen = createRunScreen(terminal, started, 'answer');
    const patience: Patience = { signal: interrupts.first, onSilence: sayingOnce(screen.note) };
    const seen = await showRun(client, started, screen, patience).finally(screen.close);
    if (!isOver(seen.standing)) {
      terminal.note(texts.left(seen.id, client.url));
      return exitCodes.other;
    }
    const detail = await loadDetail(client, seen);
    const isFollowUp = detail.jobs.length === 1;
    const failures = isFollowUp ? new Map() : await readFailures(client, detail, terminal.isUnread);
    const look = { colors: terminal.noteColors, width: terminal.noteColumns, now: Date.now() };
    for (const line of summaryLines({ detail, failures, isFollowUp, isKept: true }, look))
      terminal.note(line);
    return exitCodeFor(detail.standing);
  } finally {
    interrupts.close();
  }
}
