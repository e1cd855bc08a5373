import { limits } from '#shared/limits.ts';
import type { EnrolAnswer } from '#shared/messages.ts';
import { enrolOnce } from '../../credentials/enrol.ts';
import { EnrolmentFailed } from '../../credentials/errors.ts';
import { createUserKey, type UserKey } from '../../credentials/user-key.ts';
import type { Diagnostics } from '../diagnostics.ts';
import { EnrolmentEnded, reasonOf } from '../errors.ts';
import { backOff, boundedBy, pause } from '../waiting.ts';
import { viaGateway } from './gateway.ts';
import type { Timings } from './timings.ts';

export type Credential = {
  key: UserKey;
  /** The newest answer: JWT, its expiry, and where NATS is. */
  answer(): EnrolAnswer;
  /** Enrols again with the same pair; keeps the old answer and throws when that does not work. */
  refresh(signal: AbortSignal): Promise<void>;
};

export type CredentialOptions = {
  enrolUrl: string;
  gateway: string | null;
  ticket: string;
  machine: string;
  timings: Timings;
  log: Diagnostics;
  signal: AbortSignal;
};

/**
 * Makes a key and trades the boot ticket for a credential, with back-off until the boot deadline. Throws
 * `EnrolmentEnded` with the coordinator's own words when it refuses, or when the deadline passes.
 */
export async function obtainCredential(options: CredentialOptions): Promise<Credential> {
  const { enrolUrl, ticket: token, machine, gateway, signal } = options;
  const key = createUserKey();
  const enrol = async (until: AbortSignal) => {
    const answer = await enrolOnce({ enrolUrl, token, publicKey: key.publicKey, gateway, signal: until });
    if (answer.id !== machine)
      throw new EnrolmentFailed(`the ticket belongs to ${answer.id}, this is ${machine}`, {
        isPermanent: true,
      });
    return { ...answer, natsUrl: viaGateway(answer.natsUrl, gateway) };
  };
  const deadline = boundedBy(signal, limits.bootDeadlineMs, 'the boot deadline has passed');
  let newest = await enrolUntil(enrol, deadline.signal, options).finally(deadline.clear);
  return {
    key,
    answer: () => newest,
    refresh: async until => {
      newest = await enrol(until);
    },
  };
}

async function enrolUntil(
  enrol: (signal: AbortSignal) => Promise<EnrolAnswer>,
  deadline: AbortSignal,
  { timings, log, signal, machine }: CredentialOptions,
): Promise<EnrolAnswer> {
  let problem = 'it was not tried';
  for (const waitMs of backOff(timings.retryFirstMs, timings.retryMaxMs)) {
    try {
      return await enrol(deadline);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof EnrolmentFailed && error.isPermanent)
        throw new EnrolmentEnded(`${machine}: ${error.message}`, { cause: error });
      if (deadline.aborted)
        throw new EnrolmentEnded(`${machine} could not enrol before its boot deadline: ${problem}`, {
          cause: error,
        });
      if (!(error instanceof EnrolmentFailed)) throw error;
      problem = reasonOf(error);
      log('enrolment-failed', { message: error.message, againInMs: Math.round(waitMs) });
    }
    await pause(waitMs, deadline);
  }
  throw new EnrolmentEnded('unreachable: the back-off never ends');
}
