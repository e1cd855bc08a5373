import { limits } from '#shared/limits.ts';
import type { EnrolAnswer } from '#shared/messages.ts';
import { enrolOnce } from '../../credentials/enrol.ts';
import { EnrolmentFailed } from '../../credentials/errors.ts';
import { nameIn } from '../../credentials/nats-tls.ts';
import type { Way } from '../../credentials/route.ts';
import { createUserKey, type UserKey } from '../../credentials/user-key.ts';
import type { Diagnostics } from '../diagnostics.ts';
import { EnrolmentEnded, reasonOf } from '../errors.ts';
import { backOff, boundedBy, pause } from '../waiting.ts';
import { viaGateway } from './gateway.ts';
import type { Timings } from './timings.ts';

export type Credential = {
  key: UserKey;
  /** The newest answer: JWT, its expiry, and where NATS is. */
  answer(): Answer;
  /** PEM of whose word counts for the coordinator; null: the usual ones. */
  authorities: string | null;
  /** Enrols again with the same pair; keeps the old answer and throws when that does not work. */
  refresh(signal: AbortSignal): Promise<void>;
};

/** `natsName`: what the certificate of NATS has to be for, also where it is reached at a gateway. */
export type Answer = EnrolAnswer & { natsName: string };

export type CredentialOptions = {
  enrolUrl: string;
  way: Way;
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
  const { enrolUrl, ticket: token, machine, way, signal } = options;
  const key = createUserKey();
  const enrol = async (until: AbortSignal) => {
    const answer = await enrolOnce({ enrolUrl, token, publicKey: key.publicKey, way, signal: until });
    if (answer.id !== machine)
      throw new EnrolmentFailed(`the ticket belongs to ${answer.id}, this is ${machine}`, {
        isPermanent: true,
      });
    return { ...answer, natsName: nameIn(answer.natsUrl), natsUrl: viaGateway(answer.natsUrl, way.gateway) };
  };
  const deadline = boundedBy(signal, limits.bootDeadlineMs, 'the boot deadline has passed');
  let newest = await enrolUntil(enrol, deadline.signal, options).finally(deadline.clear);
  return {
    key,
    authorities: way.authorities,
    answer: () => newest,
    refresh: async until => {
      newest = await enrol(until);
    },
  };
}

async function enrolUntil(
  enrol: (signal: AbortSignal) => Promise<Answer>,
  deadline: AbortSignal,
  { timings, log, signal, machine }: CredentialOptions,
): Promise<Answer> {
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
