/** Where somebody goes after they have signed in: to a page of ours, whatever an address asks for. Pure. */
import { limits } from '#shared/limits.ts';

/** No host is called so: what is read as another one leads away. */
const nowhere = 'http://paddock.invalid';

/** Path, query and fragment of a page of ours; `/` for everything else. */
export function localPath(asked: string | undefined): string {
  if (!asked?.startsWith('/') || asked.length > limits.signInPathChars) return '/';
  const url = URL.parse(asked, nowhere);
  // A path of two slashes would be a host to the next reader: `/.//evil.example` is one after it was read once.
  if (url?.origin !== nowhere || url.pathname.startsWith('//')) return '/';
  // Signing in again would be a circle.
  if (/^\/sign-in(?:\/|$)/.test(url.pathname)) return '/';
  return `${url.pathname}${url.search}${url.hash}`;
}
