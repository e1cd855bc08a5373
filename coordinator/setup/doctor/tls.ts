/** What is said in the clear, and how long certificates are good. */
import type { Finding } from '#shared/diagnosis.ts';
import type { CertificateView, TlsView } from '#shared/tls.ts';
import type { Config } from '../../config/config.ts';
import { TlsError } from '../../tls/errors.ts';
import { requireTls, secondWord } from '../../tls/plain-text.ts';
import { viewTls } from '../../tls/view.ts';
import { bad, badBecause, good, warning } from './finding.ts';

const about = 'TLS';
const dayMs = 24 * 60 * 60 * 1_000;

export async function examineTls(config: Config, now = Date.now()): Promise<Finding[]> {
  const view = await viewTls(config.dataDir, config, now);
  const others = view.problems.filter(problem => !problem.includes('speaks plain text'));
  return [
    ...listenersIn(view, config),
    ...others.map(problem => bad(about, problem, null)),
    ...endsIn(view, now),
  ];
}

/** What `paddock up` would refuse without the second word, which stands on its command line and is not known here. */
function listenersIn({ listeners }: TlsView, config: Config): Finding[] {
  try {
    requireTls(config, true);
  } catch (error) {
    if (error instanceof TlsError) return [badBecause(about, error)];
    throw error;
  }
  const [tls, plain] = [listeners.filter(({ isTls }) => isTls), listeners.filter(({ isTls }) => !isTls)];
  const open = plain.filter(({ isPublic }) => isPublic);
  const names = (some: TlsView['listeners']) => some.map(({ name }) => `listen.${name}`).join(', ');
  return [
    ...(tls.length > 0 ? [good(about, `${names(tls)}: TLS`)] : []),
    ...(plain.length > open.length
      ? [
          good(
            about,
            `${names(plain.filter(each => !open.includes(each)))}: plain text, for this computer only`,
          ),
        ]
      : []),
    ...(open.length > 0
      ? [
          warning(
            about,
            `${names(open)}: plain text on addresses that other computers reach`,
            `that is said once, by \`plain-text\`; paddock up ${secondWord} says it the second time`,
          ),
        ]
      : []),
  ];
}

/** Of those that a listener shows. */
const endsIn = ({ certificates }: TlsView, now: number): Finding[] =>
  certificates.filter(({ shownBy }) => shownBy.length > 0).map(certificate => endOf(certificate, now));

function endOf({ kind, names, endsAt }: CertificateView, now: number): Finding {
  const day = new Date(endsAt).toISOString().slice(0, 10);
  const days = Math.max(0, Math.floor((endsAt - now) / dayMs));
  const renewed = kind === 'own' ? '; a coordinator that runs makes the next one before' : '';
  return good(about, `the certificate for ${names[0] ?? 'nobody'} ends on ${day}, in ${days} days${renewed}`);
}
