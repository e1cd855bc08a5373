/** Bounds of images: their files, their versions, their probation. */
import { GiB, hour, MiB, minute, second } from './units.ts';

export const imagesLimits = {
  /** Files of images and snapshots that no machine was made of for this long make room. */
  imageKeepMs: 14 * 24 * hour,
  /** One file of an image, fetched: 10 GiB at 3 MiB/s. */
  imageFetchMs: 1 * hour,
  /** Files that a host is told to fetch ahead, of 20 images at least: some 90 bytes of one message for each. */
  imageFilesAhead: 64,
  /** One that could not be fetched ahead is tried again after this. While something is on its way or missing, a host looks this often. */
  imageAheadAgainMs: 1 * minute,
  imageAheadLookMs: 1 * second,
  /** What a host says of its files: downloads and failures, the first few of each. */
  imageFilesNamed: 8,
  /** Of a disk so much stays free when a file of an image is fetched. */
  imageFreeBytes: 256 * MiB,
  /** A download of an image that brings nothing for this long has failed. */
  imageStallMs: 30 * second,
  /** Versions of an image that are kept: the current one, and the newest of the others to roll back to. */
  imageVersions: 10,
  /** Machines at once of a version that the conformance suite runs on. */
  probationMachines: 2,
  /** A version that never reported in after so many starts is refused. */
  probationBoots: 2,
  /** The whole suite, its wait for hosts included. */
  probationMs: 1 * hour,
  /** A machine's clock may be off by this much: tokens and TLS want no better. */
  probationClockMs: 10 * second,
  /** Lines that were printed 2 s apart come at least this far apart. */
  probationLiveMs: 1 * second,
  /** Open heads that a new version of an image is tried on, the newest first, and of how many sources are read at once. */
  backfillHeads: 500,
  backfillsAtOnce: 8,
  /** How often a version on probation is looked at; there is none most of the time. */
  probationLookMs: 500,
  /** One file of an image, received from an admin; and one that no version names is removed after this. */
  imageFileBytes: 64 * GiB,
  imageFileKeepMs: 6 * hour,
  /** A token for the files of images lives between one and two of these. */
  imageTokenMs: 6 * hour,
} as const;
