/** Pull requests that are tested on machines which neither a process of the host nor libvirt makes. */
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openPull, settled, suite } from '#test/support/fleet/story.ts';
import { withFleet } from '#test/support/fleet/with-fleet.ts';
import { until } from '#test/support/until.ts';

const example = fileURLToPath(new URL('../../docs/command-example/', import.meta.url));
const minute = 60_000;

test('the example of commands makes machines that test a pull request', { timeout: 2 * minute }, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'paddock-commands-'));
  await cp(example, directory, { recursive: true });
  const made = {
    localHost: { command: { directory } },
    images: [{ name: 'cloud', os: 'linux', arch: 'any', machine: { driver: 'command' as const } }],
  };
  try {
    await withFleet({ made, max: 1 }, async fleet => {
      const { head } = await openPull(fleet, suite('cat README.md', 'echo "$HOME"'));
      const job = await settled(fleet, head, 'default', minute);
      expect(job).toMatchObject({ standing: 'passed', attempts: 1 });
      const log = String(await fleet.api.bytes(job.history.at(-1)?.logUrl ?? ''));
      expect(log).toContain('rocket');
      expect(log).toContain(join(directory, 'machines'));
      await until(
        'no machine is left',
        async () => (await readdir(join(directory, 'machines'))).length === 0,
        {
          timeoutMs: minute,
        },
      );
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
