/** What the query of an address may ask. */
import type { FastifySchemaCompiler } from 'fastify';
import { validatorCompiler } from 'fastify-type-provider-zod';
import * as z from 'zod';

/**
 * As the library validates, except that the API refuses words of a query that it does not know: one that is misspelled would
 * be passed over, and the answer taken for what was asked for. Pages and badges are shared with words of others behind them.
 */
export const knownWordsOnly: FastifySchemaCompiler<z.ZodType> = route => {
  const { schema, httpPart, url } = route;
  const isQuery = httpPart === 'querystring' && url?.startsWith('/api/') && schema instanceof z.ZodObject;
  return validatorCompiler(isQuery ? { ...route, schema: schema.strict() } : route);
};
