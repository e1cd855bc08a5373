/**
 * Buttons of our checks that somebody has pressed. A button belongs to the check of one run, and so to one commit: whatever
 * was pushed since, it means that one. Who may press it is the forge's to say, each time. What was refused is an event of
 * the run; whoever may write is told in a comment too, since GitHub shows nothing beside the button.
 */

import type { ActName } from '#shared/audit.ts';
import { isSatisfied } from '#shared/job.ts';
import { shortCommit } from '#shared/short-commit.ts';
import type { Wake } from '../ground/wake.ts';
import { findChangeById } from '../store/changes.ts';
import { appendEvent, listEventsOfRun } from '../store/events.ts';
import { findRepositoryByName } from '../store/repositories.ts';
import { assertRole } from '../store/roles.ts';
import { listRunsOfCommit, type Run } from '../store/runs.ts';
import type { Tx } from '../store/store.ts';
import { addComment } from './add-comment.ts';
import { approveRun } from './approve.ts';
import { buttonLabels, type CheckButton, isButton } from './check-buttons.ts';
import type { ButtonPressed } from './forge-intent.ts';
import { acted, type ChangeParts, type Handled, notActed, unknownRepository } from './intake-ports.ts';
import { noteAct } from './note-act.ts';
import { runAgain } from './run-again.ts';

/** `nothing`: it is so already, which a delivery that comes again finds as well. */
type Verdict = { done: string; wakes: Wake[] } | { nothing: string } | { refused: string };

export async function receivePress(parts: ChangeParts, press: ButtonPressed): Promise<Handled> {
  const { fullName } = press.repository;
  if (!parts.policyFor(fullName)) return unknownRepository(fullName);
  const { button } = press;
  if (!isButton(button)) return notActed('that is no button of a check of Paddock’s');
  if (!(await pressedRun(parts.store.read, press))) return notActed('that is no check of a run of Paddock’s');
  const isWriter = await parts.mayWrite(fullName, press.by);
  return parts.store.write(async tx => {
    await assertRole(tx, parts.role);
    const run = await pressedRun(tx, press);
    if (!run) throw new Error(`run ${press.externalId} is gone`);
    const verdict: Verdict = isWriter
      ? await does[button](parts, tx, run, press)
      : { refused: 'it takes somebody who may write to the repository' };
    if ('done' in verdict)
      await noteAct(tx, {
        ...{ at: parts.now(), act: acts[button], by: press.by, repository: fullName, subject: run.id },
        after: { button, commit: press.headSha },
      });
    return handled(parts, tx, run, { ...press, button }, isWriter, verdict);
  });
}

async function pressedRun(
  tx: Tx,
  { repository: { fullName }, headSha, externalId }: ButtonPressed,
): Promise<Run | undefined> {
  const repository = await findRepositoryByName(tx, fullName);
  const runs = repository ? await listRunsOfCommit(tx, repository.id, headSha) : [];
  return runs.find(({ id }) => id === externalId);
}

type Deed = (parts: ChangeParts, tx: Tx, run: Run, press: ButtonPressed) => Promise<Verdict>;

const does: Record<CheckButton['identifier'], Deed> = { approve, retry };
const acts: Record<CheckButton['identifier'], ActName> = { approve: 'run.approve', retry: 'run.rerun' };

async function approve(
  { applyToJob, policyFor, now }: ChangeParts,
  tx: Tx,
  run: Run,
  { headSha: commit, by }: ButtonPressed,
): Promise<Verdict> {
  const ports = { applyToJob, isEveryCommit: (name: string) => policyFor(name)?.commits === 'every-commit' };
  const approval = { commit, by: { way: 'button', login: by } as const, at: now() };
  const { wakes, rejected } = await approveRun(ports, tx, run.id, approval);
  if (rejected) {
    const before = await listEventsOfRun(tx, run.id, 'run.approved');
    return before.length > 0
      ? { nothing: `${shortCommit(commit)} was approved before` }
      : { refused: rejected.message };
  }
  return wakes.length > 0
    ? { done: `${shortCommit(commit)} is approved`, wakes }
    : { nothing: `nothing of ${shortCommit(commit)} waits for an approval` };
}

async function retry(parts: ChangeParts, tx: Tx, run: Run): Promise<Verdict> {
  const answer = await runAgain(parts, tx, run, parts.now(), ({ state }) => !isSatisfied(state));
  return 'refused' in answer ? { nothing: answer.refused } : answer;
}

async function handled(
  { now }: ChangeParts,
  tx: Tx,
  run: Run,
  { by, button, repository }: ButtonPressed & { button: CheckButton['identifier'] },
  isWriter: boolean,
  verdict: Verdict,
): Promise<Handled> {
  const label = buttonLabels[button];
  if ('done' in verdict) return acted(`${by} pressed "${label}": ${verdict.done}`, verdict.wakes);
  if ('nothing' in verdict) return acted(`${by} pressed "${label}": ${verdict.nothing}`);
  const at = now();
  const why = verdict.refused;
  await appendEvent(tx, { at, type: 'run.button-refused', run: run.id, data: { button, by, why } });
  const change = isWriter && run.changeId ? await findChangeById(tx, run.changeId) : null;
  const wakes = change
    ? await addComment(
        tx,
        { repository: repository.fullName, subject: String(change.number), context: 'button' },
        `@${by} “${label}” was not done: ${why}.`,
        at,
      )
    : [];
  return acted(`${by} pressed "${label}", which was refused: ${why}`, wakes);
}
