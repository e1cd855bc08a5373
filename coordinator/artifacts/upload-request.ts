/**
 * The upload protocol, as far as it is text: `…/uploads/<attempt>/<sha256>?path=…&bytes=n[&kind=report]`. HEAD (or GET) asks how much is
 * there, PUT appends one chunk (`Content-Range: bytes a-b/total`; without it, or with `*` for a-b as of an empty file, the
 * whole file). The words of the answer, `Upload-Offset` and `Upload-Complete: ?1 | ?0`, are those of the IETF draft
 * "Resumable Uploads for HTTP" (https://datatracker.ietf.org/doc/draft-ietf-httpbis-resumable-upload/).
 */
import type { IncomingMessage } from 'node:http';
import { type AttemptId, sha256 as digest } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { type CodedStatus, codeOfStatus, type HttpRefusalCode } from '#shared/refusals.ts';
import { pathProblem } from './artifact-path.ts';

/** A report is kept of every attempt, and small; an artifact of one that passed. */
export type UploadKind = 'artifact' | 'report';

export type UploadFile = { path: string; bytes: number; sha256: string; kind: UploadKind };

/** Bytes [from, to) of the file, which this request carries. */
export type ChunkRange = { from: number; to: number };

export type UploadRequest =
  | { asks: 'progress'; file: UploadFile }
  | { asks: 'append'; file: UploadFile; range: ChunkRange };

/** An answer that is not a success; `detail` is a sentence for whoever reads the agent's log. */
export type UploadRefusal = { code: HttpRefusalCode; detail: string };

export type RequestText = Pick<IncomingMessage, 'method' | 'url' | 'headers'>;

const refuse = (what: CodedStatus | 'other-attempt', detail: string): UploadRefusal => ({
  code: typeof what === 'string' ? what : codeOfStatus[what],
  detail,
});

/** What a request asks for, or how it is refused; decided before a byte of its body is read. */
export function parseUpload(request: RequestText, attempt: AttemptId): UploadRequest | UploadRefusal {
  const isProgress = request.method === 'HEAD' || request.method === 'GET';
  if (!isProgress && request.method !== 'PUT') return refuse(405, 'an upload takes HEAD, GET and PUT');
  const file = parseFile(request.url ?? '', attempt);
  if ('code' in file) return file;
  if (isProgress) return { asks: 'progress', file };
  const range = parseRange(request.headers, file.bytes);
  return 'code' in range ? range : { asks: 'append', file, range };
}

function parseFile(address: string, attempt: AttemptId): UploadFile | UploadRefusal {
  const { pathname, searchParams } = new URL(address, 'http://localhost');
  const [, owner, sha256] = /\/uploads\/([^/]+)\/([^/]+)$/.exec(pathname) ?? [];
  if (!owner || !digest.safeParse(sha256).success)
    return refuse(404, 'an upload is addressed as /uploads/<attempt>/<sha256>');
  if (owner !== attempt) return refuse('other-attempt', 'this token is for the uploads of another attempt');
  const bytes = searchParams.get('bytes') ?? '';
  if (!/^\d{1,15}$/.test(bytes)) return refuse(400, '"bytes" must be the size of the file');
  const kind = searchParams.get('kind') ?? 'artifact';
  if (kind !== 'artifact' && kind !== 'report') return refuse(400, '"kind" is artifact or report');
  const path = searchParams.get('path') ?? '';
  const problem = pathProblem(path);
  if (problem) return refuse(400, `the path of the ${kind} is refused: ${problem}`);
  const most = kind === 'report' ? limits.reportFileBytes : limits.artifactBytes;
  if (Number(bytes) > most) return refuse(413, `${path} has ${bytes} bytes; the ${kind} may have ${most}`);
  return { path, bytes: Number(bytes), sha256: sha256 ?? '', kind };
}

function parseRange(headers: RequestText['headers'], bytes: number): ChunkRange | UploadRefusal {
  const range = rangeOf(String(headers['content-range'] ?? `bytes */${bytes}`), bytes);
  if (!range) return refuse(400, '"Content-Range" must be "bytes <first>-<last>/<size of the file>"');
  const length = range.to - range.from;
  if (length > limits.uploadChunkBytes)
    return refuse(413, `a chunk of ${length} bytes is too large; send at most ${limits.uploadChunkBytes}`);
  const announced = headers['content-length'];
  if (announced !== undefined && Number(announced) !== length)
    return refuse(400, `the body has ${announced} bytes, its range ${length}`);
  return range;
}

function rangeOf(text: string, bytes: number): ChunkRange | null {
  const [, first, last, size] = /^bytes (?:\*|(\d{1,15})-(\d{1,15}))\/(\d{1,15})$/.exec(text) ?? [];
  if (Number(size) !== bytes) return null;
  if (first === undefined || last === undefined) return { from: 0, to: bytes };
  const range = { from: Number(first), to: Number(last) + 1 };
  return range.from < range.to && range.to <= bytes ? range : null;
}
