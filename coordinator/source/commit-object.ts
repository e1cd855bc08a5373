import { type CommitSha, commitSha, type Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { titleFrom } from '#shared/title.ts';

export type CommitFacts = {
  /** The first line of the message; may be empty. */
  title: string;
  /** All of the message. */
  message: string;
  author: string;
  /** The author's clock, which may lie; 0 when it makes no sense. */
  authoredAt: Instant;
  tree: string;
  parents: CommitSha[];
};

/** Reads a raw commit object: header lines, an empty line, the message, in UTF-8 unless an `encoding` header says else. */
export function readCommitObject(bytes: Uint8Array): CommitFacts {
  const latin1 = Buffer.from(bytes).toString('latin1');
  const encoding = /^encoding (.+)$/m.exec(latin1.slice(0, headerEnd(latin1)))?.[1] ?? 'utf-8';
  const text = decoderFor(encoding).decode(bytes);
  const header = text.slice(0, headerEnd(text));
  const message = text.slice(header.length).trimStart();
  const [, author = '', seconds = '0'] = /^author ([^<\n]*)<[^>\n]*> ?(-?\d+)?/m.exec(header) ?? [];
  return {
    title: titleFrom(message),
    message,
    author: author.trimEnd().slice(0, limits.titleChars),
    authoredAt: instantOf(Number(seconds) * 1_000),
    tree: /^tree ([0-9a-f]+)$/m.exec(header)?.[1] ?? '',
    parents: [...header.matchAll(/^parent ([0-9a-f]+)$/gm)].map(([, id]) => commitSha.parse(id)),
  };
}

const headerEnd = (text: string): number => {
  const end = text.indexOf('\n\n');
  return end === -1 ? text.length : end;
};

const instantOf = (ms: number): Instant => (Number.isSafeInteger(ms) && ms > 0 ? ms : 0);

/** A label that nobody knows is read as UTF-8; broken bytes show as U+FFFD, for this text is only shown. */
function decoderFor(label: string): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(label.trim());
  } catch (error) {
    if (error instanceof RangeError) return new TextDecoder();
    throw error;
  }
}
