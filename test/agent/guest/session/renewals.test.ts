import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RequestFailed } from '#agent/guest/errors.ts';
import { createRenewals } from '#agent/guest/session/renewals.ts';
import { limits } from '#shared/limits.ts';
import type { GuestDesired } from '#shared/messages.ts';
import { until } from '#test/support/until.ts';
import { quickTimings } from '../support/guest-under-test.ts';
import { specOf } from '../support/specs.ts';

const never = 1_000_000;
const idle: GuestDesired = { want: 'idle' };
const spec = specOf();

let stopping: AbortController;
let answer: () => Promise<GuestDesired>;
let asked: number;
let obeyed: GuestDesired[];
let said: string[];
let running: Promise<void>;

function begin(renewalMs: number) {
  const renewals = createRenewals({
    ask: () => {
      asked++;
      return answer();
    },
    obey: desired => obeyed.push(desired),
    timings: { ...quickTimings, renewalMs },
    log: event => void said.push(event),
    signal: stopping.signal,
  });
  running = renewals.run();
  return renewals;
}

beforeEach(() => {
  stopping = new AbortController();
  [asked, obeyed, said, running] = [0, [], [], Promise.resolve()];
  answer = async () => idle;
});

afterEach(async () => {
  stopping.abort();
  await running;
});

test('a renewal is sent at the start, and every interval after it', async () => {
  begin(20);
  await until('the fourth renewal', () => asked >= 4);
  expect(obeyed.length).toBeGreaterThanOrEqual(3);
});

test('that the agent has reported in is said once', async () => {
  begin(20);
  await until('the fourth renewal', () => asked >= 4);
  expect(said).toEqual(['reported-in']);
});

test('a kick renews at once, without waiting for the interval', async () => {
  const renewals = begin(never);
  await until('the first renewal', () => obeyed.length === 1);
  renewals.kick();
  await until('the second renewal', () => obeyed.length === 2);
});

test('progress that another message has told brings no renewal, the next progress does', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const renewals = begin(never);
    renewals.soon();
    renewals.told();
    await vi.advanceTimersByTimeAsync(2 * limits.progressGatherMs);
    expect(asked).toBe(1);
    renewals.soon();
    await vi.advanceTimersByTimeAsync(limits.progressGatherMs);
    expect(asked).toBe(2);
  } finally {
    vi.useRealTimers();
  }
});

test('kicks while a renewal is under way are one more renewal after it', async () => {
  const gates: Array<(desired: GuestDesired) => void> = [];
  answer = () => new Promise(resolve => gates.push(resolve));
  const renewals = begin(never);
  for (let kicks = 0; kicks < 5; kicks++) renewals.kick();
  expect(asked).toBe(1);
  gates[0]?.(idle);
  await until('the second renewal is sent', () => asked === 2);
  gates[1]?.(idle);
  await until('the second answer is obeyed', () => obeyed.length === 2);
  expect(asked).toBe(2);
});

test('an unanswered renewal does not count as an answer, the next one does', async () => {
  answer = async () => {
    throw new RequestFailed('nobody there');
  };
  const renewals = begin(10);
  await until('three renewals', () => asked >= 3);
  expect(renewals.answeredAt()).toBe(-Infinity);
  answer = async () => idle;
  await until('an answer', () => renewals.answeredAt() > 0);
});

test('only an answer to a renewal that was sent later confirms an attempt', async () => {
  const gates: Array<(desired: GuestDesired) => void> = [];
  answer = () => new Promise(resolve => gates.push(resolve));
  const renewals = begin(never);
  let isConfirmed = false;
  const confirmed = renewals.confirmed(spec, stopping.signal).then(() => {
    isConfirmed = true;
  });
  gates[0]?.({ want: 'run', spec });
  await until('the second renewal', () => gates.length === 2);
  expect(isConfirmed).toBe(false);
  gates[1]?.({ want: 'run', spec });
  await confirmed;
});

test('an answer about another attempt confirms nothing', async () => {
  answer = async () => ({ want: 'run', spec: specOf({ id: 7 }) });
  const renewals = begin(10);
  const giveUp = new AbortController();
  const confirmed = renewals.confirmed(spec, giveUp.signal);
  await until('a few answers', () => obeyed.length >= 4);
  giveUp.abort(new Error('given up'));
  await expect(confirmed).rejects.toThrow('given up');
});
