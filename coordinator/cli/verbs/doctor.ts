import type { Diagnosis } from '#shared/diagnosis.ts';
import { type Context, printJson } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { examineHere } from '../local-verbs.ts';
import { findingLines } from '../output/finding-lines.ts';
import type { Colors } from '../output/terminal.ts';
import { texts } from '../texts.ts';

export type DoctorOptions = { config?: string; json?: boolean };

/** Whether a coordinator can run on this computer, and what to do where it cannot. */
export async function doctor(context: Context, options: DoctorOptions): Promise<ExitCode> {
  const diagnosis = await examineHere({
    configFile: options.config ?? null,
    environment: context.environment,
    directory: context.directory,
  });
  if (options.json) printJson(context, diagnosis);
  else for (const line of diagnosisLines(diagnosis, context.terminal.colors)) context.terminal.line(line);
  return diagnosis.isFit ? exitCodes.ok : exitCodes.other;
}

export function diagnosisLines({ findings, isFit }: Diagnosis, colors: Colors): string[] {
  const bad = findings.filter(({ state }) => state === 'bad').length;
  return [...findingLines(findings, colors), '', isFit ? texts.isFit : texts.isUnfit(bad)];
}
