/** Repositories of one directory over git's smart HTTP protocol on loopback: what a forge's clone URLs lead to. */
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

/**
 * Serves `<directory>/<name>` as `/<name>`; a name is `owner/repository.git`. `search` is the PATH on which git is found.
 * `onPush` is called after each push, with the name; without it nobody may push.
 */
export async function serveGit(
  directory: string,
  search: string | undefined,
  onPush?: (name: string) => void,
): Promise<GitServer> {
  const children = new Set<Promise<unknown>>();
  const server = createServer((request, response) => {
    const call = readCall(request);
    if (!call || (call.service === 'git-receive-pack' && !onPush)) return void response.writeHead(404).end();
    const child = startService(path.join(directory, call.name), call, search);
    const gone = once(child, 'close').finally(() => children.delete(gone));
    children.add(gone);
    if (call.service === 'git-receive-pack' && !call.isAdvertising) void gone.then(() => onPush?.(call.name));
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

type Service = 'git-upload-pack' | 'git-receive-pack';
type Call = { name: string; service: Service; isAdvertising: boolean; protocol: string };

function readCall({ method, url = '', headers }: IncomingMessage): Call | null {
  const pattern = /^\/([\w-]+\/[\w-]+\.git)\/(info\/refs\?service=)?(git-upload-pack|git-receive-pack)$/;
  const [, name, asked, service] = pattern.exec(url) ?? [];
  if (!name || (asked === undefined) !== (method === 'POST')) return null;
  const protocol = /^version=[012]$/.exec(String(headers['git-protocol']))?.[0] ?? '';
  return { name, service: service as Service, isAdvertising: method === 'GET', protocol };
}

function startService(
  repository: string,
  { service, isAdvertising, protocol }: Call,
  search: string | undefined,
) {
  const flags = ['--stateless-rpc', ...(isAdvertising ? ['--advertise-refs'] : [])];
  const env = {
    PATH: search,
    GIT_PROTOCOL: protocol,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
  };
  return spawn('git', [service.replace('git-', ''), ...flags, repository], {
    env,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
}

function answer(
  child: ChildProcess & { stdin: NodeJS.WritableStream; stdout: NodeJS.ReadableStream },
  { service, isAdvertising, protocol }: Call,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const kind = isAdvertising ? 'advertisement' : 'result';
  response.writeHead(200, { 'Content-Type': `application/x-${service}-${kind}` });
  // Before version 2 the answer starts with the name of the service (gitprotocol-http).
  // Pushing has no version 2.
  const isOld = protocol !== 'version=2' || service === 'git-receive-pack';
  const line = `# service=${service}\n`;
  if (isAdvertising && isOld) response.write(`${(line.length + 4).toString(16).padStart(4, '0')}${line}0000`);
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
