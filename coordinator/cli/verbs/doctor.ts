import type { Bundle } from '#shared/bundle.ts';
import type { Diagnosis } from '#shared/diagnosis.ts';
import { type Context, printJson } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { bundleHere, examineHere } from '../local-verbs.ts';
import { findingLines } from '../output/finding-lines.ts';
import { table } from '../output/table.ts';
import type { Colors } from '../output/terminal.ts';
import { texts } from '../texts.ts';

export type DoctorOptions = {
  config?: string;
  /** A file, or true: one by the time. */
  bundle?: string | true;
  includeNames?: boolean;
  json?: boolean;
};

/** Whether a coordinator can run on this computer, and what to do where it cannot; with it all that helps to find out why. */
export async function doctor(context: Context, options: DoctorOptions): Promise<ExitCode> {
  const { environment, directory, terminal } = context;
  const place = { configFile: options.config ?? null, environment, directory };
  if (options.bundle !== undefined) {
    const file = options.bundle === true ? null : options.bundle;
    const { diagnosis, ...bundle } = await bundleHere({
      ...{ ...place, file, hasNames: options.includeNames ?? false },
    });
    if (options.json) printJson(context, bundle);
    else for (const line of bundleLines(bundle, terminal.columns)) terminal.line(line);
    return diagnosis.isFit ? exitCodes.ok : exitCodes.other;
  }
  const diagnosis = await examineHere(place);
  if (options.json) printJson(context, diagnosis);
  else for (const line of diagnosisLines(diagnosis, terminal.colors)) terminal.line(line);
  return diagnosis.isFit ? exitCodes.ok : exitCodes.other;
}

export function diagnosisLines({ findings, isFit }: Diagnosis, colors: Colors): string[] {
  const bad = findings.filter(({ state }) => state === 'bad').length;
  return [...findingLines(findings, colors), '', isFit ? texts.isFit : texts.isUnfit(bad)];
}

export const bundleLines = ({ file, bytes, entries }: Bundle, width: number): string[] => [
  ...table(
    entries.map(entry => ['', entry.name, texts.bundleEntry(entry.bytes)]),
    [{}, {}, {}],
    width,
  ),
  '',
  texts.bundle(file, bytes),
];
