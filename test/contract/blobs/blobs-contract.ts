/** What every blob store guarantees; each implementation's test runs this suite over itself. */
import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Blobs } from '#coordinator/blobs/blobs.ts';

/** `reopen` ends the store as a crash would and opens it over the same data. */
export type BlobsUnderTest = { blobs: Blobs; reopen(): Promise<Blobs>; remove(): Promise<void> };

export const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

export async function* chunked(bytes: Uint8Array, size = 1_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of source) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Yields `bytes`, then nothing, for ever: a sender whose connection is dead. */
async function* silentAfter(bytes: Uint8Array, onSilent: () => void): AsyncGenerator<Uint8Array> {
  yield bytes;
  onSilent();
  await new Promise(() => {});
}

async function* failingAfter(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
  throw new Error('the sender went away');
}

export function describeBlobs(name: string, make: () => Promise<BlobsUnderTest>): void {
  describe(`${name}: blobs`, () => {
    let store: BlobsUnderTest;
    let blobs: Blobs;
    beforeEach(async () => {
      store = await make();
      blobs = store.blobs;
    });
    afterEach(() => store.remove());
    const bytes = randomBytes(300_000);
    const sha256 = sha256Of(bytes);

    it('gives back what was put, whole and by range, also after a restart', async () => {
      expect(await blobs.put(chunked(bytes))).toEqual({ sha256, bytes: bytes.length });
      const again = await store.reopen();
      expect(bytes.equals(await collect(again.get(sha256)))).toBe(true);
      const range = await collect(again.get(sha256, { from: 299_990, to: 400_000 }));
      expect(range.equals(bytes.subarray(299_990))).toBe(true);
      expect(await again.size(sha256)).toBe(bytes.length);
    });

    it('stores the empty blob and the same blob twice', async () => {
      expect((await blobs.put(new Uint8Array())).bytes).toBe(0);
      await Promise.all([blobs.put(bytes), blobs.put(chunked(bytes)), blobs.put(bytes)]);
      expect(await collect(blobs.get(sha256Of(new Uint8Array())))).toHaveLength(0);
      expect(await blobs.size(sha256)).toBe(bytes.length);
    });

    it('refuses bytes with another digest and keeps nothing of them', async () => {
      const wrong = blobs.put(bytes, { expectedSha256: sha256Of(Buffer.from('other')) });
      await expect(wrong).rejects.toMatchObject({ code: 'wrong-digest' });
      expect(await blobs.size(sha256)).toBe(null);
    });

    it('keeps nothing when the source fails or is aborted while it is silent', async () => {
      await expect(blobs.put(failingAfter(bytes))).rejects.toThrow('the sender went away');
      const stop = new AbortController();
      const silent = silentAfter(bytes, () => stop.abort(new Error('closing')));
      await expect(blobs.put(silent, { signal: stop.signal })).rejects.toThrow('closing');
      expect(await blobs.size(sha256)).toBe(null);
    });

    it('says what is coming before it is visible, and keeps nothing when that fails', async () => {
      const seen: unknown[] = [];
      const announce = async (coming: { sha256: string }) =>
        void seen.push(coming, await blobs.size(coming.sha256));
      await blobs.put(bytes, { announce });
      expect(seen).toEqual([{ sha256, bytes: bytes.length }, null]);
      await blobs.remove(sha256);
      const failing = async () => {
        throw new Error('the database is away');
      };
      await expect(blobs.put(bytes, { announce: failing })).rejects.toThrow('the database is away');
      expect(await blobs.size(sha256)).toBe(null);
    });

    it('removes what nobody wants or holds', async () => {
      await blobs.put(bytes);
      const ask = (isUnwanted: boolean) => blobs.removeUnwanted(sha256, async () => isUnwanted);
      const held = [await blobs.hold(sha256), await blobs.hold(sha256)];
      for (const each of held) {
        expect(await ask(true)).toBe('held');
        each[Symbol.dispose]();
        each[Symbol.dispose]();
      }
      expect(await ask(false)).toBe('wanted');
      expect(await blobs.size(sha256)).toBe(bytes.length);
      expect(await ask(true)).toBe('removed');
      expect(await ask(true)).toBe('removed');
      expect(await blobs.size(sha256)).toBe(null);
    });

    it('lets nobody hold what is being removed, and spares what somebody waits to hold', async () => {
      await blobs.put(bytes);
      const asked = Promise.withResolvers<void>();
      const answer = Promise.withResolvers<boolean>();
      const removal = blobs.removeUnwanted(sha256, () => {
        asked.resolve();
        return answer.promise;
      });
      await asked.promise;
      let isHeld = false;
      const hold = blobs.hold(sha256).then(held => {
        isHeld = true;
        return held;
      });
      expect(await blobs.size(sha256)).toBe(bytes.length);
      expect(isHeld).toBe(false);
      answer.resolve(true);
      expect(await removal).toBe('held');
      (await hold)[Symbol.dispose]();
      expect(await blobs.size(sha256)).toBe(bytes.length);
    });

    it('says that a blob is missing, and removes harmlessly', async () => {
      await expect(collect(blobs.get(sha256))).rejects.toMatchObject({ code: 'missing', subject: sha256 });
      await blobs.put(bytes);
      await blobs.remove(sha256);
      await blobs.remove(sha256);
      expect(await blobs.size(sha256)).toBe(null);
    });
  });

  describe(`${name}: uploads`, () => {
    let store: BlobsUnderTest;
    beforeEach(async () => {
      store = await make();
    });
    afterEach(() => store.remove());
    const bytes = randomBytes(40_000);
    const whole = { sha256: sha256Of(bytes), bytes: bytes.length };

    it('completes from any parts, with restarts between them', async () => {
      const anyParts = fc.array(fc.record({ bytes: fc.nat(9_000), restart: fc.boolean() }), { maxLength: 8 });
      let run = 0;
      await fc.assert(
        fc.asyncProperty(anyParts, async parts => {
          const id = `upload-${run++}`;
          let { uploads } = store.blobs;
          let offset = 0;
          for (const part of [...parts, { bytes: bytes.length, restart: false }]) {
            if (part.restart) ({ uploads } = await store.reopen());
            const piece = bytes.subarray(offset, offset + part.bytes);
            offset = (await uploads.append(id, offset, chunked(piece))).offset;
            expect(await uploads.offset(id)).toBe(offset);
          }
          await uploads.complete(id, whole);
          expect(bytes.equals(await collect(store.blobs.get(whole.sha256)))).toBe(true);
          expect(await uploads.ids('upload')).toEqual([]);
        }),
        { numRuns: 20 },
      );
    });

    it('says where an upload stands instead of writing elsewhere', async () => {
      const { uploads } = store.blobs;
      expect(await uploads.append('a', 5, chunked(bytes))).toEqual({ appended: false, offset: 0 });
      await uploads.append('a', 0, chunked(bytes.subarray(0, 100)));
      expect(await uploads.append('a', 0, chunked(bytes))).toEqual({ appended: false, offset: 100 });
    });

    it('drops an upload with other bytes and keeps one that is too short', async () => {
      const { uploads } = store.blobs;
      await uploads.append('a', 0, chunked(bytes.subarray(1)));
      await expect(uploads.complete('a', whole)).rejects.toMatchObject({ code: 'missing' });
      await uploads.append('a', bytes.length - 1, chunked(Buffer.from('x')));
      await expect(uploads.complete('a', whole)).rejects.toMatchObject({ code: 'wrong-digest' });
      expect(await uploads.offset('a')).toBe(0);
      expect(await store.blobs.size(whole.sha256)).toBe(null);
    });

    it('keeps what arrived before the sender failed', async () => {
      const { uploads } = store.blobs;
      const cut = uploads.append('a', 0, failingAfter(bytes.subarray(0, 10_000)));
      await expect(cut).rejects.toThrow('the sender went away');
      expect(await uploads.offset('a')).toBe(10_000);
    });

    it('lets a sender that reconnects take over from its dead connection', async () => {
      const { uploads } = store.blobs;
      const silent = Promise.withResolvers<void>();
      const dead = uploads.append('a', 0, silentAfter(bytes.subarray(0, 7), silent.resolve));
      const ended = expect(dead).rejects.toMatchObject({ code: 'taken-over' });
      await silent.promise;
      expect(await uploads.append('a', 7, chunked(bytes.subarray(7)))).toMatchObject({ appended: true });
      await ended;
      await uploads.complete('a', whole);
    });

    it('reaps uploads by age, never one that is being written', async () => {
      const { uploads } = store.blobs;
      await uploads.append('idle', 0, chunked(bytes));
      const silent = Promise.withResolvers<void>();
      const stop = new AbortController();
      const busy = uploads.append('busy', 0, silentAfter(bytes, silent.resolve), stop.signal);
      await silent.promise;
      expect(await uploads.reapIdleSince(Date.now() - 3_600_000)).toEqual([]);
      expect(await uploads.reapIdleSince(Date.now() + 3_600_000)).toEqual(['idle']);
      stop.abort(new Error('closing'));
      await expect(busy).rejects.toThrow('closing');
      expect(await uploads.ids('')).toEqual(['busy']);
    });

    it('completes an empty upload and discards harmlessly', async () => {
      const empty = { sha256: sha256Of(new Uint8Array()), bytes: 0 };
      await store.blobs.uploads.complete('a', empty);
      expect(await store.blobs.size(empty.sha256)).toBe(0);
      await store.blobs.uploads.discard('a');
    });
  });
}
