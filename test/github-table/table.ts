/** The table of what GitHub shows afterwards, as Markdown. */
import { playMerging } from './merging.ts';
import type { MergingSituation, Situation } from './rows.ts';
import { play } from './scene.ts';

const head = ['event', 'situation', 'commit', 'status', 'state', 'words'];

/** @returns the lines, from the state of the fake GitHub after each situation */
export async function githubTable(
  situations: readonly (Situation | MergingSituation)[],
  atOnce = 10,
): Promise<string[]> {
  const rows = [head];
  // They mostly wait: several are played beside each other.
  for (let at = 0; at < situations.length; at += atOnce)
    rows.push(...(await Promise.all(situations.slice(at, at + atOnce).map(rowsOf))).flat());
  return aligned(rows);
}

async function rowsOf([event, situation, script, options]: Situation | MergingSituation): Promise<
  string[][]
> {
  const played = options && 'merge' in options ? playMerging(script, options.merge) : play(script, options);
  const shown = await played.catch((cause: unknown) => {
    throw new Error(`${event}, ${situation} (${script}) could not be played`, { cause });
  });
  return shown.map(({ commit, context, state, description }, index) => [
    ...(index === 0 ? [event, situation] : ['', '']),
    ...[commit, context || '–', state, description],
  ]);
}

function aligned(rows: readonly string[][]): string[] {
  const widths = head.map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)));
  const lines = rows.map(
    row => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`,
  );
  const rule = `| ${widths.map(width => '-'.repeat(width)).join(' | ')} |`;
  return [lines[0] ?? '', rule, ...lines.slice(1)];
}
