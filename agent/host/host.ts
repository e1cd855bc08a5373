/** Composition root of the host agent: makes its parts, starts them in order, closes them in reverse. */

import type { HostDesired } from '#shared/host-messages.ts';
import type { HostId, MachineId } from '#shared/ids.ts';
import { PROTOCOL_VERSION } from '#shared/messages.ts';
import type { ProcessTable } from '../process-tree/process-table.ts';
import { processTableFor } from '../process-tree/table-for-platform.ts';
import { type Believed, tellGuests, variablesOf } from './believed.ts';
import { readCapacity } from './capacity.ts';
import type { HostConfig } from './config.ts';
import { type Credential, openCredential } from './credential.ts';
import { openCommandDriver } from './drivers/command/command-driver.ts';
import type { Driver } from './drivers/driver.ts';
import { openLibvirtDriver } from './drivers/libvirt/libvirt-driver.ts';
import { probeAccelerator } from './drivers/libvirt/probe-accelerator.ts';
import { probeArchitectures } from './drivers/libvirt/probe-architectures.ts';
import { openProcessDriver } from './drivers/process/process-driver.ts';
import { openEvidence } from './evidence.ts';
import { createFetchAhead, type FetchAhead } from './images/fetch-ahead.ts';
import { type ImageStore, openImageStore } from './images/image-store.ts';
import { openLedger } from './ledger.ts';
import type { Log } from './log.ts';
import { Reconciler } from './reconciler.ts';
import { type Session, startSession } from './session.ts';
import { openStateDirectory, type StateDirectory } from './state-directory.ts';

export type Host = {
  /** Stops reporting and lets go of everything; machines go on. */
  close(): Promise<void>;
};

/**
 * Starts the host agent and resolves when it looks after its machines (whether or not a coordinator answers).
 * `signal` ends a first enrolment that goes on and on. Throws the operational errors of its parts; nothing stays open.
 */
export async function startHost(config: HostConfig, log: Log, signal: AbortSignal): Promise<Host> {
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    await open(config, log, signal, closers);
    return { close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function open(
  config: HostConfig,
  log: Log,
  signal: AbortSignal,
  closers: (() => Promise<void>)[],
): Promise<void> {
  const table = processTableFor(process.platform);
  const state = await openStateDirectory(config.state, table);
  closers.push(state.release);
  const ledger = await openLedger(state.ledger);
  const credential = await openCredential({ ...config, state, log, signal });
  const { host } = credential;
  let session: Session | null = null;
  const onChange = () => session?.wake();
  const believed = await tellGuests(credential.authorities, state.authorities, config.extraCaFile);
  const parts = { config, state, credential, believed, table, log, onChange };
  const { drivers, ahead } = await openDrivers(parts, closers);
  const evidence = await openEvidence(state.evidence, log);
  const reconciler = new Reconciler({ host, drivers, ledger, evidence, log, onChange });
  closers.push(() => reconciler.close());
  await reconciler.ready;
  const report = () => reportOf(state, host, { drivers, ahead, reconciler });
  const obey = (set: HostDesired) => {
    reconciler.obey(set);
    if (set.imageFiles) ahead?.want(set.imageFiles);
  };
  const told = (ids: MachineId[]) => reconciler.told(ids);
  const ended = { ...evidence, ids: () => reconciler.evidenceOf() };
  session = startSession({ credential, report, evidence: ended, obey, told, log });
  closers.push(session.close);
  log('info', 'the host agent is up', { host, state: state.path, drivers: drivers.map(nameOf).join(', ') });
}

type DriverParts = {
  config: HostConfig;
  state: StateDirectory;
  credential: Credential;
  believed: Believed | null;
  table: ProcessTable;
  log: Log;
  onChange: () => void;
};

type Closers = (() => Promise<void>)[];

/** `ahead`: of the one driver that needs files of images; null without it. */
type Opened = { drivers: Driver[]; ahead: FetchAhead | null };

/** The process driver, and those that are configured. */
async function openDrivers(parts: DriverParts, closers: Closers): Promise<Opened> {
  const { config, state, credential, believed, table, log } = parts;
  const { guestBundle: bundle, libvirt, command, ssh } = config;
  const surroundings = { ...config.surroundings, variables: variablesOf(believed) };
  const owner = credential.host;
  const drivers: Driver[] = [];
  const take = (driver: Driver) => {
    closers.push(() => driver.close());
    drivers.push(driver);
  };
  take(await openProcessDriver({ ...state, owner, bundle, surroundings, table, log }));
  const images = libvirt && (await openImageStore(state.images, credential.authorities, log));
  if (images) closers.push(images.close);
  const ahead = images && createFetchAhead({ images, log, onChange: parts.onChange });
  if (ahead) closers.push(ahead.close);
  if (libvirt && images) take(await openVirtualDriver(libvirt, images, parts));
  if (command) {
    const { home, ...rest } = command;
    const machines = state.commands;
    take(
      await openCommandDriver({
        ...{ machines, owner, bundle, believed, log },
        ...rest,
        surroundings: { home, ...config.surroundings },
      }),
    );
  }
  if (ssh) {
    const { file, outpostBundle, proxyBundle } = ssh;
    // Loaded only here: the ssh library takes memory that most hosts have better uses for.
    const { openSshDriver } = await import('./drivers/ssh/ssh-driver.ts');
    const { readComputers } = await import('./drivers/ssh/computers.ts');
    const computers = await readComputers(file);
    const bundles = { bundle, outpostBundle, proxyBundle };
    const { leases: machines, proxied, compiled } = state;
    take(
      await openSshDriver({
        machines,
        proxied,
        compiled,
        computers,
        owner,
        ...bundles,
        believed,
        surroundings,
        table,
        log,
      }),
    );
  }
  return { drivers, ahead };
}

async function openVirtualDriver(
  { uri, mirrors, ...home }: NonNullable<HostConfig['libvirt']>,
  images: ImageStore,
  { config, state, believed, credential: { host: owner, natsUrl }, log }: DriverParts,
): Promise<Driver> {
  const { guestBundle: bundle, surroundings } = config;
  const accelerator = await probeAccelerator(surroundings.path);
  const architectures = await probeArchitectures(surroundings.path, accelerator);
  log(
    'info',
    accelerator === 'kvm' ? 'machines run on KVM' : 'machines are emulated: nothing boots with KVM',
    { uri, architectures: architectures.map(({ arch }) => arch).join(', ') },
  );
  return openLibvirtDriver({
    ...{ directory: state.libvirt, owner, uri, accelerator, architectures, images, bundle, natsUrl, log },
    mirrors,
    believed,
    surroundings: { path: surroundings.path, ...home },
  });
}

const nameOf = ({ name, isolation }: Driver): string => `${name} (isolation: ${isolation})`;

async function reportOf(
  { path }: StateDirectory,
  host: HostId,
  { drivers, ahead, reconciler }: Opened & { reconciler: Reconciler },
) {
  const imageFiles = ahead?.observed();
  const capacity = { ...(await readCapacity(path)), ...(imageFiles && { imageFiles }) };
  // Last, and in one go: what is said about the machines must hold together.
  const { acted, machines } = reconciler.observed();
  const offered = drivers.map(({ name, isolation, architectures }) => ({
    name,
    isolation,
    ...(architectures && { architectures: [...architectures] }),
  }));
  return { v: PROTOCOL_VERSION, host, capacity, drivers: offered, acted, machines } as const;
}
