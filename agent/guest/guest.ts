/** The composition root of the guest agent: makes the parts, starts them in order, closes them in reverse. */
import { type GuestRenewal, guestDesired, PROTOCOL_VERSION } from '#shared/messages.ts';
import { subjects } from '#shared/subjects.ts';
import { startAttempt, startCancelled } from './attempt.ts';
import type { Diagnostics } from './diagnostics.ts';
import { createDuty, type Duty } from './duty.ts';
import { RequestFailed } from './errors.ts';
import { createLife, type GuestEnd, type Life } from './life.ts';
import { openLocalSite } from './local-site.ts';
import { type Connection, openConnection } from './session/connection.ts';
import { type Credential, obtainCredential } from './session/credential.ts';
import { keepCredential } from './session/keep-credential.ts';
import { fromPayload, toPayload } from './session/payload.ts';
import { createPlatformFacts, type PlatformFacts } from './session/platform-facts.ts';
import { createRenewals, type Renewals } from './session/renewals.ts';
import { defaultTimings, type Timings } from './session/timings.ts';
import type { Settings } from './settings.ts';
import type { Site, SiteStart } from './site.ts';

export type GuestOptions = {
  settings: Settings;
  /** The agent's own environment; steps get a short allow-list of it. */
  environment: Readonly<Record<string, string | undefined>>;
  /** The file that runs; its digest is told to the coordinator. */
  bundle: string;
  timings?: Timings;
  /** Where attempts are worked on; left out: here. */
  openSite?: (start: SiteStart) => Promise<Site>;
  /** Called once, when the coordinator has answered this machine for the first time. */
  onReported?: () => void;
  log: Diagnostics;
  /** Aborts when the agent is told to stop: its attempt is discarded. */
  signal: AbortSignal;
};

type Ready = {
  options: GuestOptions;
  timings: Timings;
  life: Life;
  credential: Credential;
  platform: PlatformFacts;
  site: Site;
};

/**
 * Serves as this machine's agent until it is retired, expires or is stopped. Afterwards no step runs, no file of an
 * attempt is left and no connection is open. Throws `EnrolmentEnded` when the coordinator will not have the machine, and
 * whatever was a bug.
 */
export async function runGuest(options: GuestOptions): Promise<GuestEnd> {
  const { settings, log } = options;
  const timings = options.timings ?? defaultTimings;
  const life = createLife(options.signal, settings.expiresAt);
  const { signal } = life;
  const open = options.openSite ?? openLocalSite;
  const site = await open({ ...settings, environment: options.environment, log, signal });
  try {
    const [credential, facts] = await Promise.all([
      obtainCredential({ ...settings, timings, log, signal }),
      site.prepare(),
    ]);
    const platform = createPlatformFacts(facts, site, options.bundle);
    await serve({ options, timings, life, credential, platform, site });
  } catch (error) {
    life.fail(error);
  } finally {
    await site.close();
    life.close();
  }
  return life.outcome();
}

async function serve(ready: Ready): Promise<void> {
  const { life, credential, timings, options } = ready;
  const { log, settings } = options;
  const session = { credential, timings, log, signal: life.signal };
  const connection = await openConnection({ ...session, machine: settings.machine });
  const { duty, renewals } = assemble(ready, connection);
  const loops = Promise.all([renewals.run(), keepCredential({ ...session, connection })]).catch(life.fail);
  const warm = warmUp(ready, renewals);
  try {
    await life.ended;
    await duty.close('the agent ends');
  } finally {
    await connection.close();
    await Promise.all([loops, warm]);
  }
}

/** Whatever nobody waits for begins when the machine has reported in: one that is emulated is slow to start as it is. */
async function warmUp({ site, platform, life, options }: Ready, renewals: Renewals): Promise<void> {
  await Promise.race([renewals.answered, life.ended]);
  if (life.signal.aborted) return;
  options.onReported?.();
  await Promise.all([site.warmUp(), platform.whole()]);
}

function assemble({ options, timings, life, platform, site }: Ready, connection: Connection) {
  const { settings, log } = options;
  const { machine, way } = settings;
  const renewals = createRenewals({
    ask: async signal => {
      const running = duty.running();
      const facts = { machine, platform: running ? await platform.whole() : platform.brief, running };
      return renew(connection, facts, timings, signal);
    },
    obey: desired => duty.obey(desired),
    timings,
    log,
    signal: life.signal,
  });
  const parts = { machine, way, site, connection, renewals, timings, log };
  const duty = createDuty({
    start: spec => startAttempt(parts, spec),
    startCancelled: (ref, reason, message) => startCancelled(parts, ref, reason, message),
    onFree: renewals.kick,
    onRetire: () => life.end('retired'),
    onFailure: life.fail,
    log,
  });
  connection.onReconnect(renewals.kick);
  connection.onPush(payload => obeyPush(duty, payload, log));
  return { duty, renewals };
}

async function renew(
  connection: Connection,
  facts: Omit<GuestRenewal, 'v'>,
  { renewalReplyMs }: Timings,
  signal: AbortSignal,
) {
  const payload = toPayload({ v: PROTOCOL_VERSION, ...facts });
  const subject = subjects.up(facts.machine, 'renew');
  return fromPayload(
    guestDesired,
    await connection.request(subject, payload, { timeoutMs: renewalReplyMs, signal }),
  );
}

/** A push is a hint: one that makes no sense is named and forgotten, the next renewal brings the truth. */
function obeyPush(duty: Duty, payload: Uint8Array, log: Diagnostics): void {
  try {
    duty.obey(fromPayload(guestDesired, payload));
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    log('push-ignored', { message: error.message });
  }
}
