/** What `paddock tls show` and `paddock doctor` say of a coordinator's TLS. */
import { X509Certificate } from 'node:crypto';
import { limits } from '#shared/limits.ts';
import { type CertificateView, listenerNames, type TlsView } from '#shared/tls.ts';
import { isLoopback } from '../bus/nats-version.ts';
import { TlsError } from './errors.ts';
import { type Kept, modeOf, readKept, secretFiles, tlsFiles } from './folder.ts';
import { certificatesIn, dayOf, nameOf, problemOfDates, subjectText } from './identity.ts';
import { namesOf } from './names.ts';
import { addressText, type Listening, plainInPublic } from './plain-text.ts';
import { fingerprintOf, shownBy } from './shown.ts';

/** Looks only. */
export async function viewTls(dataDir: string, listening: Listening, now: number): Promise<TlsView> {
  const files = tlsFiles(dataDir);
  const { kept, problem } = await look(() => readKept(files));
  const modes = await Promise.all(
    [...secretFiles(files), files.authority, files.givenAuthority].map(async file => ({
      file,
      mode: await modeOf(file),
      isSecret: secretFiles(files).includes(file),
    })),
  );
  const there = modes.flatMap(({ mode, ...rest }) => (mode === null ? [] : [{ ...rest, mode }]));
  const readable = there.filter(({ isSecret, mode }) => isSecret && !mode.endsWith('00'));
  const certificates = kept ? viewAll(kept, listening) : [];
  return {
    directory: files.folder,
    listeners: listenerNames.map(name => ({
      name,
      address: addressText(listening.listen[name]),
      isTls: listening.tls.includes(name),
      isPublic: !isLoopback(listening.listen[name].host),
    })),
    certificates,
    files: there,
    problems: [
      ...(problem === null ? [] : [problem]),
      ...(kept === null && problem === null && listening.tls.length > 0
        ? ['listen.tls wants certificates, and none were made; make them: paddock tls init']
        : []),
      ...plainInPublic(listening).map(
        ({ name, address }) => `listen.${name} (${address}) speaks plain text, and other computers reach it`,
      ),
      ...readable.map(
        ({ file, mode }) => `${file} holds a key and others may read it (${mode}); chmod 600 it`,
      ),
      ...(kept ? problemsOfDates(kept, now) : []),
    ],
  };
}

async function look(
  read: () => Promise<Kept | null>,
): Promise<{ kept: Kept | null; problem: string | null }> {
  try {
    return { kept: await read(), problem: null };
  } catch (error) {
    if (error instanceof TlsError) return { kept: null, problem: error.message };
    const { code, path } = error as NodeJS.ErrnoException;
    if (code === undefined || path === undefined) throw error;
    return { kept: null, problem: `${path} cannot be read (${code}); check who may read it` };
  }
}

function problemsOfDates({ authority, own, given }: Kept, now: number): string[] {
  const leaves = [
    new X509Certificate(authority.certificate),
    own.leaf,
    ...(given ? [given.identity.leaf] : []),
  ];
  const soon = given && given.identity.leaf.validToDate.getTime() - now < limits.certificateEndsSoonMs;
  const over = leaves.flatMap(leaf => problemOfDates(leaf, now) ?? []);
  if (over.length > 0 || !soon) return over;
  const { leaf } = given.identity;
  return [
    `the certificate of ${nameOf(leaf)} ends on ${dayOf(leaf.validToDate.getTime())}; give a new one: paddock tls use`,
  ];
}

function viewAll(kept: Kept, { tls }: Listening): CertificateView[] {
  const { authority, own, given } = kept;
  const shows = (leaf: X509Certificate) => tls.filter(name => shownBy(kept, name).leaf === leaf);
  const signers = given?.authorities ? certificatesIn(given.authorities, 'the authority') : [];
  return [
    view('authority', new X509Certificate(authority.certificate), []),
    view('own', own.leaf, shows(own.leaf)),
    ...(given ? [view('given', given.identity.leaf, shows(given.identity.leaf))] : []),
    ...signers.map(signer => view('given-authority', signer, [])),
  ];
}

const view = (
  kind: CertificateView['kind'],
  certificate: X509Certificate,
  shownBy: CertificateView['shownBy'],
): CertificateView => ({
  kind,
  subject: subjectText(certificate.subject),
  issuer: subjectText(certificate.issuer),
  names: namesOf(certificate),
  fingerprint: fingerprintOf(certificate.toString()),
  startsAt: certificate.validFromDate.getTime(),
  endsAt: certificate.validToDate.getTime(),
  shownBy,
});
