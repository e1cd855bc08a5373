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

const asked = ['/', '/api/v1/runs', '/api/v1/system'];
const turns = 20;

/** The page, the list of runs and the state of the system, as a browser asks for them; the median of each within `mostMs`. */
export async function answersWithin({ url, api }: Fleet, mostMs: number): Promise<string> {
  const headers = await api.authorization();
  const said: string[] = [];
  for (const route of asked) {
    const times: number[] = [];
    for (let turn = 0; turn < turns; turn++) {
      const since = performance.now();
      const answer = await fetch(url + route, { headers });
      expect(answer.status, route).toBe(200);
      await answer.arrayBuffer();
      times.push(performance.now() - since);
    }
    const median = times.sort((a, b) => a - b)[turns / 2] ?? 0;
    expect(median, `ms until ${route} was answered`).toBeLessThanOrEqual(mostMs);
    said.push(`${route} ${Math.round(median)} ms (at most ${Math.round(times.at(-1) ?? 0)})`);
  }
  return `answered: ${said.join(', ')}`;
}

/** What `seq <count>` prints. */
export const numbersUpTo = (count: number): string =>
  Array.from({ length: count }, (_, index) => `${index + 1}\n`).join('');
