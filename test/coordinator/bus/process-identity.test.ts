import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { inspectByPs, inspectProcess } from '#coordinator/bus/process-identity.ts';

const ways = [
  ['as this system does it', inspectProcess],
  ['by ps', inspectByPs],
] as const;

test.each(ways)(
  'a living process is told from others by its start and its command (%s)',
  async (_, inspect) => {
    const child = spawn('sleep', ['61.5'], { stdio: 'ignore' });
    const pid = child.pid ?? 0;
    const seen = await inspect(pid);
    expect(seen).toMatchObject({ pid, command: 'sleep 61.5' });
    expect((await inspect(pid))?.startedAt).toBe(seen?.startedAt);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await inspect(pid)).toBeNull();
  },
);

test('a process that has ended and waits for its parent is gone', async () => {
  // By the time it ends its parent is a program that never waits for it.
  const shell = spawn('/bin/sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [line] = await once(shell.stdout, 'data');
  const pid = Number(String(line));
  await expect.poll(() => inspectProcess(pid)).toBeNull();
  expect(await inspectByPs(pid)).toBeNull();
  expect(() => process.kill(pid, 0)).not.toThrow();
  shell.kill('SIGKILL');
  await once(shell, 'exit');
});
