/** Images and labels as they are typed, and what is wrong with them: pure. */
import { labels as labelsSchema, labelText } from '#shared/host-traits.ts';
import { imagePattern } from '#shared/secrets.ts';
import { sentence } from '../parts/field-problem.ts';
import { secrets as texts } from '../texts/secrets.ts';

const words = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);

type Read<Value> = { value: Value; problem: null } | { value: null; problem: string };

export function readImages(text: string): Read<string[]> {
  for (const word of words(text)) {
    const { error } = imagePattern.safeParse(word);
    if (error) return { value: null, problem: sentence(error.issues[0]?.message ?? '') };
  }
  return { value: words(text), problem: null };
}

export function readLabels(text: string): Read<Record<string, string>> {
  const pairs = words(text).map(word => [word.split('=', 1)[0] ?? '', word.slice(word.indexOf('=') + 1)]);
  if (words(text).some(word => !word.includes('='))) return { value: null, problem: texts.badLabel };
  const { data, error } = labelsSchema.safeParse(Object.fromEntries(pairs));
  return data
    ? { value: data, problem: null }
    : { value: null, problem: sentence(error.issues[0]?.message ?? '') };
}

export const labelsText = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels).map(labelText).join(', ');
