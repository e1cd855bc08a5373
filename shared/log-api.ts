/** HTTP schemas of logs for whoever reads a part of one. Lines and bytes count from 0; a line ends with its newline. */
import * as z from 'zod';
import { logSeal, mark } from './attempt.ts';
import { limits } from './limits.ts';
import { packedMoments } from './log-moments.ts';

const count = z.number().int().nonnegative();

/** `GET /api/v1/attempts/<id>/log`: how far a log is stored, and where in it its marks stand. */
export const logView = z.object({
  bytes: count,
  lines: count,
  /** Null while the attempt runs. */
  seal: logSeal.nullable(),
  marks: z.array(mark),
  /** Of each mark the line in which it stands, and how many bytes of that line come before it. */
  places: z.array(z.object({ line: count, column: count })),
  /** When its bytes came. */
  moments: packedMoments,
});
export type LogView = z.infer<typeof logView>;

/** `GET /api/v1/attempts/<id>/lines?from=<line>&count=<lines>`: fewer than asked for where the log or the answer ends. */
export const logLines = z.object({
  first: count,
  lines: count,
  /** Where the first of these lines begins in the log. */
  offset: count,
  /** Base64, newlines included. */
  bytes: z.string(),
  /** A line that alone is too large comes alone, without this many bytes at its end. */
  cut: count,
});
export type LogLines = z.infer<typeof logLines>;

const flag = z.enum(['0', '1']).default('0');

/** `GET /api/v1/attempts/<id>/search?q=…`: the lines in which a text, or a regular expression, is found. */
export const logQuery = z.object({
  q: z.string().min(1).max(limits.logQueryChars),
  regex: flag,
  /** `1`: capitals count. */
  case: flag,
  max: z.coerce.number().int().min(1).max(limits.logHits).default(1_000),
  /** The first line to look at. */
  from: z.coerce.number().int().nonnegative().default(0),
});

export const logHits = z.object({
  /** How many lines match. */
  matches: count,
  /** The first of them, in order. */
  lines: z.array(count),
  /** The lines before this one have been looked at. */
  scanned: count,
  /** False: time was up before the end; `from=<scanned>` goes on. */
  isComplete: z.boolean(),
  /** Lines so long that only their beginning was looked at. */
  cut: count,
});
export type LogHits = z.infer<typeof logHits>;
