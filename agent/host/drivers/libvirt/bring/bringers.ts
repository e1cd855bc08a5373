/**
 * Brings agents into machines whose disks know nothing of Paddock. Level-triggered: as long as there is something to be
 * brought (`login.ts`) it goes on, from the start of a host agent on as well; whoever is there already is only waited for.
 * A machine into which none could be brought until its time is up is given up, with the last problem as its reason.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { MachineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { withDeadline } from '../../../deadline.ts';
import { DeadlinePassed, DriverError, messageOf } from '../../../errors.ts';
import type { Log } from '../../../log.ts';
import type { AgentFiles } from '../../agent-files.ts';
import { checkedStart } from '../../checked-start.ts';
import { roomyGuestFlags } from '../../node-flags.ts';
import type { VirtualPlaces, VirtualTag } from '../machine-directory.ts';
import type { Virsh } from '../virsh.ts';
import { endWords, type Order } from './bring-program.ts';
import { NotBrought } from './errors.ts';
import { withForward } from './forward.ts';
import { dropLogin, type Login, readLogin } from './login.ts';
import { appendConsole, type Progress, watchProgress } from './progress.ts';
import { reachInside } from './reach-inside.ts';

type Reached = Pick<VirtualTag, 'id' | 'reaches'>;

export type Bringers = {
  /** Begins or goes on, unless nothing is to be brought, or it is under way. `qemu`: the machine's process. */
  start(machine: Reached, qemu: number): void;
  /** Resolves when nothing of it goes on. */
  stop(id: MachineId): Promise<void>;
  close(): Promise<void>;
};

export type BringersParts = {
  placesOf(id: MachineId): VirtualPlaces;
  virsh: Virsh;
  readAgent(id: MachineId): Promise<AgentFiles>;
  /** Ends the machine, for this reason. */
  giveUp(id: MachineId, reason: string): Promise<void>;
  log: Log;
};

/**
 * What the machine does with its agent: when that ends, so does it, as far as its user may. Where not, the coordinator notices
 * that the agent is silent.
 */
const script = `"$1" ${roomyGuestFlags.join(' ')} "$2"
code=$?
echo "${endWords}$code"
rounds=0
until [ "$code" = 0 ] || [ "$rounds" = 5 ]; do
  sleep 1
  rounds=$((rounds + 1))
  [ -e "$3" ] && rounds=5
done
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
poweroff || sudo -n poweroff || doas -n poweroff || shutdown -p now || halt -p
`;

export function createBringers(parts: BringersParts): Bringers {
  const { log } = parts;
  let isClosed = false;
  const running = new Map<MachineId, { controller: AbortController; ended: Promise<void> }>();

  async function bring(machine: Reached, qemu: number, signal: AbortSignal): Promise<void> {
    const { id } = machine;
    try {
      const places = parts.placesOf(id);
      const login = await readLogin(places);
      if (!login) return;
      const reason = await keepTrying(parts, { machine, qemu, login, places }, signal);
      if (reason === null) {
        await dropLogin(places);
        return;
      }
      await appendConsole(places.console, `paddock: ${reason}\n`);
      await parts.giveUp(id, reason);
    } catch (error) {
      if (!signal.aborted)
        log('error', `its agent is not brought: ${messageOf(error)}; its boot deadline ends it`, {
          machine: id,
        });
    }
  }

  return {
    start(machine, qemu) {
      if (isClosed || running.has(machine.id)) return;
      const controller = new AbortController();
      running.set(machine.id, { controller, ended: bring(machine, qemu, controller.signal) });
    },
    async stop(id) {
      const one = running.get(id);
      one?.controller.abort(new Error('the machine ends'));
      await one?.ended;
      running.delete(id);
    },
    async close() {
      isClosed = true;
      for (const { controller } of running.values()) controller.abort(new Error('the host agent is closing'));
      await Promise.all([...running.values()].map(({ ended }) => ended));
    },
  };
}

type Task = { machine: Reached; qemu: number; login: Login; places: VirtualPlaces };

/**
 * Null: it has reported in, or was started and may have: whoever knows is the coordinator. Otherwise why there is none, and
 * will be none. Throws the signal's reason, and bugs.
 */
async function keepTrying(parts: BringersParts, task: Task, signal: AbortSignal): Promise<string | null> {
  const leftMs = task.login.until - Date.now();
  if (leftMs <= 0) return null;
  const progress = watchProgress(task.places, task.login);
  try {
    await withDeadline(leftMs, signal, bounded => tryUntilItIs(parts, task, progress, bounded));
    return null;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof NotBrought) return `its agent could not be brought: ${error.message}`;
    if (!(error instanceof DeadlinePassed)) throw error;
    if (progress.isStarted) return null;
    return `its agent could not be brought within ${Math.ceil(leftMs / 1_000)} s: ${progress.problem}`;
  } finally {
    await progress.written().catch(error =>
      parts.log('warn', `its console lacks what was seen of its agent: ${messageOf(error)}`, {
        machine: task.machine.id,
      }),
    );
  }
}

async function tryUntilItIs(
  parts: BringersParts,
  task: Task,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    try {
      return await tryOnce(parts, task, progress, signal);
    } catch (error) {
      signal.throwIfAborted();
      const isOperational = error instanceof NotBrought || error instanceof DriverError;
      if (!isOperational || (error instanceof NotBrought && !error.mayPass)) throw error;
      progress.onProblem(error.message);
    }
    await pause(limits.bringAgainMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

function tryOnce(
  { virsh, readAgent }: BringersParts,
  { machine, qemu, login, places }: Task,
  { onProblem, onUp, onStarted, onConsole: onLog }: Progress,
  signal: AbortSignal,
): Promise<void> {
  return withForward(virsh, machine, signal, async port => {
    const endMs = login.until - Date.now();
    const socket = await reachInside({ pid: qemu, port, onProblem, endMs, signal });
    onUp();
    const { bundle, sha256, ca } = await readAgent(machine.id);
    const { environment, ticket } = login;
    const order: Order = {
      ...{ machine: machine.id, environment, ticket, script, logBytes: limits.bringLogBytes },
      bundle: Buffer.from(bundle).toString('base64'),
      start: checkedStart(sha256),
      ca,
    };
    // Loaded only here: the ssh library takes memory that most hosts have better uses for.
    const { bringAgent } = await import('./bring-agent.ts');
    await bringAgent({ login, key: places.loginKey, order, socket, onStarted, onLog, signal });
  });
}
