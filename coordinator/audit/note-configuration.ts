/** With which configuration the coordinator started, told as what is another than at the start before. */
import type { AuditValues } from '#shared/audit.ts';
import type { Instant } from '#shared/ids.ts';
import { appendAudit, byItself } from '../store/audit.ts';
import { readSeenConfiguration, saveSeenConfiguration } from '../store/seen-configuration.ts';
import type { Store } from '../store/store.ts';

type Json = AuditValues[string];

/** `masked`: without any value of a secret. The first start is a change from nothing. */
export async function noteConfiguration(store: Store, masked: object, at: Instant): Promise<void> {
  // As it is read again, so that the same is found to be the same.
  const after = JSON.parse(JSON.stringify(masked)) as AuditValues;
  await store.write(async tx => {
    const before = await readSeenConfiguration(tx);
    const changed = differencesOf(before ?? {}, after);
    if (Object.keys(changed.after).length + Object.keys(changed.before).length === 0) return;
    await saveSeenConfiguration(tx, after, at);
    await appendAudit(tx, {
      ...byItself,
      ...{
        at,
        act: 'configuration.change',
        subject: before ? 'the configuration' : 'the first configuration',
      },
      ...changed,
    });
  });
}

/** By the place of each value that is another: `listen.people.port`. */
export function differencesOf(
  before: AuditValues,
  after: AuditValues,
): { before: AuditValues; after: AuditValues } {
  const [old, fresh] = [flat(before), flat(after)];
  const isOther = (a: Map<string, Json>, b: Map<string, Json>) =>
    Object.fromEntries([...a].filter(([place, value]) => b.get(place) !== value || !b.has(place)));
  return { before: isOther(old, fresh), after: isOther(fresh, old) };
}

function flat(value: Json, place = '', found = new Map<string, Json>()): Map<string, Json> {
  if (typeof value === 'object' && value !== null && Object.keys(value).length > 0)
    for (const [key, each] of Object.entries(value))
      flat(each as Json, place ? `${place}.${key}` : key, found);
  else if (place) found.set(place, isEmpty(value) ? JSON.stringify(value) : value);
  return found;
}

const isEmpty = (value: Json): boolean => typeof value === 'object' && value !== null;
