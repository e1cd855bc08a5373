import type { Standing } from '#shared/api.ts';
import { shapes } from '#shared/words.ts';
import type { Cell } from './table.ts';
import type { Colors } from './terminal.ts';

type Paint = (text: string) => string;

/** Colour means outcome, the shape repeats it. */
export function paintOf(standing: Standing, colors: Colors): Paint {
  switch (standing) {
    case 'passed':
      return colors.green;
    case 'failed':
    case 'refused':
      return colors.red;
    case 'errored':
      return colors.magenta;
    case 'timed-out':
    case 'blocked':
      return colors.yellow;
    case 'running':
      return colors.blue;
    default:
      return colors.dim;
  }
}

export const shapeOf = (standing: Standing, colors: Colors): string =>
  paintOf(standing, colors)(shapes[standing]);

export const shapeCell = (standing: Standing, colors: Colors): Cell => ({
  text: shapes[standing],
  paint: paintOf(standing, colors),
});

/** One shape per job, in the fixed order of the run. */
export const barcode = (jobs: readonly { standing: Standing }[], colors: Colors): string =>
  jobs.map(({ standing }) => shapeOf(standing, colors)).join('');

/** Whether nothing more happens by itself; what is blocked waits for a person. */
export const isOver = (standing: Standing): boolean =>
  !['preparing', 'blocked', 'queued', 'running'].includes(standing);
