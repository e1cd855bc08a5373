import { promises as dns, type LookupAddress } from 'node:dns';
import { limits } from '#shared/limits.ts';

export type Names = {
  /** The addresses of a name; none when there are none, or nobody could say. Asked once for many who ask at a time. */
  addressesOf(name: string): Promise<string[]>;
};

type Known = { addresses: Promise<string[]>; until: number };

/**
 * By DNS alone, over sockets: the usual way of asking (`getaddrinfo`) takes one of the four threads that also read files,
 * for as long as a name server is silent, and machines ask for what they like.
 */
export function createNames(ask: (name: string) => Promise<string[]> = askDns): Names {
  const known = new Map<string, Known>();
  return {
    addressesOf(name) {
      const now = performance.now();
      const before = known.get(name);
      if (before && before.until > now) return before.addresses;
      known.delete(name);
      const [oldest] = known.keys();
      if (known.size >= limits.egressNames && oldest !== undefined) known.delete(oldest);
      const addresses = ask(name);
      const entry = { addresses, until: now + limits.egressNameMs };
      known.set(name, entry);
      // A name server that was silent once may answer the next time.
      void addresses.then(found => {
        if (found.length === 0 && known.get(name) === entry) known.delete(name);
      });
      return addresses;
    },
  };
}

/** Anew each time: name servers of a host change, and are read when a resolver is made. */
async function askDns(name: string): Promise<string[]> {
  const resolver = new dns.Resolver({ timeout: limits.egressLookupMs, tries: 2 });
  const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
  return answers.flatMap(answer => (answer.status === 'fulfilled' ? answer.value : []));
}

/** What this host itself takes for a coordinator's name; asked once for a machine, and never by one. Throws when it knows none. */
export async function addressesHere(name: string): Promise<string[]> {
  const found: LookupAddress[] = await dns.lookup(name, { all: true });
  return found.map(({ address }) => address);
}
