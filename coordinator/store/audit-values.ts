/** Bounds what is kept of how something was or became. Pure. */
import type { AuditValues } from '#shared/audit.ts';
import { limits } from '#shared/limits.ts';

type Json = AuditValues[string];

/** As JSON at most `auditValueChars`: long texts and lists are cut, and what is too large all the same is left out. */
export function boundValues(values: AuditValues): AuditValues {
  const bounded = boundObject(values);
  const chars = JSON.stringify(bounded).length;
  return chars <= limits.auditValueChars ? bounded : { 'left out': `${chars} characters` };
}

const boundObject = (object: Readonly<Record<string, Json>>): AuditValues =>
  Object.fromEntries(
    Object.entries(object)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [cut(key), bound(value)]),
  );

function bound(value: Json): Json {
  if (typeof value === 'string') return cut(value);
  if (Array.isArray(value)) {
    const items = value.slice(0, limits.auditListItems).map(bound);
    const more = value.length - items.length;
    return more > 0 ? [...items, `… and ${more} more`] : items;
  }
  return typeof value === 'object' && value !== null ? boundObject(value) : value;
}

const cut = (text: string): string =>
  text.length <= limits.auditTextChars ? text : `${text.slice(0, limits.auditTextChars)}…`;
