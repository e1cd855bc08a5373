/** A package mirror that the configuration of a host names: where machines may go, and nothing but that one port of it. */
import * as z from 'zod';

export type Mirror = { host: string; port: number };

const pattern =
  /^(?:\[([0-9a-f:.]+)\]|((?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)):(\d{1,5})$/i;

/** Null: it is not written as `name:port`, `address:port` or `[address]:port`. */
export function mirrorIn(text: string): Mirror | null {
  const [, six, other, port] = pattern.exec(text) ?? [];
  const host = (six ?? other)?.toLowerCase();
  const number = Number(port);
  return host === undefined || number < 1 || number > 65_535 ? null : { host, port: number };
}

export const mirrorText = z
  .string()
  .refine(
    text => mirrorIn(text) !== null,
    'expected a name or an address and a port, such as deb.debian.org:80',
  )
  .meta({ title: 'name:port' });
