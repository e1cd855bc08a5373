import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import { limits } from '#shared/limits.ts';
import { startCrowd } from '#test/support/crowd.ts';
import type { Fleet } from '#test/support/fleet/fleet.ts';
import { until } from '#test/support/until.ts';
import { answersWithin } from './flood.ts';

/** So often each of them renews before it is believed that they stay. */
const renewals = 3;

/** Each has a key, a login and a connection of its own, and renews every five seconds. */
export const idleAgents =
  (count: number) =>
  async (fleet: Fleet): Promise<string> => {
    const { dataDir, ports, api } = fleet;
    const stopping = new AbortController();
    const crowd = startCrowd({ dataDir, machineUrl: `http://127.0.0.1:${ports.machines}` }, stopping.signal);
    const areReady = async () =>
      (await api.system()).machines.filter(({ status }) => status === 'ready').length === count;
    const came = until(`${count} agents are idle`, areReady, { timeoutMs: 400_000, everyMs: 5_000 });
    try {
      await Promise.race([came, crowd.failed]);
      const answered = await answersWithin(fleet, 500);
      // Being idle is the load.
      await Promise.race([pause(renewals * limits.renewalMs), crowd.failed]);
      expect(await areReady(), 'all of them are still there').toBe(true);
      return answered;
    } finally {
      stopping.abort();
      await crowd.gone();
    }
  };
