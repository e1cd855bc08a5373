import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createFrameSource, type OutgoingFrame } from '#agent/guest/logs/frame-source.ts';
import { createRedaction } from '#agent/guest/logs/redactor.ts';
import { openSpool } from '#agent/guest/logs/spool.ts';

const secret = 'topsecretvalue';

async function openSource() {
  const directory = await mkdtemp(join(tmpdir(), 'paddock-frames-'));
  const spool = openSpool({ path: join(directory, 'spool'), limitBytes: 1_000_000 });
  onTestFinished(async () => {
    spool.close();
    await rm(directory, { recursive: true });
  });
  const source = createFrameSource(spool, createRedaction([secret]));
  const next = (): OutgoingFrame => {
    const frame = source.next(100_000);
    if (!frame) throw new Error('there is nothing to send');
    return frame;
  };
  return { source, next, print: (text: string) => void spool.append(Buffer.from(text)) };
}

const textOf = ({ bytes }: OutgoingFrame): string => Buffer.from(bytes).toString();

test('the answer to a frame of marks alone does not free the memory of a frame that is still on its way', async () => {
  const { source, next, print } = await openSource();
  print(`${'a'.repeat(5_000)}\n`);
  const first = next();
  source.addMark({ type: 'step-started', seq: 0, at: 1, offset: 5_001, step: 0 });
  const marksOnly = next();
  source.giveBack(first);
  print(`${'c'.repeat(5_000)}\n`);
  const underWay = next();
  const sent = textOf(underWay);
  source.giveBack(marksOnly);
  print(`${secret} dddd\n`);
  const last = next();
  expect(textOf(underWay)).toBe(sent);
  expect(textOf(last)).toBe(`${'*'.repeat(secret.length)} dddd\n`);
});
