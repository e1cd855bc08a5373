import { limits } from '#shared/limits.ts';
import { type EnrolAnswer, type EnrolRequest, enrolAnswer, PROTOCOL_VERSION } from '#shared/messages.ts';
import { EnrolmentFailed } from './errors.ts';
import { type Answer, postJson } from './post-json.ts';
import { usualWay, type Way } from './route.ts';

export type Enrolment = {
  /** The machine listener, without `/enrol`. */
  enrolUrl: string;
  /** A boot ticket (guest) or a join token (host). */
  token: string;
  publicKey: string;
  /** Default: the usual one. */
  way?: Way;
  signal: AbortSignal;
};

/** Worth another try: the server's trouble, a rate limit, a time-out on its side, another server in its place. */
const mayPass = (status: number): boolean =>
  status < 400 || status >= 500 || status === 408 || status === 429;

/**
 * One try to trade a token and a public key for a NATS credential: `POST <enrolUrl>/enrol`. Repeating it with the same
 * pair is harmless and renews the credential. Throws `EnrolmentFailed` (the message is the coordinator's own where it
 * gave one), or the signal's reason when aborted. The token is in the body only, never in an address or an error.
 */
export async function enrolOnce({
  enrolUrl,
  token,
  publicKey,
  way = usualWay,
  signal,
}: Enrolment): Promise<EnrolAnswer> {
  const body: EnrolRequest = { v: PROTOCOL_VERSION, token, publicKey };
  const address = new URL('enrol', enrolUrl.endsWith('/') ? enrolUrl : `${enrolUrl}/`);
  const { status, text } = await post(address, JSON.stringify(body), { way, signal });
  if (status !== 200)
    throw new EnrolmentFailed(`enrolment at ${address.origin} was refused (${status}): ${reasonIn(text)}`, {
      isPermanent: !mayPass(status),
    });
  const answer = enrolAnswer.safeParse(parseJson(text));
  if (answer.success) return answer.data;
  throw new EnrolmentFailed(
    `the answer of ${address.origin} to the enrolment is not that of a Paddock coordinator; check the address`,
    { isPermanent: false, cause: answer.error },
  );
}

async function post(
  address: URL,
  body: string,
  { way, signal }: { way: Way; signal: AbortSignal },
): Promise<Answer> {
  const { signal: bounded, clear } = withTimeout(signal, limits.enrolReplyMs);
  try {
    return await postJson(address, body, { way, signal: bounded });
  } catch (cause) {
    signal.throwIfAborted();
    throw new EnrolmentFailed(`the coordinator at ${address.origin} cannot be reached: ${rootOf(cause)}`, {
      isPermanent: false,
      cause,
    });
  } finally {
    clear();
  }
}

/** By hand: `AbortSignal.any` does not exist in Node 18. */
function withTimeout(outer: AbortSignal, ms: number): { signal: AbortSignal; clear: () => void } {
  const controller = new AbortController();
  const abort = () => controller.abort(outer.reason);
  const timer = setTimeout(() => controller.abort(new Error(`no answer within ${ms} ms`)), ms);
  outer.addEventListener('abort', abort, { once: true });
  if (outer.aborted) abort();
  return {
    signal: controller.signal,
    clear: () => {
      clearTimeout(timer);
      outer.removeEventListener('abort', abort);
    },
  };
}

/** An abort says only that it was one; why is in the cause. */
function rootOf(error: unknown): string {
  const root = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(root instanceof Error)) return String(root);
  return root.message || ('code' in root ? String(root.code) : root.name);
}

/** The sentence of a problem+json or `{message}` answer, else the start of the text. */
function reasonIn(text: string): string {
  const json = parseJson(text);
  if (typeof json === 'object' && json !== null)
    for (const key of ['detail', 'message', 'title'])
      if (key in json) return String(json[key as keyof typeof json]).slice(0, 500);
  return text.trim().slice(0, 200) || 'no reason given';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
