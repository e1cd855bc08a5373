/** Bounds of machines and hosts: how long they take, how many there are, what is kept of those that failed. */
import { hour, KiB, MiB, minute, second } from './units.ts';

export const machinesLimits = {
  bootDeadlineMs: 120 * second,
  retireDeadlineMs: 60 * second,
  /** An image that did not start on a host is tried there again after this, doubled each time up to the maximum. */
  bootRetryFirstMs: 2 * second,
  bootRetryMaxMs: 10 * minute,
  /** The end of a machine's credential and of the machine, busy or not: the job deadline and an hour. */
  machineMaxAgeMs: 7 * hour,
  /** A warm machine with nothing to do is given back after this long. */
  machineIdleMs: 10 * minute,
  hostReportMs: 5 * second,
  /** One enrolment request; longer than a coordinator that is just starting needs to answer. */
  enrolReplyMs: 10 * second,
  /** One look of a host at the machines of one driver. */
  driverListMs: 30 * second,
  /** What a host should have is told in one message (`natsPayloadBytes`): 2 KiB of it for each machine. */
  machinesPerHost: 500,
  /** Creations a host runs at the same time: more only make each of them slower. */
  hostCreatesAtOnce: 4,
  /** A host looks this often whether machines that an earlier start of it made still run: noticed within a second. */
  machineWatchMs: 500,
  /** Console of a machine, kept as boot evidence: its first and its newest part. */
  consoleBytes: 256 * KiB,
  /** The end of a console that goes to the coordinator when a machine never reported in: some screens of it. */
  evidenceChars: 16 * KiB,
  /** Consoles of ended machines that a host keeps for a coordinator that does not answer, and for how long. */
  evidenceWaiting: 200,
  evidenceWaitMs: 24 * hour,
  /** Asking a driver for a console: the end of a machine does not wait longer for it. */
  evidenceReadMs: 10 * second,
  /** What is on a machine's display when it never reported in, as a PNG: a screen of text is some 10 KiB. */
  screenBytes: 256 * KiB,
  /** Neither side of it is longer; the picture before it is packed, in three bytes a pixel, is this large at most. */
  screenSide: 4_096,
  screenRawBytes: 50 * MiB,
  /** Taking it: the end of a machine does not wait longer. */
  screenMs: 5 * second,
  /** Pictures at the coordinator, of the newest machines that never reported in: 25 MiB at most. */
  screensKept: 100,
  /** Consoles that a host sends before its next report. */
  evidencePerReport: 16,
  /** Consoles at the coordinator, of the newest machines that never reported in: 16 to 48 MiB. */
  evidenceKept: 1_000,
  /** Ended machines that a list shows, and how many are looked at for those that failed to start. */
  machinesListed: 20,
  machinesExamined: 200,
  /** Events of one machine's story: one that stays for months has more. */
  machineEvents: 500,
  /** The end of a console in the list of events. */
  evidenceExcerptChars: 500,
  /** What keeps a pool from growing is noted again after this, while it lasts. */
  shortfallRepeatMs: 10 * minute,
  /** Decisions about one pool that are shown at once. */
  poolDecisions: 12,
  /** Without a report for this long a host counts as vanished; its leases still run by their own clock. */
  hostSilenceMs: 30 * second,
  /** A host on which an attempt was lost gets the next machine only when no other host has room, for this long. */
  hostSuspectMs: 5 * minute,
  /** What an administrator says of one host: a line of labels, and things that somebody has counted. */
  hostLabels: 32,
  hostResources: 16,
  hostResource: 10_000,
  hostCredentialMs: 30 * 24 * hour,
  joinTokenMs: 1 * hour,
} as const;
