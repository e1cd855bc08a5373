/** `npm run test:long -- virtual`: what is killed under a virtual machine at each moment of its life, and what comes of its job. */
import { expect, test } from 'vitest';
import { machineId } from '#shared/ids.ts';
import type { Fleet } from '#test/support/fleet/fleet.ts';
import { killPart } from '#test/support/fleet/parts.ts';
import { logOf, openPull, settled, suite } from '#test/support/fleet/story.ts';
import { until } from '#test/support/until.ts';
import { killQemu } from './kill-qemu.ts';
import { useLibvirt } from './use-libvirt.ts';
import { withVirtualFleet } from './virtual-fleet.ts';

const minute = 60_000;
const session = useLibvirt();

type Victim = 'qemu' | 'libvirt' | 'host' | 'coordinator';
type Moment = 'booting' | 'running' | 'ending';

const strike: Record<Victim, (fleet: Fleet) => Promise<void>> = {
  async qemu() {
    const [name = ''] = await session().domains();
    await killQemu(machineId.parse(name.replace('paddock-', '')));
  },
  libvirt: () => session().restart(),
  host: fleet => killPart(fleet, 'host'),
  coordinator: fleet => killPart(fleet, 'coordinator'),
};

const machineStatus = async ({ api }: Fleet): Promise<string | undefined> =>
  (await api.system()).machines[0]?.status;

const cases = (['qemu', 'libvirt', 'host', 'coordinator'] as const).flatMap(victim =>
  (['booting', 'running', 'ending'] as const).map((moment): [Victim, Moment] => [victim, moment]),
);

test.for(cases)(
  '%s killed while a machine is %s: its job passes, and nothing is left',
  { timeout: 8 * minute },
  ([victim, moment]) =>
    withVirtualFleet(session(), {}, async fleet => {
      const { head } = await openPull(fleet, suite('seq 2000', 'sleep 15', 'echo the end'));
      const reached: Record<Moment, () => Promise<unknown>> = {
        booting: () => until('it boots', async () => (await session().domains()).length > 0, patience),
        running: () => until('it is busy', async () => (await machineStatus(fleet)) === 'busy', patience),
        ending: () => settled(fleet, head, 'default', 4 * minute),
      };
      await reached[moment]();
      await strike[victim](fleet).catch(error => {
        // At its end a machine may be gone before anybody can kill it.
        if (moment !== 'ending') throw error;
      });
      const job = await settled(fleet, head, 'default', 5 * minute);
      expect(job).toMatchObject({ standing: 'passed' });
      expect(job.attempts).toBeLessThanOrEqual(victim === 'qemu' && moment === 'running' ? 2 : 1);
      expect(await logOf(fleet, job)).toMatch(/1\n2\n3\n[\s\S]*\n2000\n[\s\S]*the end\n$/);
    }),
);

const patience = { timeoutMs: 3 * minute, everyMs: 20 };
