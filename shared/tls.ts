/** TLS as people and machines are told of it: which listeners speak it, and by which certificates. */
import * as z from 'zod';

/** The three addresses of a coordinator, as `listen` of its configuration names them. */
export const listenerName = z.enum(['people', 'machines', 'nats']);
export type ListenerName = z.infer<typeof listenerName>;
export const listenerNames = listenerName.options;

const instant = z.number().int();

export const certificateView = z.object({
  /** `authority`: signs; `own`: signed by it; `given`: by `paddock tls use`; `given-authority`: who signed that. */
  kind: z.enum(['authority', 'own', 'given', 'given-authority']),
  /** Of the subject. */
  subject: z.string(),
  issuer: z.string(),
  /** DNS names and addresses that it is for; an authority has none. */
  names: z.array(z.string()),
  /** SHA-256 of the certificate, in hexadecimal. */
  fingerprint: z.string(),
  startsAt: instant,
  endsAt: instant,
  /** Listeners that show it, if they speak TLS. */
  shownBy: z.array(listenerName),
});
export type CertificateView = z.infer<typeof certificateView>;

/** `paddock tls show --json`. */
export const tlsView = z.object({
  directory: z.string(),
  listeners: z.array(
    z.object({ name: listenerName, address: z.string(), isTls: z.boolean(), isPublic: z.boolean() }),
  ),
  certificates: z.array(certificateView),
  /** `mode` as chmod has it. `isSecret`: holds a key, and has to be 0600. */
  files: z.array(z.object({ file: z.string(), mode: z.string(), isSecret: z.boolean() })),
  /** What is wrong, one sentence each. */
  problems: z.array(z.string()),
});
export type TlsView = z.infer<typeof tlsView>;

/** What hosts are given of the authorities that they are to believe stands behind a join token, after this sign. */
const authoritySign = '.';

/** A join token as people carry it: with the certificates that its host believes, and no others. */
export const withAuthorities = (token: string, authorities: string | null): string =>
  authorities === null ? token : `${token}${authoritySign}${authorities}`;

/** Both parts again; null: it names no authority, so the usual ones are believed. Certificates are DER in base64url. */
export function splitJoinToken(text: string): { token: string; authorities: string | null } {
  const at = text.indexOf(authoritySign);
  return at < 0
    ? { token: text, authorities: null }
    : { token: text.slice(0, at), authorities: text.slice(at + 1) };
}
