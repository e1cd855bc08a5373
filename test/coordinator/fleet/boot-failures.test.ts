import { beforeEach, expect, test } from 'vitest';
import { type BootFailures, createBootFailures } from '#coordinator/fleet/boot-failures.ts';
import { limits } from '#shared/limits.ts';
import { host } from '#test/contract/sample-ids.ts';

const [shed, attic] = [host(1), host(2)];
let failures: BootFailures;
beforeEach(() => {
  failures = createBootFailures();
});

test('the pause doubles with each failure, up to a bound', () => {
  let at = 0;
  const pauses = Array.from({ length: 12 }, () => {
    failures.failed('linux', shed, 'no such disk', at);
    const until = failures.backoffOf('linux', shed)?.until ?? 0;
    const pause = until - at;
    at = until;
    return pause;
  });
  expect(pauses.slice(0, 4)).toEqual([2_000, 4_000, 8_000, 16_000]);
  expect(pauses.at(-1)).toBe(limits.bootRetryMaxMs);
});

test('machines that fail together are one failure: twenty of them do not pause their host for ten minutes', () => {
  for (let n = 0; n < 20; n++) failures.failed('linux', shed, 'no such disk', n);
  expect(failures.backoffOf('linux', shed)?.until).toBe(limits.bootRetryFirstMs);
  failures.failed('linux', shed, 'no such disk', limits.bootRetryFirstMs);
  expect(failures.backoffOf('linux', shed)?.until).toBe(3 * limits.bootRetryFirstMs);
});

test('it is the newest reason that is said', () => {
  failures.failed('linux', shed, 'no such disk', 1);
  failures.failed('linux', shed, 'no space left', 2);
  expect(failures.backoffOf('linux', shed)?.message).toBe('no space left');
});

test('another image on the same host and the same image on another are not held', () => {
  failures.failed('linux', shed, 'no such disk', 1);
  expect(failures.backoffOf('netbsd', shed)).toBe(null);
  expect(failures.backoffOf('linux', attic)).toBe(null);
});

test('a machine that was made after the failure and is up mends it; an older one proves nothing', () => {
  failures.failed('linux', shed, 'no such disk', 100);
  failures.succeeded('linux', attic, 200);
  failures.succeeded('linux', shed, 100);
  expect(failures.backoffOf('linux', shed)).not.toBe(null);
  failures.succeeded('linux', shed, 101);
  expect(failures.backoffOf('linux', shed)).toBe(null);
  failures.failed('linux', shed, 'no such disk', 300);
  expect(failures.backoffOf('linux', shed)?.until).toBe(300 + limits.bootRetryFirstMs);
});
