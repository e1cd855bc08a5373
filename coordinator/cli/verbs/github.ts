/** `paddock github check`, `rotate-secret` and `capabilities`. */
import {
  type Capability,
  type GithubMode,
  githubCapabilities,
  githubModes,
  givenText,
} from '#shared/github-capabilities.ts';
import { type Context, printJson } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { githubTexts as texts } from '../github-texts.ts';
import { checkGithubHere, rotateSecretHere } from '../local-verbs.ts';
import { findingLines } from '../output/finding-lines.ts';
import { wrap } from '../output/text-width.ts';

export type CheckOptions = { config?: string; ping: boolean; json?: boolean };
export type RotateOptions = { config?: string; write?: boolean; json?: boolean };

export async function checkGithub(context: Context, { config, ping, json }: CheckOptions): Promise<ExitCode> {
  const { terminal, environment, directory } = context;
  const diagnosis = await checkGithubHere({
    configFile: config ?? null,
    environment,
    directory,
    mayRepeat: ping,
  });
  if (json) printJson(context, diagnosis);
  else {
    const bad = diagnosis.findings.filter(({ state }) => state === 'bad').length;
    const verdict = diagnosis.isFit ? texts.allWell : texts.lacking(bad);
    for (const line of [...findingLines(diagnosis.findings, terminal.colors), '', verdict])
      terminal.line(line);
  }
  return diagnosis.isFit ? exitCodes.ok : exitCodes.other;
}

export async function rotateSecret(
  context: Context,
  { config, write, json }: RotateOptions,
): Promise<ExitCode> {
  const { terminal, environment, directory } = context;
  const rotation = await rotateSecretHere({
    configFile: config ?? null,
    environment,
    directory,
    mayWrite: write ?? false,
  });
  if (json) printJson(context, rotation);
  else {
    terminal.note(texts.rotated(rotation));
    if (!rotation.isWritten) terminal.line(rotation.configuration);
    terminal.hint(texts.rotateNext(rotation, config ?? environment.PADDOCK_CONFIG ?? 'paddock.yaml'));
  }
  return exitCodes.ok;
}

const modes = Object.keys(githubModes) as GithubMode[];

export async function showCapabilities(context: Context, { json }: { json?: boolean }): Promise<ExitCode> {
  const { terminal } = context;
  if (json) printJson(context, githubCapabilities);
  else
    for (const line of githubCapabilities.flatMap(each => capabilityLines(each, terminal.columns)))
      terminal.line(line);
  return exitCodes.ok;
}

/** What it is, and under it a line for each mode: three columns of sentences fit no terminal. */
function capabilityLines(capability: Capability, columns: number): string[] {
  const widest = Math.max(...modes.map(mode => githubModes[mode].length));
  return [
    capability.what,
    ...modes.flatMap(mode => {
      // Names of GitHub's are slanted where that can be.
      const given = givenText(capability[mode]).replaceAll('*', '');
      const text = `  ${githubModes[mode].padEnd(widest)}  ${given}`;
      return Number.isFinite(columns) ? wrap(text, columns) : [text];
    }),
  ];
}
