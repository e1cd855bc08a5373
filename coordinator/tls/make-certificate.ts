/**
 * Certificates (RFC 5280) of a private authority: it, and what it signs. The structures are pkijs', keys and signatures those of
 * Node. Loaded only where one is made: it is half a megabyte.
 */
import {
  createHash,
  createPrivateKey,
  KeyObject,
  randomBytes,
  webcrypto,
  X509Certificate,
} from 'node:crypto';
import { isIP } from 'node:net';
import { BitString, Integer, OctetString, Utf8String } from 'asn1js';
import {
  AltName,
  AttributeTypeAndValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  Extension,
  ExtKeyUsage,
  GeneralName,
} from 'pkijs';
import { addressBytes } from './names.ts';

/** Both in PEM; the key in PKCS #8. */
export type Issued = { certificate: string; key: string };
export type Validity = { startsAt: number; endsAt: number };

const curve = { name: 'ECDSA', namedCurve: 'P-256' } as const;

/** A certificate that signs others and nothing else; signed by itself. */
export async function makeAuthority(name: string, validity: Validity): Promise<Issued> {
  const keys = await newKeys();
  const usage = keyUsage(keyCertSign | crlSign);
  const constraints = new BasicConstraints({ cA: true, pathLenConstraint: 0 });
  const extensions = [
    extension('2.5.29.19', true, constraints.toSchema()),
    extension('2.5.29.15', true, usage),
    subjectKey(await idOf(keys.publicKey)),
  ];
  return sign({ subject: name, issuer: name, keys, signer: keys.privateKey, validity, extensions });
}

/** A server's certificate for these names, with a key of its own. */
export async function issueServer(
  authority: Issued,
  names: readonly string[],
  validity: Validity,
): Promise<Issued> {
  const [keys, above] = [await newKeys(), new X509Certificate(authority.certificate)];
  const signer = await signingKey(authority.key);
  const extensions = [
    extension('2.5.29.19', true, new BasicConstraints({ cA: false }).toSchema()),
    extension('2.5.29.15', true, keyUsage(digitalSignature)),
    extension('2.5.29.37', false, new ExtKeyUsage({ keyPurposes: [serverAuth] }).toSchema()),
    extension('2.5.29.17', false, new AltName({ altNames: names.map(generalName) }).toSchema()),
    subjectKey(await idOf(keys.publicKey)),
    extension(
      '2.5.29.35',
      false,
      new AuthorityKeyIdentifier({ keyIdentifier: octets(keyId(above.publicKey)) }).toSchema(),
    ),
  ];
  const [subject = 'paddock'] = names;
  // RFC 5280: at most 64 characters; the name that counts stands in the extension.
  return sign({
    subject: subject.slice(0, 64),
    issuer: commonName(above),
    keys,
    signer,
    validity,
    extensions,
  });
}

type ToSign = {
  subject: string;
  issuer: string;
  keys: CryptoKeyPair;
  signer: CryptoKey;
  validity: Validity;
  extensions: Extension[];
};
type CryptoKeyPair = webcrypto.CryptoKeyPair;
type CryptoKey = webcrypto.CryptoKey;

async function sign({ subject, issuer, keys, signer, validity, extensions }: ToSign): Promise<Issued> {
  const certificate = new Certificate();
  certificate.version = 2; // the third
  certificate.serialNumber = new Integer({ valueHex: serialNumber().buffer });
  for (const [part, name] of [
    [certificate.issuer, issuer],
    [certificate.subject, subject],
  ] as const)
    part.typesAndValues.push(
      new AttributeTypeAndValue({ type: '2.5.4.3', value: new Utf8String({ value: name }) }),
    );
  certificate.notBefore.value = new Date(validity.startsAt);
  certificate.notAfter.value = new Date(validity.endsAt);
  certificate.extensions = extensions;
  await certificate.subjectPublicKeyInfo.importKey(keys.publicKey);
  await certificate.sign(signer, 'SHA-256');
  const der = Buffer.from(certificate.toSchema(true).toBER(false));
  const key = KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' });
  return { certificate: new X509Certificate(der).toString(), key: String(key) };
}

const newKeys = (): Promise<CryptoKeyPair> => webcrypto.subtle.generateKey(curve, true, ['sign', 'verify']);

const signingKey = (pem: string): Promise<CryptoKey> =>
  webcrypto.subtle.importKey(
    'pkcs8',
    createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' }),
    curve,
    false,
    ['sign'],
  );

/** 128 bits of which 120 are chance; the first byte keeps it positive and of one length. */
const serialNumber = (): Uint8Array<ArrayBuffer> => Uint8Array.from([1, ...randomBytes(15)]);

const [digitalSignature, keyCertSign, crlSign] = [0x80, 0x04, 0x02];
const serverAuth = '1.3.6.1.5.5.7.3.1';

/** One byte of named bits; the zeros at its end are not counted (X.690, 11.2.2). */
function keyUsage(bits: number): BitString {
  const unusedBits = 31 - Math.clz32(bits & -bits);
  return new BitString({ valueHex: Uint8Array.of(bits).buffer, unusedBits });
}

const octets = (bytes: Uint8Array): OctetString =>
  new OctetString({ valueHex: Uint8Array.from(bytes).buffer });

const extension = (extnID: string, critical: boolean, value: { toBER(sizeOnly?: boolean): ArrayBuffer }) =>
  new Extension({ extnID, critical, extnValue: value.toBER(false) });

const subjectKey = (id: Uint8Array): Extension => extension('2.5.29.14', false, octets(id));

/** SHA-1 of the public key's bits (RFC 5280, 4.2.1.2), a name and no security: they are the last 65 bytes for P-256. */
const keyId = (key: KeyObject): Uint8Array =>
  createHash('sha1')
    .update(key.export({ type: 'spki', format: 'der' }).subarray(-65))
    .digest();
const idOf = async (key: CryptoKey): Promise<Uint8Array> => keyId(KeyObject.from(key));

const generalName = (name: string): GeneralName =>
  isIP(name) === 0
    ? new GeneralName({ type: 2, value: name })
    : new GeneralName({ type: 7, value: octets(addressBytes(name)) });

const commonName = ({ subject }: X509Certificate): string => /^CN=(.*)$/m.exec(subject)?.[1] ?? subject;
