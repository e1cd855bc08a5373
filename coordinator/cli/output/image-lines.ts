/** Images, versions and reports as lines of a terminal. Pure. */
import type { ImageCheck, ImageDetail, ImageReport, ImageView, VersionView } from '#shared/image-api.ts';
import { supportText, versionText } from '#shared/image-words.ts';
import { imageTexts as texts } from '../image-texts.ts';
import { ageText } from './age.ts';
import { type Fact, factLines } from './facts.ts';
import { type Cell, table } from './table.ts';
import type { Colors } from './terminal.ts';

export function imageTable(
  images: readonly ImageView[],
  colors: Colors,
  width: number,
  now: number,
): string[] {
  const rows = images.map((image): Cell[] => [
    signOf(image, colors),
    image.name,
    `${image.os} ${image.arch}`,
    image.driver,
    versionText(image),
    texts.serves(image.serves.repositories, image.serves.suites),
    { text: supportText(image, now) ?? '', paint: colors.yellow },
  ]);
  return table(rows, [{}, {}, {}, {}, {}, { gives: true }, { gives: true }], width);
}

export function imageLines(image: ImageDetail, colors: Colors, width: number, now: number): string[] {
  const sign = signOf(image, colors);
  const support = supportText(image, now);
  const facts: Fact[] = [
    [texts.facts.system, `${image.os} ${image.arch}`],
    [texts.facts.driver, image.driver],
    [texts.facts.serves, texts.serves(image.serves.repositories, image.serves.suites)],
    ...(image.aliases.length > 0 ? [[texts.facts.aliases, image.aliases.join(', ')] as const] : []),
    ...(image.eol === null ? [] : [[texts.facts.support, support ?? image.eol] as const]),
    [texts.facts.from, image.origin === 'registered' ? texts.registered : texts.configured],
    ...(image.backfill ? [[texts.facts.openHeads, texts.backfill(image.backfill)] as const] : []),
  ];
  const newest = image.versions.find(({ report }) => report !== null);
  return [
    `${sign.paint(sign.text)} ${colors.bold(image.name)} · ${versionText(image)}`,
    ...factLines(facts, colors, width),
    ...(image.versions.length > 0 ? ['', colors.bold(texts.versions)] : []),
    ...versionTable(image.versions, colors, width, now),
    ...(newest?.report
      ? ['', colors.bold(texts.version(newest.number)), ...reportLines(newest.report, colors, width)]
      : []),
  ];
}

const versionTable = (
  versions: readonly VersionView[],
  colors: Colors,
  width: number,
  now: number,
): string[] =>
  table(
    versions.map((version): Cell[] => [
      '',
      String(version.number),
      texts.statuses[version.status],
      version.isCurrent ? texts.current : '',
      { text: ageText(now - version.addedAt), paint: colors.dim },
      { text: version.digest.slice(0, 12), paint: colors.dim },
    ]),
    [{}, { align: 'right' }, {}, {}, { align: 'right' }, {}],
    width,
  );

/** Each check, and what the machine printed last where it never reported in. */
export function reportLines({ checks, console }: ImageReport, colors: Colors, width: number): string[] {
  const rows = checks.map((check): Cell[] => [
    checkSign(check, colors),
    texts.checks[check.name],
    check.detail,
  ]);
  return [
    ...table(rows, [{}, {}, { gives: true }], width),
    ...(console === null
      ? []
      : ['', colors.bold(texts.console), ...console.split('\n').map(line => `  ${line}`)]),
  ];
}

function checkSign({ result }: ImageCheck, colors: Colors): Exclude<Cell, string> {
  if (result === 'passed') return { text: '✓', paint: colors.green };
  return result === 'failed' ? { text: '✕', paint: colors.red } : { text: '–', paint: colors.dim };
}

function signOf({ origin, current, isDisabled }: ImageView, colors: Colors): Exclude<Cell, string> {
  if (isDisabled) return { text: '◇', paint: colors.yellow };
  return origin === 'configuration' || current !== null
    ? { text: '✓', paint: colors.green }
    : { text: '✕', paint: colors.red };
}
