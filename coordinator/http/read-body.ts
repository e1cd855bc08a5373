import type { IncomingMessage } from 'node:http';
import { HttpProblem } from './errors.ts';

/** Bodies of one kind: how large and how slow each may be, and what all of them may hold in memory together. */
export type BodyBounds = { maxBytes: number; allBytes: number; deadlineMs: number };

/**
 * @returns runs `use` with the whole body of a request; one that takes too long is cut off.
 * @throws HttpProblem 413 or 503, and what `use` throws.
 */
export function createBodyReader({ maxBytes, allBytes, deadlineMs }: BodyBounds) {
  let held = 0;

  return async <Result>(
    request: IncomingMessage,
    use: (body: Buffer) => Promise<Result>,
  ): Promise<Result> => {
    if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
    const chunks: Buffer[] = [];
    let bytes = 0;
    const deadline = setTimeout(() => request.destroy(), deadlineMs);
    try {
      // The request stays open, so that a refusal can be answered; what it still sends is thrown away.
      for await (const chunk of request.iterator({ destroyOnReturn: false })) {
        bytes += chunk.length;
        held += chunk.length;
        if (bytes > maxBytes) throw tooLarge(maxBytes);
        if (held > allBytes)
          throw new HttpProblem(503, 'too much arrives at once; send it again in a minute');
        chunks.push(chunk);
      }
      clearTimeout(deadline);
      return await use(Buffer.concat(chunks, bytes));
    } finally {
      clearTimeout(deadline);
      held -= bytes;
    }
  };
}

const tooLarge = (bytes: number) => new HttpProblem(413, `the body is larger than ${bytes} bytes`);
