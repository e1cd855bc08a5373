import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import type { JobView } from '#shared/api.ts';
import type { Fleet } from '#test/support/fleet/fleet.ts';
import { openPull, settled, suite } from '#test/support/fleet/story.ts';
import { numbersUpTo } from './flood.ts';

const MiB = 1_024 ** 2;

/** The stored log, read to its end without being held. */
async function digestOf({ api }: Fleet, job: JobView): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of await api.stream(job.history.at(-1)?.logUrl ?? '')) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

export async function millionLines(fleet: Fleet): Promise<string> {
  const lines = 1_000_000;
  const { head } = await openPull(fleet, suite(`seq ${lines}`));
  const job = await settled(fleet, head, 'default', 180_000);
  expect(job).toMatchObject({ standing: 'passed', history: [{ log: { state: 'complete', lines } }] });
  const text = numbersUpTo(lines);
  const sha256 = createHash('sha256').update(text).digest('hex');
  expect(await digestOf(fleet, job)).toEqual({ bytes: text.length, sha256 });
  return `${Math.round(text.length / MiB)} MiB`;
}

export async function gibibyteOfLog(fleet: Fleet): Promise<string> {
  const bytes = 1_024 * MiB;
  const line = 'what a program prints when nobody has told it to be quiet, for hours';
  const { head } = await openPull(fleet, suite(`yes '${line}' | head -c ${bytes}`));
  const job = await settled(fleet, head, 'default', 540_000);
  expect(job).toMatchObject({ standing: 'passed', history: [{ log: { state: 'complete', bytes } }] });
  expect(await digestOf(fleet, job)).toEqual({ bytes, sha256: digestOfRepeated(`${line}\n`, bytes) });
  return '1,024 MiB';
}

function digestOfRepeated(text: string, bytes: number): string {
  const hash = createHash('sha256');
  const block = Buffer.from(text.repeat(10_000));
  for (let left = bytes; left > 0; left -= block.length) hash.update(block.subarray(0, left));
  return hash.digest('hex');
}
