/**
 * Golden transcripts: `test/transcripts/<name>.txt` is what a policy decides, in words. A change of it is a change of the
 * policy, to be read in the diff. Rewritten only on purpose, by running the test with PADDOCK_WRITE_TRANSCRIPTS=1.
 */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'vitest';

const folder = path.join(import.meta.dirname, '..', 'transcripts');

/** Compares the lines with the transcript of that name, or writes it. */
export async function expectTranscript(name: string, lines: readonly string[]): Promise<void> {
  const file = path.join(folder, `${name}.txt`);
  const text = `${lines.join('\n')}\n`;
  if (process.env.PADDOCK_WRITE_TRANSCRIPTS) await writeFile(file, text);
  expect(text, `${name}.txt; PADDOCK_WRITE_TRANSCRIPTS=1 writes it anew`).toBe(await readFile(file, 'utf8'));
}
