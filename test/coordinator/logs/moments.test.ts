import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMoments } from '#coordinator/logs/moments.ts';
import { limits } from '#shared/limits.ts';
import { momentOf, packedMoments, packMoments, unpackMoments } from '#shared/log-moments.ts';
import { until } from '#test/support/until.ts';
import { first, type Owner, send, sendAll, startOwner } from './owner.ts';

describe('the moments of a log', () => {
  it('are as close as the bound says, and no closer', () => {
    const moments = createMoments();
    for (let n = 0; n < 10; n++) moments.add(n * 100, n * 100);
    expect(moments.all().map(({ offset }) => offset)).toEqual([0, 300, 600, 900]);
  });

  it('stay within their bound however long the log lives, and say the time of every byte but roughly', () => {
    const moments = createMoments();
    const day = 24 * 60 * 60 * 1_000;
    for (let at = 0; at < day; at += 1_000) moments.add(at, at);
    expect(moments.all().length).toBeLessThanOrEqual(limits.momentsPerLog);
    expect(moments.all().length).toBeGreaterThan(limits.momentsPerLog / 4);
    for (let at = 0; at < day; at += 3_571_000) {
      const known = momentOf(moments.all(), at)?.at ?? Number.NEGATIVE_INFINITY;
      expect(at - known).toBeGreaterThanOrEqual(0);
      expect(at - known).toBeLessThan(day / 500);
    }
  });

  it('go on when the clock is set back', () => {
    const moments = createMoments();
    moments.add(0, 1_000_000);
    moments.add(10, 5_000);
    moments.add(20, 6_000);
    expect(moments.all().map(({ at }) => at)).toEqual([1_000_000, 5_000, 6_000]);
  });

  it('are what they were when they come out of their JSON', () =>
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(2 ** 30), fc.nat(2 ** 40)), { maxLength: 50 }).map(list => {
          const offsets = list.map(([offset]) => offset).sort((a, b) => a - b);
          return list.map(([, at], n) => ({ offset: offsets[n] ?? 0, at }));
        }),
        moments => {
          const json = JSON.stringify(packMoments(moments));
          expect(unpackMoments(packedMoments.parse(JSON.parse(json)))).toEqual(moments);
        },
      ),
    ));
});

describe('a log has its moments', () => {
  let owner: Owner;
  beforeEach(async () => {
    owner = await startOwner();
  });
  afterEach(() => owner.stop());

  const began = 1_000_000;
  const moments = [
    { offset: 0, at: began },
    { offset: 4, at: began + 1_000 },
  ];
  async function printTwice(rest: Uint8Array) {
    await send(owner.logs, 1, 0, Buffer.from('one\n'));
    owner.clock.now += 1_000;
    await sendAll(owner.logs, 1, Buffer.concat([Buffer.from('one\n'), rest]), 4);
  }

  it('while it grows, and in its row', async () => {
    const rest = Buffer.from('two\n');
    await printTwice(rest);
    expect(await owner.logs.moments(first)).toEqual(moments);
    await owner.settle(1, Buffer.concat([Buffer.from('one\n'), rest]));
    await owner.logs.release(first);
    expect(await owner.logs.moments(first)).toEqual(moments);
  });

  it('when it is sealed, and was opened again on the way there', async () => {
    const rest = randomBytes(200_000);
    await printTwice(rest);
    await owner.settle(1, Buffer.concat([Buffer.from('one\n'), rest]));
    await owner.restart();
    await until('the log is sealed', () => owner.stored.get(first)?.sealed);
    expect(await owner.logs.moments(first)).toEqual(moments);
  });

  it('but none of bytes that it has from before a restart', async () => {
    const rest = randomBytes(200_000);
    await printTwice(rest);
    await owner.restart();
    await send(owner.logs, 1, rest.length + 4, Buffer.from('more\n'));
    expect(await owner.logs.moments(first)).toEqual([{ offset: rest.length + 4, at: began + 1_000 }]);
  });

  it('anew when it is sent anew', async () => {
    await send(owner.logs, 1, 0, Buffer.from('wrong'));
    await owner.logs.verify(first, { bytes: 5, sha256: '0'.repeat(64) });
    owner.clock.now += 10_000;
    await send(owner.logs, 1, 0, Buffer.from('right'));
    expect(await owner.logs.moments(first)).toEqual([{ offset: 0, at: began + 10_000 }]);
  });
});
