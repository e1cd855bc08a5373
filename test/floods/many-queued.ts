import { join } from 'node:path';
import { expect } from 'vitest';
import { connect } from '#coordinator/store/connect.ts';
import type { Fleet } from '#test/support/fleet/fleet.ts';
import { gate } from '#test/support/fleet/gate.ts';
import { jobOf, openPull, settled, suite } from '#test/support/fleet/story.ts';
import { copyJob, removeCopies, ticksOver } from '#test/support/full-queue.ts';
import { answersWithin } from './flood.ts';

/** Of a tick of the scheduler, its commit included; and of what people look at meanwhile. */
const bounds = { tickMs: 50, answerMs: 500 };

/** Behind one job that has the only machine. */
export const manyQueued =
  (count: number) =>
  async (fleet: Fleet): Promise<string> => {
    const waiting = gate(fleet);
    const first = await openPull(fleet, suite(waiting.step));
    await waiting.reached();
    const last = await openPull(fleet, suite('echo hello'), { branch: 'waits' });
    const { id } = await jobOf(fleet, last.head);
    const database = connect({ type: 'sqlite', file: join(fleet.dataDir, 'paddock.db') }, 'writer');
    try {
      await database.transaction().execute(tx => copyJob(tx, id, count));
      const { images } = await fleet.api.system();
      expect(images[0]?.queued).toBe(count);
      const answered = await answersWithin(fleet, bounds.answerMs);
      await database.transaction().execute(removeCopies);
      await waiting.open();
      for (const { head } of [first, last]) expect((await settled(fleet, head)).standing).toBe('passed');
      return `${answered}, ${await ticks(count)}`;
    } finally {
      await database.destroy();
    }
  };

/** Bounded is the fastest tenth: what others do with the processor meanwhile is not the scheduler's. */
async function ticks(queued: number): Promise<string> {
  const all = (await ticksOver(queued)).sort((a, b) => a - b);
  const at = (share: number) => all[Math.floor(all.length * share)] ?? 0;
  expect(at(0.1), 'ms of a tick').toBeLessThanOrEqual(bounds.tickMs);
  return `a tick of the scheduler ${at(0.1).toFixed(1)} ms (median ${at(0.5).toFixed(1)}, p90 ${at(0.9).toFixed(1)})`;
}
