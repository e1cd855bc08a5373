/** `docs/performance.md`: what stands between the two comments is written by the bench, the rest by people. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Result } from '../measured.ts';
import { picture } from './picture.ts';
import { legend, markdownTable } from './table.ts';

const docs = path.resolve(import.meta.dirname, '../../../docs');
const [begin, end] = ['<!-- figures, written by `npm run bench` -->', '<!-- end of figures -->'];

export async function writeDocument(results: readonly Result[], machine: string): Promise<void> {
  const file = path.join(docs, 'performance.md');
  await writeFile(file, withFigures(await readFile(file, 'utf8'), results, machine));
  await writeFile(path.join(docs, 'pictures', 'performance.svg'), picture(results));
}

/** @throws Error when the two comments are not there: then the document is not ours to write. */
export function withFigures(text: string, results: readonly Result[], machine: string): string {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/performance.md has no "${begin}" and "${end}"`);
  const figures = [
    `Measured on ${new Date().toISOString().slice(0, 10)}: ${machine}.`,
    '![Figures against their bounds and against Buildbot](pictures/performance.svg)',
    markdownTable(results),
    legend(results)
      .map(line => `- ${line}`)
      .join('\n'),
  ];
  return `${text.slice(0, from)}${begin}\n\n${figures.join('\n\n')}\n\n${text.slice(to)}`;
}
