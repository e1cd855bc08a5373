/** Performs wake-ups after a commit: loops are woken, machines and hosts told early, pages told that something moved. */
import type { EventEmitter } from 'node:events';
import type { LiveFrame } from '#shared/api.ts';
import type { AttemptId } from '#shared/ids.ts';
import { subjects } from '#shared/subjects.ts';
import type { Bus } from '../bus/bus.ts';
import type { Counted } from '../ground/counted.ts';
import type { Wake, WakeUp } from '../ground/wake.ts';
import type { Brain } from './brain.ts';

export type WakeUpParts = {
  brain(): Brain;
  bus: Pick<Bus, 'publish' | 'revoke'>;
  changes: EventEmitter<{ changed: [LiveFrame] }>;
  /** The attempt is over and stored: its log may be sealed, its unfinished uploads go. */
  attemptEnded(attempt: AttemptId): Promise<void>;
  rightsChanged(): void;
  counted(counted: Counted): void;
  report: { error(fields: object, message: string): void };
};

export type WakeUps = {
  wakeUp: WakeUp;
  /** Waits for what is under way. */
  idle(): Promise<void>;
};

export function createWakeUps({
  brain,
  bus,
  changes,
  attemptEnded,
  rightsChanged,
  counted,
  report,
}: WakeUpParts): WakeUps {
  const underWay = new Set<Promise<void>>();

  /** A hint that fails costs latency: the next renewal or tick does the same from the store. */
  function hint(what: Wake, act: Promise<void>): void {
    const watched = act
      .catch(error =>
        report.error({ err: error, wake: what.type }, 'a wake-up failed; the next tick does its work'),
      )
      .finally(() => underWay.delete(watched));
    underWay.add(watched);
  }

  function perform(wake: Wake): void {
    const { loops, fleet, merging } = brain();
    switch (wake.type) {
      case 'push-machine':
        hint(wake, push(subjects.down(wake.machine), desiredBy(wake)));
        break;
      case 'push-host':
        hint(wake, push(subjects.down(wake.host), fleet.desiredFor(wake.host)));
        break;
      case 'revoke':
        hint(wake, bus.revoke(wake.peers));
        break;
      case 'log-ended':
        hint(wake, attemptEnded(wake.attempt));
        break;
      case 'merging':
        if (wake.commit) merging.touch(wake.commit);
        loops.merging.wake();
        break;
      case 'roles':
        rightsChanged();
        loops.roles.wake();
        break;
      case 'counted':
        counted(wake.counted);
        break;
      case 'changed':
        changes.emit('changed', { type: 'changed', run: wake.run, ...(wake.job ? { job: wake.job } : {}) });
        break;
      default:
        loops[wake.type].wake();
    }
  }

  const desiredBy = async ({ machine, desired }: Extract<Wake, { type: 'push-machine' }>) =>
    desired ?? brain().guests.desiredFor(machine);

  async function push(subject: string, desired: Promise<object>): Promise<void> {
    bus.publish(subject, await desired);
  }

  return {
    wakeUp: wakes => {
      for (const wake of pushesFirst(unique(wakes))) perform(wake);
    },
    async idle() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}

/** Somebody may wait for a push; the others only begin to look. */
const pushesFirst = (wakes: Wake[]): Wake[] =>
  wakes.toSorted((a, b) => Number(b.type === 'push-machine') - Number(a.type === 'push-machine'));

/** Of several words to one machine the last counts. */
const unique = (wakes: Wake[]): Wake[] => [...new Map(wakes.map(wake => [keyOf(wake), wake])).values()];

function keyOf(wake: Wake): unknown {
  switch (wake.type) {
    // Two that are alike are two.
    case 'counted':
      return wake;
    case 'push-machine':
      return `${wake.type} ${wake.machine}`;
    case 'push-host':
      return `${wake.type} ${wake.host}`;
    case 'revoke':
      return `${wake.type} ${wake.peers.map(({ publicKey }) => publicKey).join()}`;
    case 'log-ended':
      return `${wake.type} ${wake.attempt}`;
    case 'merging':
      return `${wake.type} ${wake.commit ?? ''}`;
    case 'changed':
      return `${wake.type} ${wake.run} ${wake.job ?? ''}`;
    default:
      return wake.type;
  }
}
