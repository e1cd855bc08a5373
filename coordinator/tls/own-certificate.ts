/** The private authority of a coordinator, and the certificate that it signs: made, kept in step with names, renewed. */
import { X509Certificate } from 'node:crypto';
import { limits } from '#shared/limits.ts';
import { type Kept, readKept, type TlsFiles, writeAuthority, writeOwn } from './folder.ts';
import { certificateNames, covers, namesOf } from './names.ts';

/** Makes the authority where there is none (or a new one), and a certificate for these names besides those it has. */
export async function makeOwn(
  files: TlsFiles,
  { names, now, isNew = false }: { names: readonly string[]; now: number; isNew?: boolean },
): Promise<Kept> {
  const wanted = certificateNames(names);
  const before = isNew ? null : await readKept(files);
  if (before && !isDue(before, wanted, now)) return before;
  if (before) return renew(files, before, wanted, now);
  const { makeAuthority } = await import('./make-certificate.ts');
  const name = `Paddock ${new Date(now).toISOString().slice(0, 16)}`;
  const authority = await makeAuthority(name, lasting(now, limits.authorityMs));
  await writeAuthority(files, authority);
  await issue(files, authority, wanted, now);
  return (await readKept(files)) as Kept;
}

/** Null: what is kept will do. Else it was renewed, for the names it had and these. */
export async function renewOwn(
  files: TlsFiles,
  kept: Kept,
  names: readonly string[],
  now: number,
): Promise<Kept | null> {
  return isDue(kept, names, now) ? renew(files, kept, names, now) : null;
}

async function renew(files: TlsFiles, kept: Kept, names: readonly string[], now: number): Promise<Kept> {
  const all = certificateNames([...namesOf(kept.own.leaf), ...names]);
  await issue(files, kept.authority, all, now);
  return (await readKept(files)) as Kept;
}

/** It ends soon, lacks a name, or was signed by another authority than the one that is kept. */
function isDue({ own: { leaf }, authority }: Kept, names: readonly string[], now: number): boolean {
  const isEnding = leaf.validToDate.getTime() - now < limits.renewCertificateMs;
  const isForeign = !leaf.verify(new X509Certificate(authority.certificate).publicKey);
  return isEnding || isForeign || names.some(name => !covers(leaf, name));
}

async function issue(
  files: TlsFiles,
  authority: Kept['authority'],
  names: readonly string[],
  now: number,
): Promise<void> {
  const { issueServer } = await import('./make-certificate.ts');
  const { startsAt, endsAt } = lasting(now, limits.serverCertificateMs);
  // Never beyond its authority: then it would be believed no longer than that anyway.
  const last = new X509Certificate(authority.certificate).validToDate.getTime();
  const own = await issueServer(authority, names, { startsAt, endsAt: Math.min(endsAt, last) });
  await writeOwn(files, own, authority.certificate);
}

const lasting = (now: number, ms: number) => ({ startsAt: now - limits.certificateSkewMs, endsAt: now + ms });
