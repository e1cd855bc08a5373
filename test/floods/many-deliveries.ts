import { expect } from 'vitest';
import { deliver } from '#coordinator/demo/github-stand-in/deliver.ts';
import { type Fleet, repository } from '#test/support/fleet/fleet.ts';
import { openPull, settled, suite } from '#test/support/fleet/story.ts';
import { until } from '#test/support/until.ts';

const sendersAtOnce = 50;

/** Pushes to a branch that nobody tests, and in the midst of them a pull request. */
export const manyDeliveries =
  (count: number) =>
  async (fleet: Fleet): Promise<string> => {
    const { fake, origin, api } = fleet;
    const target = { url: `${fleet.url}/hooks/github`, secret: 'secret-of-the-hook' };
    const sha = await origin.commit('aside', 'Elsewhere', {});
    const [event] = fake.github.push({ repository, branch: 'aside', commits: [{ sha }] });
    if (!event) throw new Error('a push is told in one event');
    const answeredMs: number[] = [];
    let left = count;
    const send = async () => {
      while (left-- > 0) {
        const since = performance.now();
        expect((await deliver(target, event)).status).toBe(202);
        answeredMs.push(performance.now() - since);
      }
    };
    const sending = Array.from({ length: sendersAtOnce }, send);
    const { head } = await openPull(fleet, suite('echo hello'));
    await Promise.all(sending);
    expect((await settled(fleet, head, 'default', 180_000)).standing).toBe('passed');
    const all = await until(
      'every delivery is handled',
      async () => {
        const deliveries = await api.everyDelivery();
        return deliveries.every(({ verdict }) => verdict !== null) && deliveries;
      },
      { timeoutMs: 240_000, everyMs: 1_000 },
    );
    expect(all).toHaveLength(count + 2);
    const slowest = answeredMs.sort((a, b) => a - b)[Math.floor(count * 0.99)] ?? 0;
    return `answered within ${Math.round(slowest)} ms (p99)`;
  };
