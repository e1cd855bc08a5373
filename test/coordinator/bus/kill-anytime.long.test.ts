import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { createUserKey } from '#agent/credentials/user-key.ts';
import { newId } from '#coordinator/store/new-id.ts';
import { withBench } from './with-bus.ts';

const program = new URL('./hold-bus.ts', import.meta.url).pathname;

async function serversOf(dir: string): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-ww', '-o', 'command=']);
  return stdout.split('\n').filter(line => line.includes(`-c ${dir}/nats/server-`)).length;
}

test('a coordinator killed at any moment of its start leaves at most one server, on one port', async () => {
  await withBench(async ({ start, dir }) => {
    const ports = new Set<string>();
    for (let kill = 0; kill < 40; kill++) {
      const { publicKey } = createUserKey();
      const child = spawn(process.execPath, [program, dir, newId.machine(), publicKey], { stdio: 'ignore' });
      // Spread over Node's start, the locks, the server's start and the login.
      await pause(150 + kill * 8);
      child.kill('SIGKILL');
      await once(child, 'exit');
      expect(await serversOf(dir)).toBeLessThanOrEqual(1);
      if (kill % 10 !== 9) continue;
      const bus = await start();
      ports.add(bus.natsUrl);
      expect(await serversOf(dir)).toBe(1);
      await bus.close();
      expect(await serversOf(dir)).toBe(0);
    }
    expect(ports.size).toBe(1);
  });
});
