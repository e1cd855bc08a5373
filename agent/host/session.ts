/**
 * The host's side of the control protocol: says what is, every `limits.hostReportMs` and at each change, and hands over
 * what should be. Level-triggered: a lost message costs one interval. One loop does everything in turn, so that reports
 * never overtake each other. While the coordinator cannot be reached machines go on.
 */

import {
  type BootEvidence,
  evidenceAnswer,
  type HostDesired,
  type HostReport,
  hostDesired,
} from '#shared/host-messages.ts';
import type { HostId, MachineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { PROTOCOL_VERSION } from '#shared/messages.ts';
import { type Connection, isRefusal, openConnection } from './connection.ts';
import type { Credential } from './credential.ts';
import { messageOf } from './errors.ts';
import type { Kept } from './evidence.ts';
import type { Log } from './log.ts';
import { startLoop } from './loop.ts';

export type SessionParts = {
  credential: Credential;
  report: () => Promise<HostReport>;
  /** Consoles that the coordinator has not answered for, and what to do with one that it has. */
  evidence: {
    ids: () => MachineId[];
    read: (id: MachineId) => Promise<Kept | null>;
    drop: (id: MachineId) => Promise<void>;
  };
  obey: (set: HostDesired) => void;
  /** The coordinator has answered a report that said these machines are gone. */
  told: (ids: MachineId[]) => void;
  log: Log;
};

export type Session = {
  /** Something has changed: report it now. */
  wake(): void;
  close(): Promise<void>;
};

/** Starts to report; the first connection, too, is tried for ever. */
export function startSession(parts: SessionParts): Session {
  const session = new HostSession(parts);
  return { wake: () => session.wake(), close: () => session.close() };
}

class HostSession {
  readonly #parts: SessionParts;
  readonly #loop;
  #connection: Connection | null = null;
  #trouble: string | null = null;
  /** Monotonic: when the last answer came, or this session began. */
  #heardAt = performance.now();
  /** Monotonic. */
  #renewNotBefore = 0;
  #isRefused = false;
  /** Monotonic: a coordinator that takes no consoles is not asked with every report. */
  #evidenceNotBefore = 0;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.#loop = startLoop(signal => this.#turn(signal));
  }

  wake(): void {
    this.#loop.wake();
  }

  async close(): Promise<void> {
    // Closing the connection also ends a request that is under way.
    const closed = this.#connection?.close();
    await this.#loop.close();
    await closed;
    await this.#connection?.close();
  }

  async #turn(signal: AbortSignal): Promise<number> {
    try {
      await this.#keepCredential(signal);
      this.#connection ??= await this.#connect();
      await this.#report(this.#connection);
      this.#noteTrouble(null);
      const dueIn = this.#parts.credential.renewalDueIn();
      return dueIn > 0 ? Math.min(limits.hostReportMs, dueIn + 1) : limits.hostReportMs;
    } catch (error) {
      if (signal.aborted) return 0;
      if (isRefusal(error)) this.#isRefused = true;
      this.#noteTrouble(messageOf(error));
      return limits.retryFirstMs;
    }
  }

  #connect(): Promise<Connection> {
    return openConnection(this.#parts.credential, {
      onPush: payload => this.#obey(payload),
      onChange: isConnected => isConnected && this.#loop.wake(),
      onRefused: () => {
        this.#isRefused = true;
        this.#loop.wake();
      },
    });
  }

  async #report(connection: Connection): Promise<void> {
    // Queued by the library it would arrive stale, after the reconnect that brings a fresh one anyway.
    if (!connection.isConnected()) throw new Error('the connection to NATS is lost');
    await this.#sendEvidence(connection);
    const report = await this.#parts.report();
    const answer = await connection.ask('report', JSON.stringify(report));
    this.#heardAt = performance.now();
    if (!this.#obey(answer)) return;
    this.#parts.told(report.machines.filter(({ state }) => state === 'gone').map(({ id }) => id));
  }

  /** Before the report that says they are gone, so that who reads of the failure reads why. A report never waits for it. */
  async #sendEvidence(connection: Connection): Promise<void> {
    if (performance.now() < this.#evidenceNotBefore) return;
    const { evidence, credential, log } = this.#parts;
    try {
      for (const machine of evidence.ids().slice(0, limits.evidencePerReport)) {
        const kept = await evidence.read(machine);
        if (kept !== null) {
          const message = evidenceMessage(credential.host, machine, kept);
          evidenceAnswer.parse(parseJson(await connection.ask('evidence', JSON.stringify(message))));
        }
        await evidence.drop(machine);
      }
    } catch (error) {
      this.#evidenceNotBefore = performance.now() + limits.hostSilenceMs;
      log('warn', `a console was not handed over: ${messageOf(error)}; it is kept and tried again`);
    }
  }

  #obey(payload: Uint8Array): boolean {
    const set = hostDesired.safeParse(parseJson(payload));
    if (set.success) this.#parts.obey(set.data);
    else
      this.#parts.log(
        'error',
        'the coordinator sent a desired set that this host agent does not understand',
        {
          issue: set.error.issues[0]?.message ?? '',
          path: set.error.issues[0]?.path.join('.') ?? '',
        },
      );
    return set.success;
  }

  /**
   * Enrols again when the credential has had most of its life, when it is refused, and after a silence: the host may have
   * been removed, or NATS may have moved, and the answer cures or explains it.
   */
  async #keepCredential(signal: AbortSignal): Promise<void> {
    const { credential, log } = this.#parts;
    const now = performance.now();
    const isSilent = now - this.#heardAt > limits.hostSilenceMs;
    const isDue = credential.renewalDueIn() < 0 || this.#isRefused || isSilent;
    if (!isDue || now < this.#renewNotBefore) return;
    this.#renewNotBefore = now + limits.hostSilenceMs;
    this.#isRefused = false;
    try {
      await credential.renew(signal);
      await this.#connection?.again();
    } catch (error) {
      if (!signal.aborted) log('warn', `the credential was not renewed: ${messageOf(error)}`);
    }
  }

  /** A line when it begins, when it becomes another, and when it ends: not one every few seconds. */
  #noteTrouble(trouble: string | null): void {
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    if (trouble === null) this.#parts.log('info', 'the coordinator answers');
    else this.#parts.log('warn', `no report reaches the coordinator: ${trouble}; machines go on`);
  }
}

const evidenceMessage = (host: HostId, machine: MachineId, { console, screen }: Kept): BootEvidence => ({
  ...{ v: PROTOCOL_VERSION, host, machine, console },
  ...(screen && { screen: Buffer.from(screen).toString('base64') }),
});

function parseJson(payload: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(payload));
  } catch {
    return null;
  }
}
