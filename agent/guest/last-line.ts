import { stripVTControlCharacters } from 'node:util';
import type { Redaction } from './logs/redactor.ts';
import type { Spool } from './logs/spool.ts';

const windowBytes = 16 * 1024;
const lineChars = 100;

export type Tail = { spool: Pick<Spool, 'read' | 'size'>; from: number; redaction: Redaction };

/** What make and ninja say last of every failure, whatever it was: `make: *** [Makefile:6: check] Error 1`. */
const epitaph =
  /^(?:\w*make(?:\[\d+\])?: (?:\*\*\* .*\bError -?\d+|Leaving directory|Target .* not remade|stopped in )|\*\*\* Error code \d|Stop\.$|ninja: build stopped)/;
/** What compilers, linkers and test programs write where something is wrong. */
const complaint =
  /\berror: |\bnot ok\b|\bFAIL(?:ED|URE)?\b(?!: *0\b)|\bundefined reference\b|\b[Aa]ssertion\b.*\bfailed\b|\bSegmentation fault\b/;

/**
 * The last line after an offset that is not empty, redacted, without colours; where that is the epitaph of a build tool, the
 * first one that complains, if any. Null when there is none, or when it is too long or no text: then it would not help
 * anyone in a commit status.
 */
export function lastLine({ spool, from, redaction }: Tail): string | null {
  const end = spool.size();
  const start = Math.max(from, end - windowBytes);
  // A secret may begin before the window: enough is read to recognise it.
  const readFrom = Math.max(0, start - redaction.lookBehindBytes);
  const raw = Buffer.alloc(end - readFrom);
  const count = spool.read(raw, readFrom);
  const redactor = redaction.start();
  const redacted = Buffer.concat([redactor.push(raw.subarray(0, count)), redactor.flush()]);
  const lines = redacted
    .subarray(start - readFrom)
    .toString('utf8')
    .split(/[\r\n]+/);
  // Its beginning is not known.
  if (start > from) lines.shift();
  const line = tellingLine(lines.map(plain).filter(candidate => candidate !== ''));
  return line === '' || line.length > lineChars || line.includes('\u{fffd}') ? null : line;
}

function tellingLine(lines: readonly string[]): string {
  const last = lines.at(-1) ?? '';
  return (
    (epitaph.test(last) ? lines.find(line => line.length <= lineChars && complaint.test(line)) : null) ?? last
  );
}

const plain = (line: string): string =>
  stripVTControlCharacters(line)
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
