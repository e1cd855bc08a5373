/** A link to this computer without a server of ssh: the command is run as one would run it, by a login shell in a session of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { FarExit, Link } from '#agent/ssh/link.ts';

export const shellLink = (name: string, path: string): Link => ({
  name,
  async start(command) {
    const child = spawn('/bin/sh', ['-c', command], {
      env: { PATH: path, HOME: '/nowhere', USER: 'tester' },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    child.stdin.on('error', () => {}); // a program that ends early takes no more
    const exited = once(child, 'exit').then(
      ([exitCode, signal]): FarExit => ({ exitCode, ...(signal === null ? {} : { signal }) }),
    );
    const closed = once(child, 'close').then(() => ({ lost: null }));
    const close = () => [child.stdin, child.stdout, child.stderr].forEach(stream => void stream.destroy());
    return { stdin: child.stdin, stdout: child.stdout, stderr: child.stderr, exited, closed, close };
  },
  close: async () => {},
});
