import type * as z from 'zod';

/** A schema that the document refers to by name, and what it is of. */
export type Component = { schema: z.ZodType; text: string };
export type Components = Readonly<Record<string, Component>>;

export const named = (schema: z.ZodType, text: string): Component => ({ schema, text });
