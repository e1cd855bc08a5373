/** `paddock up` and `paddock demo`: what they print is theirs to word; here it only finds the terminal. */
import type { Context } from '../context.ts';
import { demoHere, runHere } from '../local-verbs.ts';

export type UpOptions = { config?: string; plainTextOnPublicAddresses?: boolean };

/** The exit code when the coordinator has stopped. */
export const up = (
  { terminal, environment, directory }: Context,
  { config, plainTextOnPublicAddresses: isPlainTextAllowed = false }: UpOptions,
): Promise<number> =>
  runHere({ environment, directory, isPlainTextAllowed, configFile: config ?? null, print: terminal.note });

export const demo = ({ terminal, environment }: Context, { once }: { once?: boolean }): Promise<number> =>
  demoHere({ environment, once: once ?? false, colors: terminal.colors, print: terminal.line });
