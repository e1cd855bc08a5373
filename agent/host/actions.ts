/** The slow actions of this host: one at a time per machine, what became of each noted in the ledger. */
import type { MachineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { DesiredMachine } from '#shared/messages.ts';
import type { Driver } from './drivers/driver.ts';
import type { Ledger } from './ledger.ts';
import type { Log } from './log.ts';
import { NoLongerWanted, type Outcome, performCreate, performDestroy } from './perform.ts';
import { createRetries, type Retry } from './retries.ts';

type Kind = 'create' | 'destroy';
type UnderWay = { of: Kind; controller: AbortController; ended: Promise<void> };

export type Actions = {
  underWay(id: MachineId): Kind | null;
  /** Everything that has an action under way now. */
  ids(): MachineId[];
  retryOf(id: MachineId): Retry | null;
  /** False while the machine waits for its next try at the same thing. */
  mayStart(id: MachineId, of: Kind): boolean;
  /** Milliseconds until the next try is due. */
  nextIn(): number | null;
  /** How many more machines may be created at the same time. */
  freeCreates(): number;
  isTakenOver(id: MachineId): boolean;
  takeOver(id: MachineId): void;
  forget(id: MachineId): void;
  create(machine: DesiredMachine): void;
  /** Aborts a creation that is under way instead: its clearing does the rest. */
  destroy(driver: Driver | undefined, id: MachineId, reason: string): void;
  close(): Promise<void>;
};

export type ActionsParts = {
  drivers: readonly Driver[];
  ledger: Ledger;
  log: Log;
  /** An action has ended: there may be more to do. */
  onEnded: () => void;
};

export function createActions({ drivers, ledger, log, onEnded }: ActionsParts): Actions {
  const underWay = new Map<MachineId, UnderWay>();
  const takenOver = new Set<MachineId>();
  const retries = createRetries();

  const note = (id: MachineId, outcome: Outcome) => {
    if (outcome.became === 'left') return;
    if (outcome.became === 'again') {
      const { tries } = retries.failed(id, outcome.of, outcome.message, performance.now());
      if (outcome.of === 'create') ledger.forget(id);
      log('warn', `${outcome.message}; it is tried again`, { machine: id, tries });
      return;
    }
    retries.clear(id);
    if (outcome.became === 'running') takenOver.add(id);
    else {
      takenOver.delete(id);
      ledger.set(id, { state: 'gone', reason: outcome.reason, isTold: false });
    }
    log('info', outcome.became === 'gone' ? `machine is gone: ${outcome.reason}` : 'machine runs', {
      machine: id,
    });
  };

  const start = (id: MachineId, of: Kind, perform: (signal: AbortSignal) => Promise<Outcome>) => {
    const controller = new AbortController();
    const run = async () => {
      const outcome = await perform(controller.signal);
      underWay.delete(id);
      note(id, outcome);
      onEnded();
    };
    underWay.set(id, { of, controller, ended: run() });
  };

  return {
    underWay: id => underWay.get(id)?.of ?? null,
    ids: () => [...underWay.keys()],
    retryOf: retries.get,
    mayStart: (id, of) => {
      const retry = retries.get(id);
      return retry?.of !== of || retry.dueAt <= performance.now();
    },
    nextIn: () => retries.nextIn(performance.now()),
    freeCreates: () =>
      limits.hostCreatesAtOnce - [...underWay.values()].filter(({ of }) => of === 'create').length,
    isTakenOver: id => takenOver.has(id),
    takeOver: id => void takenOver.add(id),
    forget: id => {
      retries.clear(id);
      takenOver.delete(id);
      ledger.forget(id);
    },
    create: machine => {
      const driver = drivers.find(({ name }) => name === machine.image.machine.driver);
      const offered = drivers.map(({ name }) => name);
      start(machine.id, 'create', signal => performCreate({ driver, machine, offered, signal }));
    },
    destroy: (driver, id, reason) => {
      const current = underWay.get(id);
      if (current?.of === 'create') current.controller.abort(new NoLongerWanted());
      else if (!current && driver) start(id, 'destroy', signal => performDestroy(driver, id, reason, signal));
    },
    close: async () => {
      const closing = new Error('the host agent is closing');
      for (const { controller } of underWay.values()) controller.abort(closing);
      await Promise.all([...underWay.values()].map(({ ended }) => ended));
    },
  };
}
