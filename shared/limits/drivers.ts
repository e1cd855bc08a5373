/** Bounds of the ways to a machine: libvirt, commands, ssh, the network of a guest. */
import { KiB, MiB, minute, second } from './units.ts';

export const driversLimits = {
  /** virsh is told to end, then this long, then KILL. */
  virshKillMs: 2 * second,
  /** One answer of virsh: a list of machines, or the description of one. */
  virshOutputBytes: 4 * MiB,
  /** When libvirt ends the stream of its events, it is asked for another one after this. */
  virshEventsAgainMs: 1 * second,
  /** A command of an administrator is told to end, then this long, then KILL. */
  commandKillMs: 500,
  /** What it printed is read this long after its end; what it has left running may hold the pipe. */
  commandDrainMs: 500,
  /** One answer of a command: a list of machines, or a console. */
  commandOutputBytes: 4 * MiB,
  /** The end of what a command said on standard error becomes the reason of a machine. */
  commandReasonChars: 500,
  /** What a machine wrote on its console, asked for by a command. */
  commandConsoleMs: 10 * second,
  /**
   * A command tells no events, so a host asks this often what there is: a death is noticed within a second. A slow answer
   * is paid for by a rest of this many times its length: asking takes a fifth of a core at most.
   */
  commandListMs: 500,
  commandListRests: 4,
  /** A computer that is reached by ssh answers within this, login included, or counts as off. */
  sshConnectMs: 10 * second,
  /** From the connection to the first word of what runs there: a login whose shell asks something never comes to it. */
  sshReadyMs: 15 * second,
  /** A host that starts waits this long for its computers; those that answer later, or never, hold nothing up. */
  sshOpenMs: 5 * second,
  /** It is asked whether it is there this often, and let go of after so many silences. */
  sshAliveMs: 5 * second,
  sshSilences: 3,
  /** A lost connection is made again after this, doubled with each failure up to the maximum. */
  sshAgainFirstMs: 250,
  sshAgainMaxMs: 15 * second,
  /** An outpost ends with its input; one that does not answer is not waited for longer than this. */
  sshCloseMs: 1 * second,
  /** A computer that runs no agent (`agent.mode: proxy`) answers what it is asked with at most this: a list of all files. */
  farAnswerBytes: 32 * MiB,
  /** What its login prints before it does what it was asked is looked through in pieces of this. */
  farGreetingBytes: 64 * 1024,
  /** So long it may be out of reach when an attempt begins there or is cleared away; then that has failed. */
  farPatienceMs: 60 * second,
  /** Its processes are looked at this often while they have their grace. */
  farLookMs: 250,
  /** The network of a machine is ready this long after its start, or it has failed. */
  guestListenMs: 10 * second,
  /** An SSH server says what it is as soon as it is asked; one that is silent for this long, in an emulated machine, is none. */
  sshBannerMs: 5 * second,
  /** A machine that boots is asked this often whether its SSH server is up. */
  bringLookMs: 500,
  /** What went wrong on the way of an agent into its machine is tried again after this: it may still be booting. */
  bringAgainMs: 2 * second,
  /** Login and start of what brings an agent, in an emulated machine that has a lot to do: then it is tried again. */
  bringLoginMs: 60 * second,
  /** An agent is brought so long before its boot deadline, at least: later it would not report in in time. */
  bringReserveMs: 5 * second,
  /** So much is kept of what an agent says until it has reported in; it is its console. */
  bringLogBytes: 64 * KiB,
  /** All that a login says while an agent is brought: that, as text in JSON, and what the login prints of its own accord. */
  bringAnswerBytes: 1 * MiB,
  /** Connections of one machine to its coordinator: an agent needs three, git and uploads some more. */
  guestConnections: 64,
  /** Connections of one machine through the proxy of its host: `npm` opens 15 at once, and some tools more. */
  egressConnections: 64,
  /** What is asked of that proxy, without a body: as much as other proxies take, and within this time. */
  egressHeadBytes: 16 * KiB,
  egressHeadMs: 10 * second,
  /** One address that does not answer; the next of its name is tried, so many of them. */
  egressConnectMs: 10 * second,
  egressAddresses: 4,
  /** A connection over which nothing was said for this long is ended; a long computation of a server is shorter. */
  egressIdleMs: 15 * minute,
  /** A name server is asked twice, and waited for this long each time; what it said holds this long, of so many names. */
  egressLookupMs: 3 * second,
  egressNameMs: 30 * second,
  egressNames: 1_000,
  /** Refusals of one machine that are logged one by one; the others are counted. */
  egressRefusalsLogged: 20,
  /** A host looks this often whether the consoles of its VMs have grown beyond their bound. */
  consoleLookMs: 2 * second,
  /** A machine that is to be snapshotted is looked at this often, and has this long to come to rest once it waits. */
  snapshotLookMs: 50,
  snapshotRestMs: 1_500,
  /** Disk that a virtual machine may take whose image does not say (`machine.disk`): its disk is as large as the image's. */
  machineDiskMiB: 4 * 1024,
} as const;
