import { afterEach, expect, it } from 'vitest';
import { limits } from '#shared/limits.ts';
import { heldBytes } from '#test/support/held-bytes.ts';
import { attemptOf, expectedOf, type Owner, send, startOwner } from './owner.ts';

let owner: Owner;
afterEach(() => owner.stop());

const logs = 64;
const framesPerLog = 16;
const frame = Buffer.from('a line of a flooding suite\n'.repeat(9_000)).subarray(0, 240_000);

/** A whole log, with a few frames unanswered at any time. */
async function flood(n: number): Promise<void> {
  const windowFrames = 4;
  const answers: Promise<unknown>[] = [];
  for (let i = 0; i < framesPerLog; i++) {
    await answers[i - windowFrames];
    answers.push(send(owner.logs, n, i * frame.length, frame));
  }
  await Promise.all(answers);
}

const memory = () => {
  const { heap, buffers } = heldBytes();
  return heap + buffers;
};

it('64 logs at full speed, each with a viewer that sleeps, take bounded memory', {
  timeout: 60_000,
}, async () => {
  owner = await startOwner();
  const stop = new AbortController();
  const sleepers = [];
  for (let n = 1; n <= logs; n++) {
    owner.lease(n);
    const viewer = owner.logs.tail(attemptOf(n), 0, stop.signal)[Symbol.asyncIterator]();
    sleepers.push(viewer);
    await Promise.all([viewer.next(), send(owner.logs, n, 0, frame.subarray(0, 10))]);
  }
  const before = memory();
  await Promise.all(Array.from({ length: logs }, (_, i) => flood(i + 1)));
  // 250 MB went through; what stays is at most the backlog of each viewer.
  expect(memory() - before).toBeLessThan(1.5 * logs * limits.viewerBacklogBytes);
  const whole = expectedOf(Buffer.concat(Array.from({ length: framesPerLog }, () => frame)));
  for (let n = 1; n <= logs; n += 21)
    expect(await owner.logs.verify(attemptOf(n), whole)).toMatchObject({ ok: true });
  stop.abort();
  for (const viewer of sleepers) await viewer.return?.();
});
