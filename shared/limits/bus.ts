/** Bounds of NATS: its server, its clients, their credentials. */
import { hour, MiB, second } from './units.ts';

export const busLimits = {
  /** nats-server must be at least this; Debian 12 has it. Older lack live revocation with the full resolver. */
  natsServerOldest: '2.9.10',
  /** A public address is bound only by a release with the fixes for its line (the last are open-ended). */
  natsServerPublic: ['2.10.27', '2.11.1', '2.12.0'],
  natsPingMs: 5 * second,
  /** A host tries to reconnect after one to two of these: soon, and not all in the same instant. */
  natsReconnectMs: 500,
  natsPayloadBytes: 1 * MiB,
  /** The coordinator's own credential; a new one is signed at every connect, and its end only makes it connect again. */
  natsCredentialMs: 24 * hour,
  /** A peer needs two subscriptions; more would only be memory of the server's. */
  natsPeerSubscriptions: 16,
  natsConnections: 65_536,
  /** Room for a machine under emulation to sign its login. */
  natsLoginMs: 10 * second,
  /** A nats-server that does not answer after this long has failed to start. */
  natsStartMs: 15 * second,
  /** TERM, then this long, then KILL. */
  natsStopMs: 5 * second,
  natsRestartFirstMs: 100,
  natsRestartMaxMs: 5 * second,
  /** How often an adopted server is looked at and rotated logs are removed. */
  natsWatchMs: 500,
  /** One log file of the server; the one before it is kept. */
  natsLogBytes: 4 * MiB,
  /** About 100 bytes each in an account claim, which must fit one payload. */
  natsRevocations: 8_000,
  natsRequestMs: 5 * second,
  /** Requests of one subject: handlers at once, and what may wait per sender and in all; beyond it peers repeat. */
  busHandlers: 64,
  busSenderMessages: 256,
  busSenderBytes: 4 * MiB,
  busWaitingBytes: 64 * MiB,
  /** Buffers for large messages that are kept for the next ones: as much as an agent sends ahead, 2.5 MiB. */
  busFreeBuffers: 8,
  /** The same complaint about the same peer is logged once in this time, with a count. */
  complaintMs: 10 * second,
} as const;
