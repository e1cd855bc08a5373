/** `npm run test:long -- vm/bring`: agents are brought over ssh into machines whose disks know nothing of them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { logOf, openPull, settled, suite } from '#test/support/fleet/story.ts';
import { makeSshImage, type SshImage, sshImageNeeds } from './ssh-image.ts';
import { lackOfPrograms, useLibvirt } from './use-libvirt.ts';
import { withVirtualFleet } from './virtual-fleet.ts';

const minute = 60_000;
const session = useLibvirt();
let made: SshImage | null = null;

beforeEach(async ({ skip }) => {
  const lack = await lackOfPrograms(sshImageNeeds);
  if (lack) skip(lack);
  made ??= await makeSshImage();
}, 5 * minute);
afterAll(() => made?.remove());

function ours(): SshImage {
  if (!made) throw new Error('there is no image');
  return made;
}

test('a pull request is tested on a system that has an SSH server and Node, and nothing of Paddock', {
  timeout: 10 * minute,
}, () =>
  withVirtualFleet(session(), { image: ours().image }, async fleet => {
    const steps = ['id -un; pwd; cat README.md', 'ls /dev/vd*', 'find ~/.paddock -name ticket; ls -d ~/.paddock/*/*'];
    const { head } = await openPull(fleet, suite(...steps));
    const job = await settled(fleet, head, 'default', 8 * minute);
    expect(job).toMatchObject({ standing: 'passed', attempts: 1 });
    const log = await logOf(fleet, job);
    for (const words of ['build\n/home/build/work/', 'rocket', '/dev/vda\n', 'guest.cjs']) expect(log).toContain(words);
    for (const words of ['/dev/vdb', '/ticket\n']) expect(log).not.toContain(words);
    const said = await readFile(join(fleet.dataDir, 'hosts/local/agent.log'), 'utf8');
    expect(said).not.toContain('PRIVATE KEY');
  }),
);
