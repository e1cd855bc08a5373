/** A thread that tries inputs on one target for some seconds, so that one that never ends can be seen from outside. */
import { parentPort, workerData } from 'node:worker_threads';
import fc from 'fast-check';
import { corpusOf, mutated } from './mutate.ts';
import { targets } from './targets.ts';

export type Order = { corpus: string; seconds: number; seed: number; current: SharedArrayBuffer };
export type Findings = { executions: number; worstMs: number; crash: string | null };

const { corpus, seconds, seed, current } = workerData as Order;
const target = targets.find(each => each.corpus === corpus);
if (!target || !parentPort) throw new Error('this runs as a thread of the fuzzing');

const seeds = corpusOf(corpus);
const shown = Buffer.from(current);
const findings: Findings = { executions: 0, worstMs: 0, crash: null };

/** What is being tried can be read by the other thread: its length in four bytes, then the bytes. */
async function tryOut(input: Buffer): Promise<void> {
  input.copy(shown, 4);
  shown.writeUInt32LE(Math.min(input.length, shown.length - 4), 0);
  const began = performance.now();
  await target?.run(input);
  findings.worstMs = Math.max(findings.worstMs, performance.now() - began);
  findings.executions++;
}

for (const one of seeds) await tryOut(one);
const property = fc.asyncProperty(mutated(seeds), tryOut);
const result = await fc.check(property, {
  seed,
  numRuns: 100_000_000,
  interruptAfterTimeLimit: seconds * 1_000,
  markInterruptAsFailure: false,
});
const [least] = result.counterexample ?? [];
if (result.failed)
  findings.crash = `${String(result.errorInstance)} over ${JSON.stringify(least?.toString('latin1').slice(0, 500))} (seed ${seed})`;
parentPort.postMessage(findings);
