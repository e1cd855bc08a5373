import * as z from 'zod';

/** It becomes part of links and requests: another scheme would be a link that acts, and a password would be shown to readers. */
export const webUrl = z
  .url({ protocol: /^https?$/, error: 'expected http://… or https://…', abort: true })
  .refine(isPlain, 'expected a URL without user name, password, query and fragment');

function isPlain(text: string): boolean {
  const { username, password, search, hash } = new URL(text);
  return [username, password, search, hash].every(part => part === '');
}
