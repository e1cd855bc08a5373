import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { limits } from '#shared/limits.ts';
import type { Problem } from './problem.ts';

const inflate = promisify(gunzip);

/** The body of a git request, inflated where git has packed it; a problem when it is too large or not what it says. */
export async function readRequestBody(request: IncomingMessage): Promise<{ bytes: Buffer } | Problem> {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  const isPacked = encoding === 'gzip' || encoding === 'x-gzip';
  if (!isPacked && encoding !== 'identity') return unknownEncoding(encoding);
  const sent = await readBounded(request);
  if (!sent) return tooLarge;
  return isPacked ? inflateBounded(sent) : { bytes: sent };
}

/** Everything, or null as soon as it is more than the limit. The request stays open, so that it can be answered. */
async function readBounded(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += chunk.length;
    if (bytes > limits.gitRequestBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function inflateBounded(packed: Buffer): Promise<{ bytes: Buffer } | Problem> {
  try {
    return { bytes: await inflate(packed, { maxOutputLength: limits.gitRequestBytes }) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ERR_BUFFER_TOO_LARGE') return tooLarge;
    if (code.startsWith('Z_')) return notGzip;
    throw error;
  }
}

const tooLarge: Problem = {
  code: 'too-large',
  detail: `a git request may have ${limits.gitRequestBytes} bytes, inflated`,
};

const notGzip: Problem = { code: 'not-understood', detail: 'the body is not valid gzip' };

const unknownEncoding = (encoding: string): Problem => ({
  code: 'wrong-type',
  detail: `a body may be plain or gzip, not ${encoding.slice(0, 40)}`,
});
