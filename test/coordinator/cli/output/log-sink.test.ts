import { expect, test } from 'vitest';
import { createLogSink } from '#coordinator/cli/output/log-sink.ts';
import { sampleJob } from '../support/samples.ts';

const one = sampleJob(1);
const two = sampleJob(2, { image: 'openbsd-7.9', suite: 'unit' });

function sinkTo(isScreen: boolean) {
  const written: Buffer[] = [];
  const sink = createLogSink({
    isScreen,
    dim: text => text,
    write: async bytes => void written.push(Buffer.from(bytes)),
  });
  return { ...sink, written: () => Buffer.concat(written) };
}

const bytes = (text: string) => Buffer.from(text);

test('one log that goes to a file is itself, byte for byte', async () => {
  const { write, end, written } = sinkTo(false);
  const all = Buffer.from([0, 255, 27, 10, 13, 200]);
  await write(one, all.subarray(0, 2), [one]);
  await write(one, all.subarray(2), [one]);
  await end(one, [one]);
  expect(written().equals(all)).toBe(true);
});

test('several logs have their names before each line, and no line has two of them', async () => {
  const { write, end, written } = sinkTo(false);
  await write(one, bytes('a1\na'), [one, two]);
  await write(two, bytes('b1\n'), [one, two]);
  await write(one, bytes('2\n'), [one, two]);
  await write(two, bytes('b2'), [one, two]);
  await end(two, [one, two]);
  expect(written().toString()).toBe(
    [
      'debian-12        │ a1',
      'openbsd-7.9/unit │ b1',
      'debian-12        │ a2',
      'openbsd-7.9/unit │ b2',
      '',
    ].join('\n'),
  );
});

test('a screen gets whole lines that only print; what has begun can be looked at', async () => {
  const { write, begun, written } = sinkTo(true);
  await write(one, bytes('\u001b[2Jdone\nbeg'), [one]);
  expect(written().toString()).toBe('done\n');
  expect(Buffer.from(begun(one)).toString()).toBe('beg');
});
