import type { DesiredMachine } from '#shared/host-messages.ts';
import type { MachineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { Driver } from './drivers/driver.ts';
import type { Ledger } from './ledger.ts';
import type { Log } from './log.ts';
import {
  type Console,
  NoLongerWanted,
  type Outcome,
  performCreate,
  performDestroy,
  performPrepare,
} from './perform.ts';
import { createRetries, type Retry } from './retries.ts';

export type ActionKind = 'prepare' | 'create' | 'destroy';

export type ActionsParts = {
  drivers: readonly Driver[];
  ledger: Ledger;
  console: Console;
  log: Log;
  /** An action has ended: there may be more to do. */
  onEnded: () => void;
};

type UnderWay = { kind: ActionKind; controller: AbortController; ended: Promise<void> };

/** The slow actions of a host: one at a time per machine; what became of each is noted in the ledger. */
export class Actions {
  readonly #parts: ActionsParts;
  readonly #underWay = new Map<MachineId, UnderWay>();
  readonly #takenOver = new Set<MachineId>();
  readonly #prepared = new Set<MachineId>();
  readonly #retries = createRetries();

  constructor(parts: ActionsParts) {
    this.#parts = parts;
  }

  underWay(id: MachineId): ActionKind | null {
    return this.#underWay.get(id)?.kind ?? null;
  }

  /** Every machine that has an action under way now. */
  ids(): MachineId[] {
    return [...this.#underWay.keys()];
  }

  retryOf(id: MachineId): Retry | null {
    return this.#retries.get(id);
  }

  /** False while the machine waits for its next try at the same thing. */
  mayStart(id: MachineId, kind: Retry['of']): boolean {
    const retry = this.#retries.get(id);
    return retry?.of !== kind || retry.dueAt <= performance.now();
  }

  /** Milliseconds from a monotonic instant until the next try falls due; infinite when none will. */
  nextIn(now: number): number {
    return this.#retries.nextIn(now);
  }

  keepRetries(ids: ReadonlySet<MachineId>): void {
    this.#retries.keep(ids);
  }

  /** Whether nothing is left to be fetched before it is created. */
  isPrepared({ id, image }: DesiredMachine): boolean {
    return this.#prepared.has(id) || this.#driverOf(image)?.prepare === undefined;
  }

  /** Forgets all others. */
  keepPrepared(machines: ReadonlyMap<MachineId, unknown>): void {
    for (const id of this.#prepared) if (!machines.has(id)) this.#prepared.delete(id);
  }

  /** How many more machines may be created at the same time. */
  freeCreates(): number {
    const creating = [...this.#underWay.values()].filter(({ kind }) => kind === 'create').length;
    return Math.max(0, limits.hostCreatesAtOnce - creating);
  }

  /** This start of the agent has created the machine, or found it running. */
  isTakenOver(id: MachineId): boolean {
    return this.#takenOver.has(id);
  }

  takeOver(id: MachineId): void {
    this.#takenOver.add(id);
  }

  /** Any number of them at once: they wait for the network, and for the same file together. */
  prepare(machine: DesiredMachine): void {
    const driver = this.#driverOf(machine.image);
    this.#start(machine.id, 'prepare', signal => performPrepare({ driver, machine, signal }));
  }

  create(machine: DesiredMachine): void {
    const { drivers, console } = this.#parts;
    const driver = this.#driverOf(machine.image);
    const offered = drivers.map(({ name }) => name);
    this.#start(machine.id, 'create', signal => performCreate({ driver, machine, offered, console, signal }));
  }

  /** Aborts a creation that is under way instead: its clearing does the rest. */
  destroy(driver: Driver | undefined, id: MachineId, reason: string): void {
    const { console } = this.#parts;
    const current = this.#underWay.get(id);
    if (current && current.kind !== 'destroy') current.controller.abort(new NoLongerWanted());
    else if (!current && driver)
      this.#start(id, 'destroy', signal => performDestroy({ driver, id, reason, console, signal }));
  }

  /** Aborts what is under way and resolves when it has ended. */
  async close(): Promise<void> {
    const closing = new Error('the host agent is closing');
    const all = [...this.#underWay.values()];
    for (const { controller } of all) controller.abort(closing);
    await Promise.all(all.map(({ ended }) => ended));
  }

  #driverOf({ machine }: DesiredMachine['image']): Driver | undefined {
    return this.#parts.drivers.find(({ name }) => name === machine.driver);
  }

  #start(id: MachineId, kind: ActionKind, perform: (signal: AbortSignal) => Promise<Outcome>): void {
    const controller = new AbortController();
    const run = async () => {
      const outcome = await perform(controller.signal);
      this.#underWay.delete(id);
      this.#note(id, outcome);
      this.#parts.onEnded();
    };
    this.#underWay.set(id, { kind, controller, ended: run() });
  }

  #note(machine: MachineId, outcome: Outcome): void {
    const { ledger, log } = this.#parts;
    if (outcome.became === 'left') return;
    if (outcome.became === 'again') {
      const { tries } = this.#retries.failed(machine, outcome.of, outcome.message, performance.now());
      // Nothing is left of it, so it may be made as if for the first time.
      if (outcome.of === 'create') ledger.forget(machine);
      log('warn', `${outcome.message}; it is tried again`, { machine, tries });
      return;
    }
    this.#retries.clear(machine);
    if (outcome.became === 'prepared') {
      this.#prepared.add(machine);
    } else if (outcome.became === 'running') {
      this.#takenOver.add(machine);
      log('info', 'machine runs', { machine });
    } else {
      this.#takenOver.delete(machine);
      ledger.set(machine, { state: 'gone', reason: outcome.reason, isTold: false });
      log('info', `machine is gone: ${outcome.reason}`, { machine });
    }
  }
}
