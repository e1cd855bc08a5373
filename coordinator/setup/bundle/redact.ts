/** Takes out of a text what nobody may see who helps. Pure. */

export type Hidden = {
  /** Values, whatever they open. */
  secrets: readonly string[];
  /** owner/name of repositories. */
  names: readonly string[];
  /** Words that are a name of something else too, such as an image: they stay where they stand alone. */
  words: ReadonlySet<string>;
};

export type Redact = (text: string) => string;

const hidden = '(secret)';

/** What looks like one, whether or not it is known here. */
const shapes: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g,
  // Seeds of NATS, JSON Web Tokens, tokens of GitHub, tokens and links of ours.
  /\bS[UAONCX][A-Z2-7]{54,}\b/g,
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}/g,
  /\b(?:gh[pousr]_|github_pat_)\w{16,}/g,
  /\bpaddock_[0-9a-f]{48}\b/g,
  /(?<=[Bb]earer )[\w.~+/=-]{8,}/g,
  /(?<=:\/\/)[^/\s:@"]+:[^/\s@"]+(?=@)/g,
];

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

export function createRedactor({ secrets, names, words }: Hidden): Redact {
  // Longer ones first: one may be the beginning of another.
  const values = [...new Set(secrets.flatMap(formsOf))].toSorted((a, b) => b.length - a.length);
  const repositories = [...new Set(names.map(name => name.toLowerCase()))].sort();
  const replacements = repositories.flatMap((name, n): [RegExp, string][] => {
    const alone = name.slice(name.indexOf('/') + 1);
    const instead = `hidden/repository-${n + 1}`;
    const whole: [RegExp, string] = [new RegExp(escaped(name), 'gi'), instead];
    const isTelling = alone.length >= 3 && !words.has(alone);
    return isTelling ? [whole, [wordOf(alone), `repository-${n + 1}`]] : [whole];
  });
  return text => {
    let shown = text;
    for (const value of values) shown = shown.replaceAll(value, hidden);
    for (const shape of shapes) shown = shown.replaceAll(shape, hidden);
    for (const [pattern, instead] of replacements) shown = shown.replaceAll(pattern, instead);
    return shown;
  };
}

const wordOf = (word: string): RegExp => new RegExp(`(?<![\\w-])${escaped(word)}(?![\\w-])`, 'gi');

/** As it is, as in an address, in a string of JSON, and in base64. Shorter ones than this are words. */
const formsOf = (secret: string): string[] =>
  secret.length < 6
    ? []
    : [
        secret,
        encodeURIComponent(secret),
        JSON.stringify(secret).slice(1, -1),
        Buffer.from(secret)
          .toString('base64')
          .replace(/={1,2}$/, ''),
      ];
