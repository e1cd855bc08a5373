/** Whether a secret can be kept as somebody wants it: pure. Sentences never repeat a value. */
import { limits } from '#shared/limits.ts';
import { bytesText } from '#shared/quantity-text.ts';
import type { SetSecret } from '#shared/secrets.ts';

/** Names that programs, shells and Paddock itself read for other reasons. */
const taken =
  /^(?:PADDOCK(?:_.*)?|CI|PATH|HOME|TMPDIR|SHELL|USER|LOGNAME|LANG|LC_.*|TZ|IFS|ENV|BASH_ENV|PS4|LD_.*|DYLD_.*|NODE_OPTIONS|.*_PROXY)$/i;

/** Why it is not kept; null when it can be. */
export function whyNotKept({ name, value, form }: Pick<SetSecret, 'name' | 'value' | 'form'>): string | null {
  const bytes = Buffer.byteLength(value, 'utf8');
  if (taken.test(name)) return `${name} means something to programs already; choose another name`;
  if (bytes === 0) return 'the value is empty';
  if (bytes > limits.secretBytes)
    return `the value has ${bytesText(bytes)}, at most ${bytesText(limits.secretBytes)} are kept`;
  if (value.includes('\0'))
    return `the value has a NUL in it, which ${form === 'file' ? 'no text has' : 'no variable can hold'}; encode it first, as by base64`;
  if (value.includes('\u{fffd}')) return 'the value is not text in UTF-8; encode it first, as by base64';
  if (Buffer.byteLength(value.trim(), 'utf8') < limits.redactedSecretBytes)
    return `the value has less than ${limits.redactedSecretBytes} bytes: it could not be blanked in logs`;
  return null;
}

export type Known = { repositories: readonly string[]; images: readonly string[]; labels: readonly string[] };

/** What is odd about it, although it is kept. `matches` says whether an image fits a pattern. */
export function oddities(
  { repository, value, images, labels }: Pick<SetSecret, 'repository' | 'value' | 'images' | 'labels'>,
  known: Known,
  matches: (pattern: string, image: string) => boolean,
): string[] {
  const owner = repository.replace(/\*$/, '');
  const isKnown = known.repositories.some(name =>
    repository.endsWith('/*') ? name.toLowerCase().startsWith(owner) : name.toLowerCase() === repository,
  );
  const unknownImages = images.filter(pattern => !known.images.some(image => matches(pattern, image)));
  const unknownLabels = Object.entries(labels)
    .map(([name, label]) => `${name}=${label}`)
    .filter(label => !known.labels.includes(label));
  const shortLine = value
    .trim()
    .split('\n')
    .some(line => line.trim() !== '' && Buffer.byteLength(line.trim()) < limits.redactedSecretBytes);
  return [
    ...(isKnown ? [] : [`no repository ${repository} is known yet`]),
    ...unknownImages.map(pattern => `no image is called ${pattern} now: nothing runs there that is given it`),
    ...unknownLabels.map(label => `no host has the label ${label} now: nothing runs there that is given it`),
    ...(Buffer.byteLength(value.trim()) < limits.secretGuessableBytes
      ? [
          `the value has less than ${limits.secretGuessableBytes} bytes: the same letters are blanked wherever they stand in logs`,
        ]
      : []),
    ...(shortLine
      ? [
          `a line of the value has less than ${limits.redactedSecretBytes} bytes: alone it is not blanked in logs`,
        ]
      : []),
  ];
}
