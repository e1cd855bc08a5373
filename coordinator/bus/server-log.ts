/** Keeps the server's log bounded: nats-server 2.9 starts a new file at a size, but never removes one. */
import { readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readIfThere } from './private-file.ts';
import type { BusFiles } from './server-config.ts';

/** Removes every rotated log but the newest. A flood of refused messages writes megabytes a second: call it often. */
export async function removeOldLogs({ logs, log }: BusFiles): Promise<void> {
  const rotated = (await readdir(logs)).filter(name => name.startsWith(`${basename(log)}.`));
  // Their names end with the time of the rotation.
  for (const name of rotated.sort().slice(0, -1)) await rm(join(logs, name), { force: true });
}

/** What the server said last, for an error message: one line, cut. */
export async function lastWords({ log, startLog }: BusFiles): Promise<string> {
  const text = [await readIfThere(startLog), await readIfThere(log)].join('\n');
  const lines = text.split('\n').filter(line => line.trim() !== '');
  const telling = lines.filter(line => /\[FTL\]|\[ERR\]|nats-server:/.test(line)).at(-1) ?? lines.at(-1);
  return telling?.slice(0, 500) ?? 'it said nothing';
}
