/** One flood of one fleet: how much memory its processes took meanwhile, held against a bound. */
import { expect } from 'vitest';
import type { Fleet } from '#test/support/fleet/fleet.ts';
import { pidOf } from '#test/support/fleet/parts.ts';
import { type Meter, meter } from '#test/support/process-facts.ts';

export type Flood = {
  what: string;
  /** Does it, sees that nothing is lost, and answers with what else is worth a line. */
  act(fleet: Fleet): Promise<string>;
  /** Most resident memory, in MiB. */
  bounds: { coordinator: number; natsServer: number };
};

/** Answers with a line of the table: time, memory and its bounds. */
export async function measured(fleet: Fleet, { what, act, bounds }: Flood): Promise<string> {
  const coordinator = meter(await pidOf(fleet, 'coordinator'));
  const natsServer = meter(await pidOf(fleet, 'nats-server'));
  const since = performance.now();
  try {
    const more = await act(fleet);
    const seconds = ((performance.now() - since) / 1_000).toFixed(1);
    const memory = [
      within('coordinator', coordinator, bounds.coordinator),
      within('nats-server', natsServer, bounds.natsServer),
    ];
    return `floods: ${what}: ${seconds} s, nothing lost, ${more}; at most ${memory.join(', ')}`;
  } finally {
    coordinator.stop();
    natsServer.stop();
  }
}

function within(name: string, { peakMiB }: Meter, bound: number): string {
  expect(peakMiB(), `MiB of the ${name} at most`).toBeLessThanOrEqual(bound);
  return `${name} ${peakMiB()} of ${bound} MiB`;
}

/** The page, the list of runs and the state of the system, as a browser asks for them, in turns; in ms. */
export async function slowestAnswer({ url, api }: Fleet): Promise<number> {
  const headers = await api.authorization();
  let slowest = 0;
  for (let turn = 0; turn < 20; turn++)
    for (const route of ['/', '/api/v1/runs', '/api/v1/system']) {
      const since = performance.now();
      const answer = await fetch(url + route, { headers });
      expect(answer.status, route).toBe(200);
      await answer.arrayBuffer();
      slowest = Math.max(slowest, performance.now() - since);
    }
  return Math.round(slowest);
}

/** What `seq <count>` prints. */
export const numbersUpTo = (count: number): string =>
  Array.from({ length: count }, (_, index) => `${index + 1}\n`).join('');
