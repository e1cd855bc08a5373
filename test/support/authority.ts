/** An authority as `paddock tls init` makes one, and certificates of it, in memory. */
import { type Issued, issueServer, makeAuthority } from '#coordinator/tls/make-certificate.ts';

const dayMs = 86_400_000;

export type TestAuthority = {
  /** PEM. */
  pem: string;
  /** Key and certificate for these names; valid for a day, unless told. */
  certify(names: readonly string[], life?: { startsAt: number; endsAt: number }): Promise<Issued>;
};

export async function createAuthority(name = 'Paddock of a test'): Promise<TestAuthority> {
  const now = Date.now();
  const authority = await makeAuthority(name, { startsAt: now - 10 * dayMs, endsAt: now + 10 * dayMs });
  return {
    pem: authority.certificate,
    certify: (names, life = { startsAt: now - dayMs, endsAt: now + dayMs }) =>
      issueServer(authority, names, life),
  };
}
