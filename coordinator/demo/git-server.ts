/** Repositories of one directory over git's smart HTTP protocol on loopback, for reading: what a forge's clone URLs lead to. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { createGunzip } from 'node:zlib';

export type GitServer = {
  /** The clone URL of the repository in `<directory>/<name>`. */
  urlOf(name: string): string;
  close(): Promise<void>;
};

/** Serves `<directory>/<name>` as `/<name>`; a name is `owner/repository.git`. `search` is the PATH on which git is found. */
export async function serveGit(directory: string, search: string | undefined): Promise<GitServer> {
  const children = new Set<Promise<unknown>>();
  const server = createServer((request, response) => {
    const call = readCall(request);
    if (!call) return void response.writeHead(404).end();
    const child = startUploadPack(path.join(directory, call.name), call, search);
    const gone = once(child, 'close').finally(() => children.delete(gone));
    children.add(gone);
    answer(child, call, request, response);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    urlOf: name => `http://127.0.0.1:${port}/${name}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await Promise.all([closed, ...children]);
    },
  };
}

type Call = { name: string; isAdvertising: boolean; protocol: string };

function readCall({ method, url = '', headers }: IncomingMessage): Call | null {
  const pattern = /^\/([\w-]+\/[\w-]+\.git)\/(info\/refs\?service=git-upload-pack|git-upload-pack)$/;
  const [, name, rest] = pattern.exec(url) ?? [];
  if (!name || (rest === 'git-upload-pack') !== (method === 'POST')) return null;
  const protocol = /^version=[012]$/.exec(String(headers['git-protocol']))?.[0] ?? '';
  return { name, isAdvertising: method === 'GET', protocol };
}

function startUploadPack(repository: string, { isAdvertising, protocol }: Call, search: string | undefined) {
  const flags = ['--stateless-rpc', ...(isAdvertising ? ['--advertise-refs'] : [])];
  const env = {
    PATH: search,
    GIT_PROTOCOL: protocol,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
  };
  return spawn('git', ['upload-pack', ...flags, repository], { env, stdio: ['pipe', 'pipe', 'ignore'] });
}

function answer(
  child: ChildProcess & { stdin: NodeJS.WritableStream; stdout: NodeJS.ReadableStream },
  { isAdvertising, protocol }: Call,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const kind = isAdvertising ? 'advertisement' : 'result';
  response.writeHead(200, { 'Content-Type': `application/x-git-upload-pack-${kind}` });
  // Before version 2 the answer starts with the name of the service (gitprotocol-http).
  if (isAdvertising && protocol !== 'version=2') response.write('001e# service=git-upload-pack\n0000');
  const isPacked = request.headers['content-encoding'] === 'gzip';
  (isPacked ? request.pipe(createGunzip()) : request).pipe(child.stdin);
  child.stdin.on('error', () => {}); // a git that has heard enough closes its end
  child.on('error', () => response.destroy());
  child.stdout.pipe(response);
  response.once('close', () => {
    child.kill();
    // Nobody reads on from here, and a pipe that is never read to its end would keep the child from being over.
    child.stdout.resume();
  });
}
