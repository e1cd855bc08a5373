/** Secrets as lines of a terminal: everything but their values. Pure. */
import { labelText } from '#shared/host-traits.ts';
import type { SecretDetail, SecretLogEntry, SecretsView, SecretView } from '#shared/secrets.ts';
import { secretTexts as texts } from '../secret-texts.ts';
import { ageText } from './age.ts';
import { type Fact, factLines } from './facts.ts';
import { type Cell, table } from './table.ts';
import type { Colors } from './terminal.ts';

const recipientsOf = ({ images, labels, stage }: SecretView): string =>
  [
    ...(stage === 'on-merge' ? [texts.onlyMerges] : []),
    ...images,
    ...Object.entries(labels).map(labelText),
  ].join(', ') || texts.any;

const lastGiven = ({ lastGiven: given }: SecretView, now: number): string =>
  given ? ageText(now - given.at) : texts.never;

export function secretTable(
  { secrets, rootKey }: SecretsView,
  colors: Colors,
  width: number,
  now: number,
): string[] {
  const rows = secrets.map((secret): Cell[] => [
    secret.repository,
    { text: secret.name, paint: colors.bold },
    texts.as[secret.form],
    texts.version(secret.version),
    recipientsOf(secret),
    { text: `${texts.given}: ${lastGiven(secret, now)}`, paint: colors.dim },
  ]);
  return [
    ...table(rows, [{}, {}, {}, {}, { gives: true }, {}], width),
    colors.dim(texts.rootKey(rootKey.fingerprint, rootKey.source)),
    ...(rootKey.missing.length > 0 ? [colors.red(texts.missing(rootKey.missing.join(', ')))] : []),
    ...(rootKey.problem ? [colors.red(rootKey.problem.message)] : []),
  ];
}

export function secretLines(secret: SecretDetail, colors: Colors, width: number, now: number): string[] {
  const facts: Fact[] = [
    [texts.facts.repository, secret.stage ? `${secret.repository} (${texts.onlyMerges})` : secret.repository],
    [texts.facts.form, texts.as[secret.form]],
    [texts.facts.images, secret.images.join(', ') || texts.any],
    [texts.facts.labels, Object.entries(secret.labels).map(labelText).join(', ') || texts.any],
    [texts.facts.version, texts.setBy(secret.version, secret.setBy, ageText(now - secret.setAt))],
    [texts.facts.rootKey, secret.rootKey],
    [texts.facts.last, lastGiven(secret, now)],
  ];
  return [
    colors.bold(secret.name),
    ...factLines(facts, colors, width),
    '',
    texts.log,
    ...logLines(secret.log, colors, width),
  ];
}

export function logLines(entries: readonly SecretLogEntry[], colors: Colors, width: number): string[] {
  const rows = entries.map((entry): Cell[] => [
    { text: new Date(entry.at).toISOString().slice(0, 19).replace('T', ' '), paint: colors.dim },
    texts.types[entry.type],
    entry.repository,
    entry.stage ? `${entry.name} (${texts.onlyMerges})` : entry.name,
    texts.version(entry.version),
    entry.by ?? texts.recipient(entry.job ?? '', entry.image ?? '', entry.host?.name ?? entry.host?.id ?? ''),
  ]);
  return table(rows, [{}, {}, {}, {}, {}, { gives: true }], width);
}
