import type * as z from 'zod';
import { form } from '../texts/form.ts';

/**
 * What is wrong with a field as it is now; null: nothing. An empty one is told of only when somebody has tried to go on
 * (`isTried`): who has not begun has made no mistake.
 */
export function fieldProblem(schema: z.ZodType, value: string, isTried: boolean): string | null {
  if (value.trim() === '') return isTried ? form.missing : null;
  const { success, error } = schema.safeParse(value);
  return success ? null : sentence(error.issues[0]?.message ?? '');
}

export const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
