/** `npm run test:long -- other-processor`: a whole job in a machine of a processor that this computer does not have. */
import { expect, test } from 'vitest';
import { archOfHost } from '#agent/host/drivers/libvirt/domain.ts';
import { logOf, openPull, settled, suite } from '#test/support/fleet/story.ts';
import { debianImage } from './debian-image.ts';
import { lackOfPrograms, useLibvirt } from './use-libvirt.ts';
import { withVirtualFleet } from './virtual-fleet.ts';

const minute = 60_000;
const session = useLibvirt();

test('a pull request is tested on 64-bit ARM, by a host that says it emulates that', {
  timeout: 30 * minute,
}, async ({ skip }) => {
  if (archOfHost === 'aarch64') skip('this computer is of that processor');
  const lack = await lackOfPrograms(['qemu-system-aarch64', 'aarch64-linux-gnu-gcc']);
  if (lack) skip(lack);
  const image = await debianImage('debian-12-arm64');
  await withVirtualFleet(session(), { image }, async fleet => {
    const steps = [
      'uname -m; id -un; node --version',
      'sudo id -un; echo "int main(){return 0;}" > a.c; cc a.c; ./a.out',
    ];
    const { head } = await openPull(fleet, suite(...steps));
    const job = await settled(fleet, head, 'default', 8 * minute);
    expect(job).toMatchObject({ standing: 'passed', attempts: 1 });
    expect(await logOf(fleet, job)).toMatch(/aarch64\nbuild\nv24\.[\s\S]*root\n/);
    const [host] = await fleet.api.hosts();
    expect(host?.drivers).toContainEqual({
      name: 'libvirt',
      isolation: 'vm',
      architectures: expect.arrayContaining([{ arch: 'aarch64', isEmulated: true }]),
    });
  });
});
