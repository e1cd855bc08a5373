/** Bounds of the audit log. */
import { hour } from './units.ts';

export const auditLimits = {
  /** What is older goes, and of the rest all but so many: some 500 bytes each. */
  auditKeepMs: 400 * 24 * hour,
  auditEntries: 1_000_000,
  auditTidyMs: 1 * hour,
  /** One text of an entry, such as its subject; one list, and all that is kept of before or after, as JSON. */
  auditTextChars: 300,
  auditListItems: 20,
  auditValueChars: 4_000,
  /**
   * Refusals that are written down in one stretch: of one actor, and of everybody. Those beyond are counted, and their
   * number is written when the stretch is over. A stranger is the address, or the 64 bits of it that a provider gives away.
   */
  auditRefusalsMs: 1 * hour,
  auditRefusalsOfOne: 20,
  auditRefusalsOfAll: 1_000,
  /** Entries of one answer, and those that verifying and exporting read at once. */
  auditItems: 100,
  auditScan: 500,
  /** Of each: people's, hosts', machines', attempts' credentials that one inventory names. */
  credentialsListed: 2_000,
} as const;
