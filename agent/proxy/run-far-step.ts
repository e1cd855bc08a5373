/** A step on a computer that runs no agent; `guest/process/follow-step.ts` says when it ends. */
import { limits } from '#shared/limits.ts';
import { type Exited, followStep, type StepRun, unstarted } from '../guest/process/follow-step.ts';
import { createKeeper } from '../guest/process/keeper.ts';
import type { Relay } from '../guest/process/relay.ts';
import type { StepExit } from '../guest/process/start-step.ts';
import { within } from '../guest/process/within.ts';
import type { SiteStep } from '../guest/site.ts';
import { markerVariable } from '../process-tree/process-table.ts';
import { messageOf, SshFailed } from '../ssh/errors.ts';
import type { FarRun, FarShell } from '../ssh/far-shell.ts';
import { killFarTree } from '../ssh/kill-far-tree.ts';
import { farMarkerVariable } from '../ssh/kill-program.ts';
import { stepProgram } from './step-program.ts';

export type FarStepOptions = SiteStep & { shellThere: FarShell; root: string; marker: string };

/** What is known of a step: the program says it. */
type Beginning = { is: 'step' } | { is: 'none'; why: string };

/** Runs one step there. Never rejects for an operational reason. */
export async function runFarStep(options: FarStepOptions): Promise<StepRun> {
  if (options.stop.aborted) return unstarted({ ended: 'stopped' });
  if (`${options.run}${options.directory}${Object.values(options.env).join('')}`.includes('\0'))
    return unstarted({ ended: 'not-started', message: 'the step could not be started: it has a NUL in it' });
  try {
    return await startAndFollow(options);
  } catch (error) {
    if (options.stop.aborted) return unstarted({ ended: 'stopped' });
    if (error instanceof SshFailed) return unstarted({ ended: 'lost', message: error.message });
    throw error;
  }
}

async function startAndFollow(options: FarStepOptions): Promise<StepRun> {
  const { shellThere, env, marker, stop } = options;
  const wiring = wire(options);
  const program = stepProgram({
    ...options,
    env: { ...env, [markerVariable]: marker, [farMarkerVariable]: marker },
  });
  const startedAt = Date.now();
  const far = await shellThere.start(program, wiring.listeners, stop);
  // Until it has said so, nothing of the step runs: what ends it here is clear of any verdict.
  const begun = (await within(Promise.race([wiring.begun, endedBefore(far)]), limits.sshReadyMs))?.value;
  if (begun === undefined) {
    far.close();
    throw new SshFailed('ssh-silent', `${shellThere.name}: the shell there has started nothing in time`);
  }
  if (begun.is === 'none') {
    far.close();
    return unstarted({ ended: 'not-started', message: begun.why });
  }
  return followStep(options, exitOf(shellThere.name, far), onBroken => {
    const relay = wiring.open(far, onBroken);
    return {
      startedAt,
      relay,
      endTree: graceMs => endTree(options, wiring, far, graceMs),
      close: async () => far.close(),
    };
  });
}

/** Bytes that come before anybody follows the step are kept until then. */
function wire({ spool, directory, shell, shellThere: { name } }: FarStepOptions) {
  const begun = Promise.withResolvers<Beginning>();
  const early: Uint8Array[] = [];
  let take: (bytes: Uint8Array) => void = bytes => void early.push(bytes);
  let relayPid: number | null = null;
  let leader: number | null = null;
  const says: Record<string, (rest: string) => void> = {
    relay: rest => {
      relayPid = Number(rest);
    },
    pid: rest => {
      leader = Number(rest);
      begun.resolve({ is: 'step' });
    },
    'no-directory': () => none(`the directory ${directory} does not exist`),
    'no-shell': () => none(`the shell ${shell[0] ?? ''} does not exist`),
    'no-pipe': rest => none(`no pipe for its output could be made on ${name}: ${rest}`),
  };
  const none = (why: string) => begun.resolve({ is: 'none', why });

  function open(far: FarRun, onBroken: () => void): Relay {
    const keeper = createKeeper(spool, onBroken);
    for (const bytes of early.splice(0)) keeper.take(bytes);
    take = keeper.take;
    const closed = far.closed.then(({ lost }) => {
      if (lost !== null) keeper.breakOff(lost);
    });
    return {
      drain: async ms => {
        await within(closed, ms);
        keeper.drained();
      },
      broken: keeper.broken,
      lateBytes: keeper.lateBytes,
      close: async () => {},
    };
  }

  return {
    begun: begun.promise,
    open,
    leader: () => leader,
    relayPid: () => relayPid,
    listeners: {
      onOutput: (bytes: Uint8Array) => take(bytes),
      onSaid: (line: string) => {
        const [word = '', rest = ''] = line.split(/ (.*)/s);
        says[word]?.(rest);
      },
    },
  };
}

/** Of a program that ended without a word. */
async function endedBefore(far: FarRun): Promise<Beginning> {
  const { exitCode, signal, lost } = await far.exited;
  // What it said may be on its way still.
  await within(far.closed, limits.drainMs);
  if (lost !== undefined) throw new SshFailed('ssh-lost', `it is not known whether it has started: ${lost}`);
  const how = exitCode === null ? `was ended by ${signal ?? 'a signal'}` : `ended with ${exitCode}`;
  return { is: 'none', why: `the shell there ${how} before it: ${far.complaint() || 'it said nothing'}` };
}

const exitOf = (name: string, far: FarRun): Exited =>
  far.exited.then(({ exitCode, signal, lost }): StepExit & { lost?: string } => ({
    at: Date.now(),
    exitCode,
    ...(signal === undefined ? {} : { signal }),
    ...(lost === undefined ? {} : { lost: `${name}: ${lost} while it ran; how it ended there is not known` }),
  }));

/** Over a lost connection nothing can be ended: that is done before anything else begins there. */
async function endTree(
  { shellThere, marker }: FarStepOptions,
  wiring: ReturnType<typeof wire>,
  far: FarRun,
  graceMs: number,
): Promise<string | null> {
  let [isLeaderGone, isLost] = [false, false];
  void far.exited.then(exit => {
    isLeaderGone = exit.lost === undefined;
    isLost = exit.lost !== undefined;
  });
  await Promise.resolve();
  if (isLost) return `what runs of the step on ${shellThere.name} is ended when that can be reached again`;
  const tree = () => ({
    ...{ marker, isLeaderGone, notes: null },
    leader: wiring.leader(),
    spared: wiring.relayPid(),
  });
  const bound = AbortSignal.timeout(graceMs + 2 * limits.killSettleMs);
  try {
    const survivors = await killFarTree(shellThere, tree, graceMs, bound);
    if (survivors.length === 0) return null;
    return `processes ${survivors.join(', ')} of the step on ${shellThere.name} could not be killed and are left behind`;
  } catch (error) {
    if (!(error instanceof SshFailed) && !bound.aborted) throw error;
    return `processes of the step may be left on ${shellThere.name}: ${messageOf(error)}`;
  }
}
