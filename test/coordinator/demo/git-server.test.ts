/** The stand-in's repositories over HTTP. */
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { serveGit } from '#coordinator/demo/git-server.ts';
import { until } from '#test/support/until.ts';

/** Says more than all pipes and buffers on the way take, and is over before that is read. */
const hastyGit = `#!/bin/sh
head -c 50000000 /dev/zero &
echo $$ > "$PATH_OF_PID"
`;

function isOver(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}

test('closes after a client that left in the middle of what a git has said that is over', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'paddock-git-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const [git, pidFile] = [path.join(directory, 'git'), path.join(directory, 'pid')];
  await writeFile(git, hastyGit.replace('$PATH_OF_PID', pidFile));
  await chmod(git, 0o755);
  const server = await serveGit(directory, `${directory}:${process.env.PATH}`);
  const asked = get(`${server.urlOf('acme/rocket.git')}/info/refs?service=git-upload-pack`);
  const [response] = await once(asked, 'response');
  await once(response, 'data');
  response.pause();
  await until('git is over', async () => isOver(Number(await readFile(pidFile, 'utf8'))));
  response.destroy();
  expect(await server.close()).toBe(undefined);
});
