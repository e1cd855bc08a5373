import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageManifestInput } from '#shared/image-manifest.ts';
import type { Fleet } from '#test/support/fleet/fleet.ts';
import { type FleetOptions, withFleet } from '#test/support/fleet/with-fleet.ts';
import { until } from '#test/support/until.ts';
import { debianImage } from './debian-image.ts';
import type { LibvirtSession } from './libvirt-session.ts';

const minute = 60_000;

/** `image`: default `debian-12`. `mirrors`: of their host. */
export type VirtualFleetOptions = FleetOptions & { image?: ImageManifestInput; mirrors?: readonly string[] };

/** A fleet whose machines are virtual; afterwards no domain, no file and no snapshot that was begun is left. */
export async function withVirtualFleet(
  session: LibvirtSession,
  { image, mirrors = [], ...options }: VirtualFleetOptions,
  body: (fleet: Fleet) => Promise<void>,
): Promise<void> {
  const made = { localHost: { libvirt: session.uri, mirrors }, images: [image ?? (await debianImage())] };
  await withFleet({ made, max: 1, ...options }, async fleet => {
    await body(fleet);
    const leftOvers = async () => [...(await session.domains()), ...directoriesOf(fleet)];
    await until('no machine is left', async () => (await leftOvers()).length === 0, {
      timeoutMs: 2 * minute,
    });
  });
}

function directoriesOf({ dataDir }: Fleet): string[] {
  const place = join(dataDir, 'hosts/local/libvirt/machines');
  return existsSync(place) ? readdirSync(place) : [];
}
