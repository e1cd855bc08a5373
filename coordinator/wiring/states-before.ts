/** How things stand, as far as the audit log keeps it, read in the transaction that is about to change them. */
import type { AuditValues } from '#shared/audit.ts';
import { standingOf } from '#shared/run.ts';
import type { Config } from '../config/config.ts';
import { poolInForce } from '../fleet/pools.ts';
import type { StatesBefore } from '../http/parts.ts';
import type { Catalog } from '../images/catalog.ts';
import { jobStanding } from '../runs/browse.ts';
import { findApiToken } from '../store/api-tokens.ts';
import { findBrowserSession } from '../store/browser-sessions.ts';
import { findHostByName } from '../store/hosts.ts';
import { findImage } from '../store/images.ts';
import { findJob, listJobsOfRun } from '../store/jobs.ts';
import { findPerson } from '../store/people.ts';
import { listRoleGrants } from '../store/role-grants.ts';
import { findRun } from '../store/runs.ts';
import { findSecret } from '../store/secrets.ts';
import type { Tx } from '../store/store.ts';

export type StatesOptions = { config: Pick<Config, 'images'>; catalog: Pick<Catalog, 'pools'> };

export const createStatesBefore = ({ config, catalog }: StatesOptions): StatesBefore => ({
  async run(tx, id) {
    const run = await findRun(tx, id);
    if (!run) return null;
    const states = (await listJobsOfRun(tx, id)).map(({ state }) => state);
    return { standing: standingOf(run.state, states), commit: run.commit };
  },
  async job(tx, id) {
    const job = await findJob(tx, id);
    return job && { suite: job.suite, image: job.image, standing: jobStanding(job.state) };
  },
  async host(tx, name) {
    const host = await findHostByName(tx, name);
    if (!host) return null;
    const { labels, resources } = host.traits;
    return { labels: { ...labels }, resources: { ...resources }, isDraining: host.isDraining };
  },
  async pool(tx, image) {
    const known = await poolInForce(tx, await catalog.pools(tx), image);
    if (!known) return null;
    const { warm, max, idle } = known.pool;
    return { warm, max, idleMs: idle, isPaused: known.isPaused };
  },
  async image(tx, name) {
    if (config.images.some(image => image.name === name)) return { current: null, isDisabled: false };
    const image = await findImage(tx, name);
    return image && { current: image.current, isDisabled: image.isDisabled };
  },
  async secret(tx, { repository, stage, name }) {
    const secret = await findSecret(tx, { scope: repository, stage, name });
    if (!secret) return null;
    const { version, form, images, labels } = secret;
    return { version, form, images: [...images], labels: { ...labels } };
  },
  async grant(tx, login, pattern) {
    const isSame = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();
    const known = (await listRoleGrants(tx)).find(
      grant => isSame(grant.login, login) && isSame(grant.pattern, pattern),
    );
    return known ? { role: known.role } : null;
  },
  token: viewedToken,
  async session(tx, id) {
    const session = await findBrowserSession(tx, id);
    if (!session) return null;
    const person = session.person && (await findPerson(tx, session.person));
    return { login: person?.login ?? null, browser: session.browser };
  },
});

async function viewedToken(tx: Tx, id: Parameters<StatesBefore['token']>[1]): Promise<AuditValues | null> {
  const token = await findApiToken(tx, id);
  if (!token) return null;
  const { name, kind, role, pattern, expiresAt, revokedAt } = token;
  const maker = token.maker && (await findPerson(tx, token.maker));
  return { name, kind, maker: maker?.login ?? null, role, pattern, expiresAt, revokedAt };
}
