/**
 * The last step of making an App from a manifest: the code that GitHub's page handed out, once and for an hour, for all
 * that an App has to keep secret.
 * Source: https://docs.github.com/rest/apps/apps#create-a-github-app-from-a-manifest
 */
import * as z from 'zod';
import { ForgeError } from './errors.ts';
import { createCalls, type ForgePlace } from './forge-call.ts';

/** Of what GitHub answers. By the client's id and secret people sign in. */
const conversion = z.object({
  id: z.number().int().positive(),
  slug: z.string().min(1),
  name: z.string(),
  owner: z.object({ login: z.string().optional(), type: z.string().optional() }).nullable(),
  webhook_secret: z.string().min(1).nullable(),
  pem: z.string().min(1),
  client_id: z.string().min(1),
  client_secret: z.string().min(1),
});
export type Conversion = z.output<typeof conversion>;

/** GitHub's own are hex; what could change the address of the call is none. */
export const isManifestCode = (text: string): boolean => /^[\w-]{16,200}$/.test(text);

/** Works once for a code. Throws `ForgeError`, whose words hold no code. */
export async function convertManifest(place: ForgePlace, code: string): Promise<Conversion> {
  const { call, unexpected } = createCalls(place);
  const what = 'exchange of the code for the App';
  const answer = await call(
    {
      what,
      signal: undefined,
      make: (octokit, request) =>
        octokit.request('POST /app-manifests/{code}/conversions', { code, request }),
    },
    null,
  ).catch(error => {
    throw inOurWords(error);
  });
  const read = conversion.safeParse(answer.data);
  if (!read.success) throw unexpected(what, answer, 'the answer is no App');
  return read.data;
}

const refusals = {
  'not-found':
    'GitHub does not know this code: it is good once, for an hour, and on the GitHub that gave it; nothing was written; begin again, and delete the App that GitHub may have made meanwhile',
  forbidden:
    'GitHub refused the exchange of the code for the App (HTTP 403); nothing was written; this server may not let Apps be made so: ask its administrators',
};

function inOurWords(error: unknown): unknown {
  if (!(error instanceof ForgeError) || (error.code !== 'not-found' && error.code !== 'forbidden'))
    return error;
  const { code, isForgeWide, status, requestId } = error;
  return new ForgeError({
    code,
    retry: 'never',
    isForgeWide,
    status,
    requestId,
    message: refusals[error.code],
  });
}
