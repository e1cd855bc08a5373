import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';

/** What arguments would show to everybody on this computer: a line that somebody types, or all that a program writes. */
export const readStandardInput = async (): Promise<string> =>
  (process.stdin.isTTY ? await firstLine() : await text(process.stdin)).trim();

/** All that a program writes, byte for byte. */
export const readWholeInput = (): Promise<string> => text(process.stdin);

async function firstLine(): Promise<string> {
  const lines = createInterface({ input: process.stdin });
  try {
    for await (const line of lines) return line;
    return '';
  } finally {
    lines.close();
  }
}
