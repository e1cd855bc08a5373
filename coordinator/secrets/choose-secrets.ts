/**
 * Which secrets a job is given: pure. None but trusted jobs are given any. Of several of one name the most special decides:
 * the repository's before its organisation's, and there the one for this stage before the one for any. Where that one is not
 * for this image or this host nothing of the name is given: a restriction is no way to a weaker secret of the same name.
 */
import type { StoredSecret } from '../store/secrets.ts';

export type Recipient = {
  isTrusted: boolean;
  /** `owner/name` */
  repository: string;
  stage: string;
  image: string;
  /** Of the host that the machine is on, as an administrator has said. */
  labels: Readonly<Record<string, string>>;
};

type Choosable = Pick<StoredSecret, 'scope' | 'stage' | 'name' | 'images' | 'labels'>;

/** `withheld`: names that something was kept for which is not for this machine. */
export type Choice<Secret> = { given: Secret[]; withheld: string[] };

export function chooseSecrets<Secret extends Choosable>(
  secrets: readonly Secret[],
  recipient: Recipient,
): Choice<Secret> {
  if (!recipient.isTrusted) return { given: [], withheld: [] };
  const special = new Map<string, Secret>();
  for (const secret of secrets) {
    if (!isInScope(secret, recipient)) continue;
    const other = special.get(secret.name);
    if (!other || rankOf(secret) > rankOf(other)) special.set(secret.name, secret);
  }
  const { given = [], withheld = [] } = Object.groupBy(special.values(), secret =>
    isAllowed(secret, recipient) ? 'given' : 'withheld',
  );
  return { given, withheld: withheld.map(({ name }) => name) };
}

function isInScope({ scope, stage }: Choosable, recipient: Recipient): boolean {
  const repository = recipient.repository.toLowerCase();
  const isOurs = scope === repository || scope === `${repository.split('/')[0]}/*`;
  return isOurs && (stage === '' || stage === recipient.stage);
}

const rankOf = ({ scope, stage }: Choosable): number =>
  (scope.endsWith('/*') ? 0 : 2) + (stage === '' ? 0 : 1);

function isAllowed({ images, labels }: Choosable, recipient: Recipient): boolean {
  const isImageRight = images.length === 0 || images.some(pattern => fits(pattern, recipient.image));
  return isImageRight && Object.entries(labels).every(([name, value]) => recipient.labels[name] === value);
}

/** `*` stands for any characters. A version on probation, `debian-12@3`, is not the image yet. */
export function fits(pattern: string, image: string): boolean {
  if (image.includes('@')) return false;
  const [head = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return pattern === image;
  const tail = rest.pop() ?? '';
  if (!image.startsWith(head) || !image.endsWith(tail) || image.length < head.length + tail.length)
    return false;
  let left = image.slice(head.length, image.length - tail.length);
  for (const part of rest) {
    const found = left.indexOf(part);
    if (found < 0) return false;
    left = left.slice(found + part.length);
  }
  return true;
}
