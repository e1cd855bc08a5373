/** A step on this computer; `follow-step.ts` says when it ends. */
import { closeSync } from 'node:fs';
import { ProcessTableError } from '../../process-tree/errors.ts';
import { killTree, type RunningLeader, type Tree } from '../../process-tree/kill-tree.ts';
import type { ProcessTable } from '../../process-tree/process-table.ts';
import { currentPlatform, type Platform } from '../platform/platform.ts';
import { StepPipeError } from './errors.ts';
import { type Following, followStep, type StepRun, unstarted } from './follow-step.ts';
import { restockPipes } from './pipe-stock.ts';
import { startRelay } from './relay.ts';
import { type StartedStep, type StepCommand, startStep } from './start-step.ts';
import { openStepPipe, type StepPipe } from './step-pipe.ts';

export type StepOptions = StepCommand &
  Following & {
    /** A private directory for pipes and small files. */
    scratch: string;
    platform?: Platform;
  };

/** Runs one step. Never rejects for an operational reason: what went wrong is in `end` and `leftBehind`. */
export async function runStep(options: StepOptions): Promise<StepRun> {
  const { processTable, refusal } = options.platform ?? currentPlatform();
  if (options.stop.aborted) return unstarted({ ended: 'stopped' });
  if (refusal !== null) return unstarted({ ended: 'not-started', message: refusal });
  const pipe = await pipeOrWhyNot(options);
  if (typeof pipe === 'string') return unstarted({ ended: 'not-started', message: pipe });
  const startedAt = Date.now();
  const step = await startStep(options, pipe.writer, processTable);
  if (typeof step !== 'string') return follow(options, pipe, step, { startedAt, processTable });
  closeSync(pipe.poll);
  return unstarted({ ended: 'not-started', message: step });
}

async function pipeOrWhyNot({ scratch, user }: StepOptions): Promise<StepPipe | string> {
  try {
    return await openStepPipe(scratch, user);
  } catch (error) {
    if (error instanceof StepPipeError) return error.message;
    throw error;
  }
}

type Start = { startedAt: number; processTable: ProcessTable };

function follow(
  options: StepOptions,
  pipe: StepPipe,
  step: StartedStep,
  { startedAt, processTable: table }: Start,
): Promise<StepRun> {
  const { spool, scratch, marker } = options;
  const restocked = restockPipes(scratch);
  return followStep(options, step.exited, onBroken => ({
    startedAt,
    relay: startRelay({ pipe, spool, onBroken }),
    endTree: graceMs => endTree({ table, marker, graceMs, leader: step.leader }),
    close: () => restocked,
  }));
}

async function endTree(tree: Tree & { leader: RunningLeader }): Promise<string | null> {
  try {
    const survivors = await killTree(tree);
    if (survivors.length === 0) return null;
    return `processes ${survivors.join(', ')} of the step could not be killed and are left behind`;
  } catch (error) {
    if (error instanceof ProcessTableError) return error.message;
    throw error;
  }
}
