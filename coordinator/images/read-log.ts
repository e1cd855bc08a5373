/** What the conformance suite says in its log, read as it streams by: see `conformance/checks/`. Pure but for the reading. */
import type { Instant } from '#shared/ids.ts';
import { type Moment, momentOf } from '#shared/log-moments.ts';

export type Said = {
  /** What the machine's clock showed, and when that arrived here; ms. */
  clock: { shown: Instant; arrivedAt: Instant | null } | null;
  /** When the lines arrived that were printed two seconds apart. */
  live: (Instant | null)[];
  /** Lines of the long log that came in order; the first that did not is where it stops counting. */
  lines: number;
  isInOrder: boolean;
};

const longest = 200;

export async function readSaid(bytes: AsyncIterable<Uint8Array>, moments: readonly Moment[]): Promise<Said> {
  const said: Said = { clock: null, live: [], lines: 0, isInOrder: true };
  const decoder = new TextDecoder();
  let [rest, offset] = ['', 0];
  const at = (): Instant | null => momentOf(moments, offset)?.at ?? null;

  function take(line: string): void {
    const [, word = '', value = ''] = /^conformance (\S+) ?(.*)$/.exec(line) ?? [];
    if (word === 'clock' && /^\d{1,12}$/.test(value))
      said.clock = { shown: Number(value) * 1_000, arrivedAt: at() };
    else if (word === 'live') said.live.push(at());
    else if (line.startsWith('line ')) {
      if (line.startsWith(`line ${said.lines + 1} of `)) said.lines += 1;
      else said.isInOrder = false;
    }
  }

  for await (const part of bytes) {
    const lines = (rest + decoder.decode(part, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      take(line.slice(0, longest));
      // The suite prints ASCII: of what else there may be only the place would be a little off.
      offset += line.length + 1;
    }
  }
  return said;
}
