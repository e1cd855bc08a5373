import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { reasonOf, SettingsInvalid } from '../guest/errors.ts';
import type { SshTarget } from '../ssh/connect.ts';

const text = z.string().min(1);

/** What the host has written down of a computer; it has no secrets, only the path of a key. */
const computer = z.object({
  ...{ file: text, name: text, host: text, user: text, key: text, shell: text, directory: text },
  port: z.number().int(),
  hostKey: text.nullable(),
});

export type Computer = { target: SshTarget; shell: string; directory: string };

/** Reads the file that PADDOCK_COMPUTER names. Throws `SettingsInvalid`. */
export function readComputer(environment: Readonly<Record<string, string | undefined>>): Computer {
  try {
    const path = text.parse(environment.PADDOCK_COMPUTER);
    const { shell, directory, ...target } = computer.parse(JSON.parse(readFileSync(path, 'utf8')));
    return { target, shell, directory };
  } catch (cause) {
    throw new SettingsInvalid(
      `the agent cannot start: PADDOCK_COMPUTER names no file that says which computer it is for: ${reasonOf(cause)}`,
      { cause },
    );
  }
}
