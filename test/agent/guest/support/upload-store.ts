import type { IncomingMessage, ServerResponse } from 'node:http';
import { startHttpServer } from './http-server.ts';
import { sha256Of } from './specs.ts';

export const uploadToken = 'upload-token-0123456789';

export type Upload = { path: string; total: number; bytes: Buffer };

export type UploadStore = {
  url: string;
  /** By sha256. */
  uploads: Map<string, Upload>;
  requests: string[];
  /** Answers instead of the store; false leaves it to the store. */
  intercept: (request: IncomingMessage, response: ServerResponse) => boolean;
  close(): Promise<void>;
};

/** The coordinator's side of uploads, as its contract says: by offset, 409 at another one, complete at the last byte. */
export async function startUploadStore(): Promise<UploadStore> {
  const server = await startHttpServer(async (request, response) => {
    const range = request.headers['content-range'];
    store.requests.push(`${request.method}${range === undefined ? '' : ` ${range}`}`);
    if (store.intercept(request, response)) return;
    if (request.headers.authorization !== `Bearer ${uploadToken}`) return void response.writeHead(401).end();
    await serve(store, request, response);
  });
  const store: UploadStore = {
    url: `${server.url}/uploads/attempt`,
    uploads: new Map(),
    requests: [],
    intercept: () => false,
    close: server.close,
  };
  return store;
}

async function serve(store: UploadStore, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '', store.url);
  const digest = pathname.split('/').at(-1) ?? '';
  const upload = store.uploads.get(digest) ?? {
    path: searchParams.get('path') ?? '',
    total: Number(searchParams.get('bytes')),
    bytes: Buffer.alloc(0),
  };
  store.uploads.set(digest, upload);
  const status = request.method === 'PUT' ? await append(upload, request) : 200;
  const isWhole = upload.bytes.length === upload.total && (request.method === 'PUT' || upload.total > 0);
  const isWrong = isWhole && sha256Of(upload.bytes) !== digest;
  if (isWrong) store.uploads.delete(digest);
  response
    .writeHead(isWrong ? 422 : status, {
      'upload-offset': String(upload.bytes.length),
      'upload-complete': isWhole ? '?1' : '?0',
    })
    .end();
}

async function append(upload: Upload, request: IncomingMessage): Promise<number> {
  const offset = Number(/^bytes (\d+)-/.exec(request.headers['content-range'] ?? '')?.[1] ?? 0);
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
  } catch {
    // The sender broke off; what arrived counts.
  }
  if (offset !== upload.bytes.length) return 409;
  upload.bytes = Buffer.concat([upload.bytes, ...chunks]);
  return 200;
}
