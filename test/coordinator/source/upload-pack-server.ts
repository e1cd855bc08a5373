/** A stand-in for a forge: `git upload-pack` behind node:http, with a gate that can refuse or redirect first. */
import { spawn } from 'node:child_process';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createGunzip } from 'node:zlib';

export type Gate = (request: IncomingMessage, response: ServerResponse) => boolean;

/** `isOld`: speaks protocol v0 only, which gives out nothing but what it advertises. */
export const uploadPackServer =
  (
    path: string,
    { isOld = false, gate = () => true }: { isOld?: boolean; gate?: Gate } = {},
  ): RequestListener =>
  (request, response) => {
    if (!gate(request, response)) return;
    const isAdvertising = request.method === 'GET';
    const protocol = isOld ? '' : String(request.headers['git-protocol'] ?? '');
    const flags = ['--stateless-rpc', ...(isAdvertising ? ['--advertise-refs'] : [])];
    const env = { PATH: process.env.PATH, GIT_PROTOCOL: protocol };
    const child = spawn('git', ['upload-pack', ...flags, path], { env, stdio: ['pipe', 'pipe', 'inherit'] });
    const kind = isAdvertising ? 'advertisement' : 'result';
    response.writeHead(200, { 'Content-Type': `application/x-git-upload-pack-${kind}` });
    if (isAdvertising && protocol !== 'version=2') response.write('001e# service=git-upload-pack\n0000');
    const isPacked = request.headers['content-encoding'] === 'gzip';
    (isPacked ? request.pipe(createGunzip()) : request).pipe(child.stdin);
    child.stdin.on('error', () => {});
    child.stdout.pipe(response);
    response.once('close', () => child.kill());
  };
