/** The end of a failed step, as text. */
import { queryOptions } from '@tanstack/react-query';
import type { AttemptId } from '#shared/ids.ts';
import { type LogView, logLines, logView } from '#shared/log-api.ts';
import { plainLine } from '#shared/log-text.ts';
import { ask } from '../live/ask.ts';

const linesShown = 5;

/** `number` as people count: from 1. */
export type ExcerptLine = { number: number; text: string };

/** A log that is over does not change: asked for once. */
export const excerptQuery = (attempt: AttemptId | null) =>
  queryOptions({
    queryKey: ['excerpt', attempt],
    enabled: attempt !== null,
    async queryFn({ signal }): Promise<ExcerptLine[]> {
      const log = await ask(`/api/v1/attempts/${attempt}/log`, logView, { signal });
      const end = endOfFailure(log);
      const from = Math.max(0, end - linesShown);
      if (end === 0) return [];
      const query = `from=${from}&count=${end - from}`;
      const page = await ask(`/api/v1/attempts/${attempt}/lines?${query}`, logLines, { signal });
      return linesOf(page.bytes).map((text, index) => ({ number: page.first + index + 1, text }));
    },
  });

/** The line behind the last one of the first step that failed; without such a step the end of the log. */
export function endOfFailure({ marks, places, lines }: LogView): number {
  const index = marks.findIndex(mark => mark.type === 'step-ended' && mark.exitCode !== 0);
  const place = places[index];
  return place ? place.line + (place.column > 0 ? 1 : 0) : lines;
}

export function linesOf(base64: string): string[] {
  const bytes = Uint8Array.from(atob(base64), character => character.charCodeAt(0));
  const lines = new TextDecoder().decode(bytes).replace(/\n$/, '').split('\n').map(plainLine);
  return lines.slice(0, lines.findLastIndex(line => line.trim() !== '') + 1);
}
