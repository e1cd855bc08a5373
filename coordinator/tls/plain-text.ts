/** What may be said in the clear: everything that stays in this computer, and what an administrator has said twice. Pure. */
import { isIP } from 'node:net';
import type { ListenerName } from '#shared/tls.ts';
import { isLoopback } from '../bus/nats-version.ts';
import { TlsError } from './errors.ts';

type Address = { host: string; port: number };

export type Listening = {
  listen: Record<ListenerName, Address>;
  tls: readonly ListenerName[];
  /** Of the configuration, the first time. */
  plainText: readonly ListenerName[];
};

export type Plain = { name: ListenerName; address: string };

export const addressText = ({ host, port }: Address): string =>
  `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;

/** Listeners that others than this computer can reach, and that speak plain text. */
export const plainInPublic = ({ listen, tls }: Listening): Plain[] =>
  (Object.keys(listen) as ListenerName[])
    .filter(name => !isLoopback(listen[name].host) && !tls.includes(name))
    .map(name => ({ name, address: addressText(listen[name]) }));

/** The option of `paddock up` that says it the second time. */
export const secondWord = '--plain-text-on-public-addresses';

/** `isSaid`: on the command line, the second time. Throws `plain-text-on-public-address`. */
export function requireTls(listening: Listening, isSaid: boolean): void {
  const plain = plainInPublic(listening);
  const unsaid = plain.filter(({ name }) => !listening.plainText.includes(name));
  if (plain.length === 0 || (isSaid && unsaid.length === 0)) return;
  const where = (isSaid ? unsaid : plain)
    .map(({ name, address }) => `listen.${name} (${address})`)
    .join(', ');
  throw new TlsError(
    'plain-text-on-public-address',
    `${where} can be reached from other computers and would speak plain text, tokens and sources included; make certificates (paddock tls init) and write \`tls: true\` below \`listen\`, or listen on 127.0.0.1 behind a reverse proxy that ends TLS; where nobody can listen in, say so twice: \`plain-text: [${plain.map(({ name }) => name).join(', ')}]\` below \`listen\`, and paddock up ${secondWord}`,
  );
}
