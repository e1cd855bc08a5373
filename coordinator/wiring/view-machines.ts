/** What people see of machines, and what is held against images and hosts that do not start. */
import { diagnoseBoot } from '#shared/boot-diagnosis.ts';
import type { HoldBack, MachineDetail, MachineView } from '#shared/fleet-api.ts';
import type { HostId, JobId, MachineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { hasFailedToStart } from '#shared/machine.ts';
import { findDiagnosis } from '../fleet/boot-evidence.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { type BootFailure, backoffIn } from '../fleet/quarantine.ts';
import { hostReason, imageReason } from '../fleet/quarantine-notes.ts';
import type { PeopleParts } from '../http/parts.ts';
import { findAttempt } from '../store/attempts.ts';
import { findEvidence } from '../store/boot-evidence.ts';
import { findScreen, screenBytes } from '../store/boot-screens.ts';
import { listEventsOfMachine } from '../store/events.ts';
import { type Host, listHosts } from '../store/hosts.ts';
import { findMachine, listGoneMachines, listLiveMachines, type Machine } from '../store/machines.ts';
import type { Store } from '../store/store.ts';

export type MachineViewOptions = { store: Store };

type MachineParts = Pick<PeopleParts, 'machines' | 'machine' | 'machineScreen'>;

export function createMachineViews({ store }: MachineViewOptions): MachineParts {
  const { read } = store;

  /** Of those that failed only, unless all are wanted; the newest first. */
  async function ended(all: boolean): Promise<Machine[]> {
    const gone = await listGoneMachines(read, all ? limits.machinesListed : limits.machinesExamined);
    return all ? gone : gone.filter(hasFailed).slice(0, limits.machinesListed);
  }

  const view = async (machine: Machine, hosts: readonly Host[]): Promise<MachineView> =>
    viewMachine(machine, hosts, {
      job: await jobOn(machine),
      diagnosis: hasFailed(machine) ? await findDiagnosis(read, machine.id) : null,
    });

  async function jobOn({ state }: Machine): Promise<JobId | null> {
    return state.status === 'busy' ? ((await findAttempt(read, state.attempt))?.jobId ?? null) : null;
  }

  return {
    async machines(all) {
      const hosts = await listHosts(read);
      const machines = [...(await listLiveMachines(read)), ...(await ended(all))];
      return Promise.all(machines.map(machine => view(machine, hosts)));
    },
    async machine(id: MachineId): Promise<MachineDetail | null> {
      const machine = await findMachine(read, id);
      if (!machine) return null;
      const evidence = await findEvidence(read, id);
      const screen = await screenBytes(read, id);
      const diagnosis =
        evidence && hasFailed(machine) ? diagnoseBoot(evidence.console, screen !== null).text : null;
      return {
        ...viewMachine(machine, await listHosts(read), { job: await jobOn(machine), diagnosis }),
        console: evidence && { text: evidence.console, receivedAt: evidence.receivedAt },
        screen: screen === null ? null : { bytes: screen },
        events: await listEventsOfMachine(read, id, limits.machineEvents),
      };
    },
    machineScreen: id => findScreen(read, id),
  };
}

const hasFailed = ({ state }: Machine): boolean => hasFailedToStart(state);

function viewMachine(
  machine: Machine,
  hosts: readonly Host[],
  found: Pick<MachineView, 'job' | 'diagnosis'>,
): MachineView {
  const { id, image, hostId, state, createdAt, expiresAt } = machine;
  return {
    id,
    image,
    host: nameOf(hosts, hostId),
    status: state.status,
    since: state.status === 'gone' ? state.at : state.since,
    createdAt,
    expiresAt,
    reason: state.status === 'retiring' || state.status === 'gone' ? state.reason : null,
    attempt: state.status === 'busy' ? state.attempt : null,
    hasFailed: hasFailed(machine),
    ...found,
  };
}

const nameOf = (hosts: readonly Host[], id: HostId): string => hosts.find(host => host.id === id)?.name ?? id;

export type Troubles = ReturnType<Fleet['troubles']>;

/** Why no machine of the image is started freely; null when nothing is wrong. */
export function holdBackOfImage(
  { failures, quarantines }: Troubles,
  hosts: readonly Host[],
  image: string,
): HoldBack | null {
  const quarantine = quarantines.images.get(image);
  if (quarantine)
    return held(quarantine.failures[0], quarantine.until, {
      isQuarantined: true,
      text: imageReason(quarantine, host => nameOf(hosts, host)),
    });
  const [newest] = failures.filter(failure => failure.image === image).sort((a, b) => b.at - a.at);
  if (!newest) return null;
  const { until } = backoffIn([newest], { images: new Map(), hosts: new Map() }, image, newest.host) ?? {
    until: newest.at,
  };
  return held(newest, until, {
    isQuarantined: false,
    text: `it failed to start on ${nameOf(hosts, newest.host)}: ${newest.message}`,
  });
}

/** Why no machine is started freely on the host. */
export function holdBackOfHost({ quarantines }: Troubles, host: HostId): HoldBack | null {
  const quarantine = quarantines.hosts.get(host);
  if (!quarantine) return null;
  return held(quarantine.failures[0], quarantine.until, {
    isQuarantined: true,
    text: hostReason(quarantine),
  });
}

const held = (
  { machine }: BootFailure,
  until: number,
  said: Pick<HoldBack, 'isQuarantined' | 'text'>,
): HoldBack => ({ ...said, machine, until });
