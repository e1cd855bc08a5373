/** A suite file in which each combination of a matrix is a suite of its own. Pure. */
import type { Suite, SuiteFile } from '#shared/suite-file.ts';
import { combinationsOf, labelOf } from '#shared/suite-matrix.ts';

/** What needs a suite with a matrix needs all of its combinations. */
export function withoutMatrices(file: SuiteFile): SuiteFile {
  const { suites, 'on-merge': onMerge } = file;
  if (Object.values(suites).every(({ matrix }) => matrix === undefined)) return file;
  const made = new Map(Object.entries(suites).map(([name, suite]) => [name, expanded(name, suite)]));
  const needing = <Part extends { needs?: string[] | undefined }>(part: Part): Part =>
    part.needs
      ? { ...part, needs: part.needs.flatMap(need => Object.keys(made.get(need) ?? { [need]: need })) }
      : part;
  const all = <Part extends { needs?: string[] | undefined }>(parts: Record<string, Part>) =>
    Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, needing(part)]));
  return {
    ...file,
    suites: all(Object.assign({}, ...made.values()) as SuiteFile['suites']),
    ...(onMerge ? { 'on-merge': all(onMerge) } : {}),
  };
}

function expanded(name: string, suite: Suite): Record<string, Suite> {
  const { matrix, ...own } = suite;
  if (!matrix) return { [name]: suite };
  const keys = Object.keys(matrix.axes);
  return Object.fromEntries(
    combinationsOf(matrix).map(combination => [
      labelOf(name, combination, keys),
      { ...own, env: { ...combination, ...suite.env } },
    ]),
  );
}
