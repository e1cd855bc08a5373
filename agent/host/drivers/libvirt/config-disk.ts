/**
 * The config disk tells a fresh machine which one it is, and brings it the agent: a tar archive on a small raw disk, which
 * every Unix unpacks with `tar xf` of the device. Nothing of it is ever part of an image, and images need not be built
 * again for a new agent. A disk of zeros is one that has not been written yet: a warm machine waits for it to change.
 *
 *   environment   NAME=value lines for the agent
 *   ticket        the boot ticket: good for one enrolment, with the first key shown
 *   time          seconds since the epoch when the disk was written: the clock of a clone has stood still
 *   seed          64 hexadecimal digits: clones wake with the same random state and must be told apart
 *   user          who runs the agent and the steps; empty: root
 *   guest.cjs     what is started: it looks whether the agent is the one that was sent
 *   agent.cjs     the agent
 *   ca.pem        certificates that the agent believes; not there where it believes those that everybody does
 */
import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { Header } from 'tar';
import type { BroughtAuthorities } from '../../believed.ts';
import { agentFileNames, checkedStart } from '../checked-start.ts';

/** Room for an agent four times as large. The same for all: a clone has the hardware of its snapshot. */
export const configDiskBytes = 4 * 1024 * 1024;

const blockBytes = 512;

export type ConfigDisk = {
  environment: Readonly<Record<string, string>>;
  ticket: string;
  user: string;
  /** The guest agent's bundle. */
  bundle: Uint8Array;
  /** Of the bundle that shall be started. */
  sha256: string;
  ca: BroughtAuthorities | null;
};

/** Writes the disk of one machine, private to the user of the host agent. Throws when it does not fit. */
export async function writeConfigDisk(path: string, disk: ConfigDisk): Promise<void> {
  const lines = Object.entries(disk.environment).map(([name, value]) => `${name}=${value}\n`);
  const archive = archiveOf({
    environment: lines.join(''),
    ticket: disk.ticket,
    time: (Date.now() / 1_000).toFixed(3),
    seed: randomBytes(32).toString('hex'),
    user: disk.user,
    [agentFileNames.start]: checkedStart(disk.sha256),
    [agentFileNames.agent]: disk.bundle,
    ...(disk.ca && { 'ca.pem': disk.ca.pem }),
  });
  if (archive.length > configDiskBytes)
    throw new Error(`the config disk would need ${archive.length} bytes; it has ${configDiskBytes}`);
  await write(path, archive);
}

/** The disk of a machine that is booted only to be snapshotted, in the same size. */
export const writeEmptyConfigDisk = (path: string): Promise<void> => write(path, Buffer.alloc(0));

async function write(path: string, content: Uint8Array): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(content);
    await file.truncate(configDiskBytes);
  } finally {
    await file.close();
  }
}

function archiveOf(files: Readonly<Record<string, string | Uint8Array>>): Buffer {
  const parts = Object.entries(files).flatMap(([path, content]) => {
    const bytes = Buffer.from(content);
    const header = new Header({ path, size: bytes.length, mode: 0o600, uid: 0, gid: 0, type: 'File' });
    header.encode();
    return [header.block ?? Buffer.alloc(blockBytes), bytes, padding(bytes.length)];
  });
  return Buffer.concat([...parts, Buffer.alloc(2 * blockBytes)]);
}

const padding = (bytes: number): Buffer => Buffer.alloc((blockBytes - (bytes % blockBytes)) % blockBytes);
