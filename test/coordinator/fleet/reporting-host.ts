/** A lab with one host that reports, and what comes of it. */
import type { Host } from '#coordinator/store/hosts.ts';
import { listLiveMachines, type Machine } from '#coordinator/store/machines.ts';
import type { HostDesired, ObservedMachine } from '#shared/host-messages.ts';
import type { MachineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { imageOf, openLab, poolOf } from '../support/brain-lab.ts';
import { addHost, addJob, machineNow, reportOf } from '../support/rows.ts';

type State = ObservedMachine['state'];
/** What the host sees of each machine, and the reason where it gives one. */
type Seen = { [id: string]: State | [State, string] };

export type Scene = Awaited<ReturnType<typeof openScene>>;

export async function openScene(max = 3) {
  const lab = await openLab({ pools: [poolOf(imageOf('linux'), { max })] });
  const host = await addHost(lab);
  lab.pass(limits.leaseMs + 1);

  /** The host says what it sees, having acted on this set (null: on none of this start). */
  async function report(
    acted: Pick<HostDesired, 'epoch' | 'generation'> | null,
    seen: Seen = {},
    of: Host = host,
  ) {
    const machines = Object.entries(seen).map(([id, what]) => {
      const [state, reason] = typeof what === 'string' ? [what, ''] : what;
      return { id: id as MachineId, state, reason };
    });
    const { epoch, generation } = acted ?? { epoch: 0, generation: 0 };
    const answer = await lab.fleet.onReport(of.id, {
      ...reportOf(of.id),
      acted: { epoch, generation },
      machines,
    });
    if (!answer) throw new Error('the report got no answer');
    return answer;
  }
  async function onlyMachine(): Promise<Machine> {
    const [machine, ...more] = await listLiveMachines(lab.store.read);
    if (!machine || more.length > 0) throw new Error(`there are ${more.length + (machine ? 1 : 0)} machines`);
    return machine;
  }

  await report(null);
  return {
    lab,
    host,
    report,
    onlyMachine,
    stateOf: async ({ id }: Machine) => (await machineNow(lab, id)).state,
    /** A machine that the planner has asked for, and the set that says so. */
    async requestMachine() {
      await addJob(lab);
      await lab.fleet.tick();
      return { machine: await onlyMachine(), desired: await lab.fleet.desiredFor(host.id) };
    },
  };
}
