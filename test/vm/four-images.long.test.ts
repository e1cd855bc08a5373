/**
 * `npm run test:long -- vm/four`: one commit on four images at once, each made by another driver or of another processor. On
 * the one that is advisory the suite fails: that status alone is red, and what a merge waits for is green.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ImageManifestInput } from '#shared/image-manifest.ts';
import { findSshd, startSshServer } from '#test/contract/driver/ssh-server.ts';
import { type Fleet, repository } from '#test/support/fleet/fleet.ts';
import { openPull, runOf, suite } from '#test/support/fleet/story.ts';
import { withFleet } from '#test/support/fleet/with-fleet.ts';
import { until } from '#test/support/until.ts';
import { debianImage } from './debian-image.ts';
import { useLibvirt } from './use-libvirt.ts';

const minute = 60_000;
const session = useLibvirt();
const sshd = await findSshd();

const required = { serves: { gate: 'required' } } as const;
const simple = (name: string, driver: 'process' | 'ssh'): ImageManifestInput => ({
  name,
  os: 'linux',
  arch: 'any',
  machine: { driver },
});

/** A fleet with four images, and a computer that is reached by ssh for the last. */
async function withFourImages(body: (fleet: Fleet) => Promise<void>): Promise<void> {
  const server = await startSshServer(sshd ?? '');
  const directory = await mkdtemp(join(tmpdir(), 'paddock-computers-'));
  const { port, user, key, hostKey } = server;
  const computer = {
    ...{ name: 'shelf', host: '127.0.0.1', port, user, key, 'host-key': hostKey, images: ['shelf'] },
    ...{ node: process.execPath, directory: join(directory, 'there') },
  };
  const computers = join(directory, 'computers.yaml');
  await writeFile(computers, JSON.stringify({ computers: [computer] }));
  const images = [
    { ...simple('this-computer', 'process'), ...required },
    { ...(await debianImage()), ...required },
    { ...(await debianImage('debian-12-arm64')), ...required },
    simple('shelf', 'ssh'),
  ];
  try {
    await withFleet({ made: { localHost: { libvirt: session().uri, computers }, images }, max: 1 }, body);
  } finally {
    await server.close();
    await rm(directory, { recursive: true, force: true });
  }
}

/** What stands beside the commit on GitHub: the newest status of each context. */
function shownAt({ fake }: Fleet, commit: string): Record<string, string> {
  const statuses = fake.github.statusesOf(repository, commit);
  return Object.fromEntries(
    statuses.map(({ context, state, description }) => [context, `${state}: ${description}`]),
  );
}

test.skipIf(!sshd)(
  'a commit is tested on four images at once, and one that is red and advisory leaves the commit green (needs sshd, the server of OpenSSH)',
  { timeout: 10 * minute },
  () =>
    withFourImages(async fleet => {
      const step = 'uname -sm; echo "on $PADDOCK_IMAGE"; [ "$PADDOCK_IMAGE" != shelf ]';
      const { head } = await openPull(fleet, suite(step));
      const isOver = async () => (await runOf(fleet, head)).standing === 'failed';
      await until('the run is over', isOver, { timeoutMs: 8 * minute });
      const shown = await until(
        'GitHub has heard of all',
        () => {
          const at = shownAt(fleet, head);
          return Object.values(at).every(text => !text.startsWith('pending')) && at;
        },
        { timeoutMs: minute },
      );
      console.log(shown);
      expect(shown).toEqual({
        paddock: 'success: 3 of 3 required jobs passed',
        'paddock/this-computer': expect.stringMatching(/^success: /),
        'paddock/debian-12': expect.stringMatching(/^success: /),
        'paddock/debian-12-arm64': expect.stringMatching(/^success: /),
        'paddock/shelf': expect.stringMatching(/^failure: /),
      });
    }),
);
