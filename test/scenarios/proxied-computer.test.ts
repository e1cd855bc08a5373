/** Jobs on a computer that can run no agent: nothing but a shell is there, and a server of ssh that may go away. */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { findSshd, type SshServer, startSshServer } from '#test/contract/driver/ssh-server.ts';
import { type FarTools, farTools } from '#test/contract/site/far-shells.ts';
import type { Fleet } from '#test/support/fleet/fleet.ts';
import { logOf, merge, openPull, printed, push, settled, suite } from '#test/support/fleet/story.ts';
import { type FleetOptions, withFleet } from '#test/support/fleet/with-fleet.ts';
import { until } from '#test/support/until.ts';

const minute = 60_000;
const sshd = await findSshd();
let server: SshServer;
let tools: FarTools;
let directory: string;

beforeAll(async () => {
  tools = await farTools('/bin/sh');
  if (sshd) server = await startSshServer(sshd, tools.path);
});
beforeEach(context => {
  if (!sshd) context.skip('needs sshd, the server of OpenSSH');
});
afterAll(async () => {
  await server?.close();
  await tools.remove();
});

/** A fleet with one such computer, which is the image `minix`. */
async function withComputer(
  body: (fleet: Fleet, there: string) => Promise<void>,
  options: Pick<FleetOptions, 'secrets' | 'isTls'> = {},
): Promise<void> {
  await server.start();
  directory = await mkdtemp(join(tmpdir(), 'paddock-computers-'));
  const there = join(directory, 'there');
  const { port, user, key, hostKey } = server;
  const computer = {
    ...{ name: 'minix', host: '127.0.0.1', port, user, key, 'host-key': hostKey, images: ['minix'] },
    ...{ proxy: true, directory: there },
  };
  await writeFile(join(directory, 'computers.yaml'), JSON.stringify({ computers: [computer] }));
  const image = { name: 'minix', os: 'minix', arch: 'i386', machine: { driver: 'ssh' as const } };
  const made = {
    localHost: { computers: join(directory, 'computers.yaml') },
    images: [{ ...image, agent: { mode: 'proxy' as const } }],
  };
  try {
    await withFleet({ made, max: 1, ...options }, async fleet => {
      await body(fleet, there);
      const isEmpty = async () => (await readdir(there)).length === 0;
      await until('nothing is left there', isEmpty, { timeoutMs: minute });
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const withArtifact = {
  '.paddock.yml': JSON.stringify({
    version: 1,
    suites: { default: { steps: ['cat README.md; command -v node || echo "no node"'] } },
    'on-merge': { dist: { steps: ['mkdir dist; printf "made here" > dist/product'], artifacts: ['dist/*'] } },
  }),
};

test('a job passes there without Node, and an artifact comes back, by TLS', { timeout: 3 * minute }, () =>
  withComputer(
    async fleet => {
      const pull = await openPull(fleet, withArtifact);
      const job = await settled(fleet, pull.head, 'default', minute);
      expect(job).toMatchObject({ standing: 'passed', attempts: 1 });
      expect(await logOf(fleet, job)).toBe('rocket\nno node\n');
      const dist = await settled(fleet, await merge(fleet, pull), 'dist', minute);
      expect(dist).toMatchObject({ standing: 'passed', artifacts: [{ path: 'dist/product' }] });
      expect((await fleet.api.bytes(dist.artifacts[0]?.url ?? '')).toString()).toBe('made here');
    },
    { isTls: true },
  ),
);

test(
  'a step that ends with 3 fails the job, and its output is seen while it runs',
  { timeout: 2 * minute },
  () =>
    withComputer(async (fleet, there) => {
      const { head } = await openPull(
        fleet,
        suite(`echo waiting; while [ ! -e ${there}/go ]; do sleep 0.1; done; exit 3`),
      );
      await printed(fleet, head, 'waiting');
      await writeFile(join(there, 'go'), '');
      const job = await settled(fleet, head, 'default', minute);
      expect(job).toMatchObject({ standing: 'failed', attempts: 1 });
      expect(job.history.at(-1)?.end).toMatchObject({ reason: 'exited', exitCode: 3 });
      await rm(join(there, 'go'));
    }),
);

test('a hundred thousand lines arrive byte for byte, and no secret does', { timeout: 2 * minute }, () =>
  withComputer(
    async fleet => {
      const { head } = await openPull(fleet, suite('seq 100000', 'echo "$TOKEN"'));
      const job = await settled(fleet, head, 'default', minute);
      const lines = Array.from({ length: 100_000 }, (_, i) => `${i + 1}\n`).join('');
      expect((await logOf(fleet, job)) === `${lines}${'*'.repeat(21)}\n`).toBe(true);
    },
    { secrets: { TOKEN: 'correct-horse-battery' } },
  ),
);

test('what a cancelled job has sent into a session of its own is gone there', { timeout: 2 * minute }, () =>
  withComputer(async fleet => {
    // Without the mark by which this host, which plays the computer too, would find it.
    const flees = 'env -u PADDOCK_MACHINE setsid sh -c "trap : TERM; while :; do sleep 1; done"';
    const { head } = await openPull(fleet, suite(`${flees} & echo "orphan $!"; sleep 300`));
    const { id } = await printed(fleet, head, 'orphan');
    const pid = /orphan (\d+)/.exec(await logOf(fleet, await fleet.api.job(id)))?.[1];
    expect(existsSync(`/proc/${pid}/cwd`)).toBe(true);
    await fleet.api.cancelJob(id);
    const job = await settled(fleet, head, 'default', minute);
    expect(job).toMatchObject({ standing: 'cancelled', attempts: 1 });
    expect(existsSync(`/proc/${pid}/cwd`)).toBe(false);
  }),
);

test(
  'a server that goes away in the middle of a step costs the attempt, not the verdict',
  { timeout: 3 * minute },
  () =>
    withComputer(async (fleet, there) => {
      const pull = await openPull(
        fleet,
        suite(`echo "pid $$"; if [ -e ${there}/again ]; then exit 0; fi; : > ${there}/again; sleep 300`),
      );
      const running = await printed(fleet, pull.head, 'pid');
      const pid = /pid (\d+)/.exec(await logOf(fleet, running))?.[1];
      await server.stop();
      await until(
        'the first attempt is over',
        async () => (await fleet.api.job(running.id)).history[0]?.end != null,
        {
          timeoutMs: minute,
        },
      );
      await server.start();
      const job = await settled(fleet, pull.head, 'default', 2 * minute);
      expect(job).toMatchObject({ standing: 'passed', attempts: 2 });
      expect(job.history[0]?.end).toMatchObject({
        reason: 'setup-failed',
        message: expect.stringMatching(
          /the connection was lost.* while it ran; how it ended there is not known/,
        ),
      });
      expect(existsSync(`/proc/${pid}/cwd`)).toBe(false);
      await rm(join(there, 'again'));
      expect(
        (await settled(fleet, (await push(fleet, pull, suite('true'))).head, 'default', minute)).standing,
      ).toBe('passed');
    }),
);
