/** Certificates and listeners as lines of a terminal. Pure. */
import type { CertificateView, TlsView } from '#shared/tls.ts';
import { tlsTexts as texts } from '../tls-texts.ts';
import { type Fact, factLines } from './facts.ts';
import { type Cell, table } from './table.ts';
import type { Colors } from './terminal.ts';

const dayMs = 24 * 60 * 60 * 1_000;

export function tlsLines(view: TlsView, colors: Colors, width: number, now: number): string[] {
  const listeners = view.listeners.map((listener): Cell[] => [
    `listen.${listener.name}`,
    listener.address,
    texts.listener(listener),
  ]);
  const files = view.files.map(({ file, mode }): Cell[] => [mode, file]);
  return [
    ...table(listeners, [{}, {}, { gives: true }], width),
    ...(view.certificates.length === 0 ? ['', texts.none] : []),
    ...view.certificates.flatMap(certificate => [
      '',
      `${colors.bold(certificate.subject)}  ${colors.dim(texts.kind(certificate.kind))}`,
      ...factLines(factsOf(certificate, now), colors, width),
    ]),
    ...(files.length === 0 ? [] : ['', ...table(files, [{}, { gives: true }], width)]),
    ...(view.problems.length === 0 ? [] : ['', ...view.problems.map(problem => colors.red(`✕ ${problem}`))]),
  ];
}

function factsOf(
  { kind, names, issuer, fingerprint, startsAt, endsAt, shownBy }: CertificateView,
  now: number,
) {
  const facts: Fact[] = [
    ...(names.length === 0 ? [] : [[texts.facts.names, names.join(', ')] as const]),
    ...(kind === 'given' ? [[texts.facts.issuer, issuer] as const] : []),
    [texts.facts.life, texts.life(dayOf(startsAt), dayOf(endsAt), Math.floor((endsAt - now) / dayMs))],
    ...(kind === 'own' || kind === 'given'
      ? [[texts.facts.shownBy, shownBy.join(', ') || texts.shownByNone] as const]
      : []),
    [texts.facts.fingerprint, fingerprint],
  ];
  return facts;
}

const dayOf = (instant: number): string => new Date(instant).toISOString().slice(0, 10);
