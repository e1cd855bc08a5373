import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { StepPipeError } from '#agent/guest/process/errors.ts';
import { restockPipes, stockPipes, takePipe } from '#agent/guest/process/pipe-stock.ts';
import { limits } from '#shared/limits.ts';

async function withDirectory(body: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'paddock-pipes-'));
  try {
    await body(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

test('a stock is filled up, not over', () =>
  withDirectory(async directory => {
    await stockPipes(directory);
    await stockPipes(directory);
    expect((await readdir(directory)).length).toBe(limits.pipesAhead);
  }));

test('many takers get a pipe each, also when the stock runs out', () =>
  withDirectory(async directory => {
    const taken = await Promise.all(Array.from({ length: 40 }, () => takePipe(directory)));
    expect(new Set(taken).size).toBe(40);
  }));

test('a low stock is filled in the background, and its trouble is left to the next taker', () =>
  withDirectory(async directory => {
    await restockPipes(directory);
    expect((await readdir(directory)).length).toBe(limits.pipesAhead);
    await restockPipes(join(directory, 'missing'));
    await expect(takePipe(join(directory, 'missing'))).rejects.toThrow(StepPipeError);
  }));
