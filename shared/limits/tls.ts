/** Bounds of certificates and of what is said over TLS. */
import { day, hour, minute, second } from './units.ts';

export const tlsLimits = {
  /** Of the authority that `paddock tls init` makes: every host has it in its memory, and its key lies beside what it protects. */
  authorityMs: 10 * 365 * day,
  /** Of a server's certificate: one that was stolen with its key is worth nothing after so long. */
  serverCertificateMs: 90 * day,
  /** A new one is made when so much is left: a coordinator that is off for two months comes back with a valid one. */
  renewCertificateMs: 30 * day,
  /** Certificates begin so long ago: clocks of machines are behind. */
  certificateSkewMs: hour,
  /** A certificate that nobody here renews is complained of when it ends so soon. */
  certificateEndsSoonMs: 14 * day,
  /** How often files of certificates are looked at, besides whenever one of them changes. */
  certificateLookMs: minute,
  /** Somebody who connects and does not finish the handshake is let go of. */
  tlsHandshakeMs: 10 * second,
  /** A year: how long a browser remembers that this name speaks https only. */
  strictTransportMs: 365 * day,
  /** Names that one certificate is for. */
  certificateNames: 100,
} as const;
