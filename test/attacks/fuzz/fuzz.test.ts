/**
 * Parsers over inputs that nobody foresaw. `npm test` has a slice of some seconds with the same seed each time;
 * `npm run attacks -- --fuzz SECONDS` gives each target so long, with a seed of its own that is printed when something is found.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect } from 'vitest';
import { attacksOn } from '../support/attack.ts';
import type { Findings, Order } from './fuzz-worker.ts';
import { targets } from './targets.ts';

const attack = attacksOn('fuzz');
const asked = Number(process.env.PADDOCK_FUZZ_SECONDS ?? 0);
const seconds = asked > 0 ? asked : 2;
const seed = asked > 0 ? Date.now() % 2 ** 31 : 1;

/** One input may take a parser so long on a loaded computer: more is a hang. */
const hangMs = 20_000;

async function fuzz(corpus: string): Promise<Findings> {
  const current = new SharedArrayBuffer(128 * 1024);
  const workerData: Order = { corpus, seconds, seed, current };
  const worker = new Worker(new URL('./fuzz-worker.ts', import.meta.url), { workerData });
  const tooLong = AbortSignal.timeout(seconds * 1_000 + hangMs);
  try {
    const [findings] = await once(worker, 'message', { signal: tooLong });
    return findings;
  } catch (error) {
    if (!tooLong.aborted) throw error;
    const bytes = Buffer.from(current);
    const input = bytes.subarray(4, 4 + bytes.readUInt32LE(0)).toString('latin1');
    throw new Error(`it hangs over ${JSON.stringify(input.slice(0, 500))} (seed ${seed})`);
  } finally {
    await worker.terminate();
  }
}

for (const { name, corpus } of targets)
  attack(
    `${name} crashes its reader, or keeps it busy for ever`,
    'stranger',
    async () => {
      const { executions, worstMs, crash } = await fuzz(corpus);
      expect(crash).toBeNull();
      expect(executions).toBeGreaterThan(20);
      return `no crash, no hang [${executions} executions in ${seconds} s, the worst took ${worstMs.toFixed(0)} ms]`;
    },
    seconds * 1_000 + 2 * hangMs,
  );
