import type { Diagnosis, Finding } from '#shared/diagnosis.ts';
import { type Context, printJson } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { examineHere } from '../local-verbs.ts';
import type { Colors } from '../output/terminal.ts';
import { pad, textWidth } from '../output/text-width.ts';
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

const signs = { good: '✓', warning: '!', bad: '✕' } as const;

function paintOf(state: Finding['state'], colors: Colors): (text: string) => string {
  if (state === 'good') return colors.green;
  return state === 'warning' ? colors.yellow : colors.red;
}

export function diagnosisLines({ findings, isFit }: Diagnosis, colors: Colors): string[] {
  const widest = Math.max(...findings.map(({ about }) => textWidth(about)));
  const lines = findings.flatMap(({ about, state, text, remedy }) => [
    `${paintOf(state, colors)(signs[state])} ${pad(about, widest)}  ${text}`,
    ...(remedy === null ? [] : [`  ${pad('', widest)}  ${colors.dim(remedy)}`]),
  ]);
  const bad = findings.filter(({ state }) => state === 'bad').length;
  return [...lines, '', isFit ? texts.isFit : texts.isUnfit(bad)];
}
