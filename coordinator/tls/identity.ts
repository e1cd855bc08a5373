/** A server's certificate with its key and its chain, read from PEM and looked at before it is believed to be of use. Pure. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { TlsError } from './errors.ts';
import { namesOf } from './names.ts';

export type Identity = {
  /** PEM. */
  key: string;
  /** PEM: the server's own first. */
  chain: string;
  leaf: X509Certificate;
};

const blocks = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;
const keyBlock = /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----[\s\S]*?-----END (?:[A-Z]+ )*PRIVATE KEY-----/;

/** Every certificate of a PEM text, in its order. Throws `certificate-unusable`. */
export function certificatesIn(text: string, file: string): X509Certificate[] {
  const found = text.match(blocks) ?? [];
  if (found.length === 0) throw unusable(`${file} holds no certificate in PEM (-----BEGIN CERTIFICATE-----)`);
  return found.map((block, index) => {
    try {
      return new X509Certificate(block);
    } catch (cause) {
      throw unusable(`certificate ${index + 1} of ${file} cannot be read`, cause);
    }
  });
}

/** `files`: how the two are called in what is wrong. Throws `certificate-unusable`. */
export function identityFrom(
  texts: { certificate: string; key: string },
  files: { certificate: string; key: string },
): Identity {
  const [leaf, ...others] = certificatesIn(texts.certificate, files.certificate);
  const pem = keyBlock.exec(texts.key)?.[0];
  if (!leaf || pem === undefined)
    throw unusable(`${files.key} holds no private key in PEM (-----BEGIN PRIVATE KEY-----)`);
  const key = readKey(pem, files.key);
  if (!leaf.checkPrivateKey(key)) throw doesNotFit(leaf, others, key, files);
  return {
    key: `${pem}\n`,
    chain: [leaf, ...others].map(String).join(''),
    leaf,
  };
}

function readKey(pem: string, file: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    const isLocked = /ENCRYPTED/.test(pem);
    throw unusable(
      isLocked
        ? `the key in ${file} is encrypted, and nobody is there to ask for its passphrase; decrypt it first: openssl pkey -in ${file} -out FILE`
        : `the key in ${file} cannot be read`,
      isLocked ? undefined : cause,
    );
  }
}

function doesNotFit(
  leaf: X509Certificate,
  others: readonly X509Certificate[],
  key: KeyObject,
  { certificate, key: keyFile }: { certificate: string; key: string },
): TlsError {
  const isLater = others.some(other => other.checkPrivateKey(key));
  return unusable(
    isLater
      ? `${certificate} has the server's certificate not in the first place; put it before those that signed it`
      : `the key in ${keyFile} does not fit the certificate of ${nameOf(leaf)} in ${certificate}`,
  );
}

/** Why nobody would believe this certificate now, in a sentence; null: its dates are right. */
export function problemOfDates(leaf: X509Certificate, now: number): string | null {
  const [startsAt, endsAt] = [leaf.validFromDate.getTime(), leaf.validToDate.getTime()];
  if (now > endsAt) return `the certificate of ${nameOf(leaf)} ended on ${dayOf(endsAt)}`;
  if (now < startsAt)
    return `the certificate of ${nameOf(leaf)} begins on ${dayOf(startsAt)}; is the clock of this computer right?`;
  return null;
}

/** Whether the chain leads to one of these authorities (or is one of them). Dates are not looked at. */
export function leadsTo(chain: readonly X509Certificate[], authorities: readonly X509Certificate[]): boolean {
  const isBelieved = (one: X509Certificate) =>
    authorities.some(({ fingerprint256 }) => fingerprint256 === one.fingerprint256);
  let [current] = chain;
  for (let links = 0; current && links <= chain.length; links++) {
    if (isBelieved(current)) return true;
    const signed: X509Certificate = current;
    const issuer = [...authorities, ...chain].find(
      other => signed.checkIssued(other) && signed.verify(other.publicKey),
    );
    if (issuer?.fingerprint256 === signed.fingerprint256) return false;
    current = issuer;
  }
  return false;
}

/** How people know a certificate: by what it is for, else by its subject. */
export const nameOf = (certificate: X509Certificate): string =>
  namesOf(certificate)[0] ?? subjectText(certificate.subject);

/** The parts of a subject in a line. */
export const subjectText = (subject: string): string => subject.split('\n').join(', ');

export const dayOf = (instant: number): string => new Date(instant).toISOString().slice(0, 10);

const unusable = (message: string, cause?: unknown): TlsError =>
  new TlsError('certificate-unusable', message, cause === undefined ? {} : { cause });
