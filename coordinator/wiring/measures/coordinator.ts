import { statfs } from 'node:fs/promises';
import type { Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { type LabelsOf, type Sample, sample } from '#shared/metrics.ts';
import type { Config } from '../../config/config.ts';
import { findNextTokenEnd } from '../../store/api-tokens.ts';
import { listHosts } from '../../store/hosts.ts';
import type { Tx } from '../../store/store.ts';
import { viewTls } from '../../tls/view.ts';

export async function lookAtDisk(dataDir: string): Promise<Sample[]> {
  const { bavail, blocks, bsize } = await statfs(dataDir);
  return [
    sample('paddock_disk_free_bytes', {}, bavail * bsize),
    sample('paddock_disk_size_bytes', {}, blocks * bsize),
  ];
}

/** Of what ends and is not renewed by itself. A certificate of the private authority is; that it was not is worth knowing. */
export async function lookAtCredentials(read: Tx, config: Config, now: Instant): Promise<Sample[]> {
  const shown = config.tls.length > 0 ? (await viewTls(config.dataDir, config, now)).certificates : [];
  const certificates = shown.filter(({ shownBy }) => shownBy.length > 0).map(({ endsAt }) => endsAt);
  // A host renews its own for as long as it is heard of.
  const silent = (await listHosts(read)).filter(({ lastSeenAt }) => now - lastSeenAt >= limits.hostSilenceMs);
  const logins = silent.map(({ lastSeenAt }) => lastSeenAt + limits.hostCredentialMs);
  const token = await findNextTokenEnd(read, now);
  return [
    ...firstOf('tls-certificate', certificates),
    ...firstOf('host-login', logins),
    ...firstOf('api-token', token === null ? [] : [token]),
  ];
}

type Kind = LabelsOf<'paddock_credential_expiry_timestamp_seconds'>['kind'];

const firstOf = (kind: Kind, ends: readonly Instant[]): Sample[] =>
  ends.length === 0
    ? []
    : [sample('paddock_credential_expiry_timestamp_seconds', { kind }, Math.min(...ends) / 1_000)];
