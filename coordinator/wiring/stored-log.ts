/** A log as the HTTP layer reads it: whole, or the part that somebody looks at. */
import type { AttemptId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { LogLines } from '#shared/log-api.ts';
import { packMoments } from '#shared/log-moments.ts';
import type { StoredLog } from '../http/parts.ts';
import type { Logs } from '../logs/logs.ts';

export async function storedLog(logs: Logs, attempt: AttemptId): Promise<StoredLog> {
  const { bytes, lines, seal } = await logs.facts(attempt);
  return {
    bytes,
    lines,
    seal,
    read: (from, to) => logs.read(attempt, { from, to }),
    lastLines: count => logs.readLines(attempt, lines - count, count),
    async view() {
      const { marks, ...facts } = await logs.facts(attempt);
      const offsets = marks.map(({ offset }) => offset);
      const places = await logs.places(attempt, offsets);
      return { ...facts, marks: [...marks], places, moments: packMoments(await logs.moments(attempt)) };
    },
    page: (first, count) => pageOf(logs, attempt, first, count),
    search: (query, { from, max }, gone) => logs.search(attempt, { query, first: from, max }, gone),
  };
}

const newline = 0x0a;

async function pageOf(logs: Logs, attempt: AttemptId, first: number, count: number): Promise<LogLines> {
  const range = await logs.readLines(attempt, first, count);
  const bytes = await collectSome(range.content);
  const isWhole = bytes.length === range.to - range.from;
  const end = isWhole ? bytes.length : bytes.lastIndexOf(newline) + 1;
  const shown = bytes.subarray(0, end || bytes.length);
  return {
    first: range.first,
    lines: isWhole ? range.lines : Math.max(1, countLines(shown)),
    offset: range.from,
    bytes: shown.toString('base64'),
    cut: end > 0 || isWhole ? 0 : (await endOf(logs, attempt, range.first)) - range.from - shown.length,
  };
}

/** The first `limits.logPageBytes` of what there is. */
async function collectSome(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of content) {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes >= limits.logPageBytes) break;
  }
  return Buffer.concat(pieces).subarray(0, limits.logPageBytes);
}

function countLines(bytes: Uint8Array): number {
  let lines = 0;
  for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, at + 1)) lines++;
  return lines;
}

const endOf = async (logs: Logs, attempt: AttemptId, line: number): Promise<number> =>
  (await logs.readLines(attempt, line, 1)).to;
