/** Whether GitHub's webhook leads here, and what came of what it sent. Pure. */
import type { Finding } from '#shared/diagnosis.ts';
import { limits } from '#shared/limits.ts';
import { titleFrom } from '#shared/title.ts';
import type { DeliveryFacts, HookFacts } from '../../github/app-calls.ts';
import { bad, good, warning } from '../doctor/finding.ts';

const about = 'webhook';

export type HookPlace = {
  /** Where the coordinator wants it; null: the configuration does not say where it is reached. */
  wanted: string | null;
  /** The page where it is changed. */
  page: string;
};

/** The settings of a webhook that is there. */
export function judgeHook(hook: HookFacts, { wanted, page }: HookPlace): Finding[] {
  const { url = '', content_type: type, insecure_ssl: insecure, secret } = hook;
  const findings: Finding[] = [];
  if (wanted !== null && url.replace(/(?<!\/)\/+$/, '') !== wanted)
    findings.push(
      warning(
        about,
        `GitHub sends to ${url || '(nowhere)'}, and the configuration says ${wanted}`,
        `set one of them right: ${page}`,
      ),
    );
  if (type !== undefined && type !== 'json')
    findings.push(bad(about, `it sends ${type}: nothing is understood`, `choose application/json: ${page}`));
  if (!secret)
    findings.push(
      bad(
        about,
        'it has no secret: everything it sends is refused',
        `give it the one that \`webhook-secrets\` names: ${page}`,
      ),
    );
  if (String(insecure ?? '0') === '1')
    findings.push(
      warning(
        about,
        'GitHub does not check the certificate: others could listen',
        `switch SSL verification on: ${page}`,
      ),
    );
  return findings;
}

export const noHook = (page: string): Finding =>
  bad(
    about,
    '`webhook-secrets` is configured, and the App has no webhook: nothing is told',
    `switch it on, or leave \`webhook-secrets\` out: ${page}`,
  );

export const needlessHook = (page: string): Finding =>
  warning(
    about,
    'GitHub sends webhooks, and no `webhook-secrets` is configured: all are refused, and GitHub is asked every 30 seconds',
    `name the secret, or switch the webhook off: ${page}`,
  );

export const polled: Finding = good(about, 'none is wanted: GitHub is asked every 30 seconds what is new');

export const neverSent = (page: string): Finding =>
  warning(
    about,
    'nothing was sent yet, so that nobody knows whether it arrives',
    `open a pull request, or look at: ${page}`,
  );

/** `answer`: what was answered, as GitHub kept it. */
export function judgeDelivery(
  { event, status, status_code: code, duration, delivered_at: at }: DeliveryFacts,
  answer: string | null,
  { page }: HookPlace,
): Finding {
  const when = `${event} of ${at.slice(0, 16).replace('T', ' ')} UTC`;
  const words = answer === null ? '' : ` "${wordsOf(answer)}"`;
  if (code >= 200 && code < 300)
    return good(about, `reached, and the secret is right (${when}: ${code} after ${duration.toFixed(2)} s)`);
  if (code === 401)
    return bad(
      about,
      `the secret is wrong (${when}: 401${words})`,
      `give GitHub the one that \`webhook-secrets\` names, or restart the coordinator if it is new: ${page}`,
    );
  if (code === 503 && /not configured/.test(words))
    return bad(
      about,
      `the coordinator that answers has no \`webhook-secrets\` (${when}: 503)`,
      'restart it with this configuration: paddock up',
    );
  if (code >= 300 && code < 500)
    return bad(
      about,
      `something else answers there (${when}: ${code}${words})`,
      `the address has to lead to \`listen.people\`, with the path /hooks/github: ${page}`,
    );
  return bad(
    about,
    `GitHub cannot reach it: ${titleFrom(status)} (${when}: ${code}${words})`,
    `check address, tunnel or reverse proxy, and that the coordinator runs: ${page}`,
  );
}

/** What came of a delivery that was perhaps sent before any coordinator ran. */
export const asWarning = (finding: Finding): Finding =>
  finding.state === 'bad' ? { ...finding, state: 'warning' } : finding;

/** Our own answers are `{"message": …}`; anybody else's are quoted as they begin. */
function wordsOf(answer: string): string {
  let text = answer;
  try {
    const parsed: unknown = JSON.parse(answer);
    if (typeof parsed === 'object' && parsed !== null && 'message' in parsed) text = String(parsed.message);
  } catch {
    // not JSON: a page of a proxy
  }
  return titleFrom(text.replace(/\s+/g, ' ')).slice(0, limits.githubAnswerChars);
}
