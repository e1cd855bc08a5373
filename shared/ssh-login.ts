/** What people write about a login by ssh, in the manifest of an image and in the file of a host's computers alike. */
import * as z from 'zod';

/** A public key in one line; of a comment behind it nothing is kept. */
export const hostKey = z
  .string()
  .regex(
    /^(?:ssh|ecdsa|sk)-[\w.@-]+ [A-Za-z0-9+/]+=*(?: .*)?$/,
    'expected a public key in one line, such as `ssh-ed25519 AAAA…`',
  )
  .transform(line => line.split(' ').slice(0, 2).join(' '));

/** A program that is named on a command line as it is written. */
export const nodePath = z
  .string()
  .regex(/^[\w./-]+$/, 'expected a path of letters, digits, `.`, `-`, `_` and `/`');
