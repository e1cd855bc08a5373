/** Runs that are started by hand: of what, and who may. */
import type { RunId } from '#shared/ids.ts';
import { isAdministrator, type Rights } from '#shared/roles.ts';
import { titleFrom } from '#shared/title.ts';
import type { Actor } from '../access/actor.ts';
import { HttpProblem } from '../http/errors.ts';
import { refuseIn } from '../http/guard.ts';
import type { PeopleParts } from '../http/parts.ts';
import { conformanceRepository } from '../images/names.ts';
import { findRepositoryByName, type Repository, upsertRepository } from '../store/repositories.ts';
import { ensureRun } from '../store/runs.ts';
import type { Store } from '../store/store.ts';

/** Starts a run by hand. The repository is private: what somebody tests from a shell is not for strangers. */
export async function startRun(
  { store, now }: { store: Store; now: () => number },
  request: Parameters<PeopleParts['startRun']>[0],
  { rights }: Actor,
): Promise<RunId> {
  return store.write(async tx => {
    const fullName = request.name ?? nameFrom(request.repository);
    const known = await findRepositoryByName(tx, fullName);
    if (!isAdministrator(rights)) refuseStart(rights, request.repository, fullName, known);
    // Neither one of the forge's nor the one of ours, which versions on probation serve.
    const isTaken = known?.forge === 'github' || fullName === conformanceRepository;
    const facts = {
      fullName: isTaken ? `${fullName} (by hand)` : fullName,
      cloneUrl: request.repository,
      defaultBranch: request.ref,
      isPrivate: true,
      forge: 'none' as const,
    };
    const repository = await upsertRepository(tx, facts, now());
    const { run } = await ensureRun(
      tx,
      {
        repositoryId: repository.id,
        commit: request.commit as Parameters<typeof ensureRun>[1]['commit'],
        ref: request.ref,
        purpose: 'manual',
        changeId: null,
        isTrusted: true,
        title: titleFrom(request.title),
        author: titleFrom(request.author),
        request: { command: request.command, images: request.images, landed: false },
        state: { status: 'preparing', tries: 0, nextAt: now(), message: null },
      },
      now(),
    );
    return run.id;
  });
}

/**
 * Whoever is no administrator starts runs of the repositories in which they may, from where those are: another address could
 * be a folder of the coordinator's own computer.
 */
function refuseStart(rights: Rights, url: string, fullName: string, known: Repository | null): void {
  refuseIn(rights, 'start-runs', known ?? { fullName, isPrivate: true }, 'repository');
  const plain = (text: string) => text.replace(/(?:\.git)?\/?$/, '');
  if (known?.forge !== 'github' || plain(known.cloneUrl) !== plain(url))
    throw new HttpProblem(
      'missing-permission',
      `a run of ${fullName} can be started from its own address only`,
      'an administrator can start one from anywhere',
    );
}

/** `https://host/owner/name.git` and `/home/me/name` → the last two parts of the path, or the last. */
function nameFrom(repository: string): string {
  const parts = repository
    .replace(/\.git\/?$/, '')
    .replace(/(?<!\/)\/+$/, '')
    .split(/[/:]/)
    .filter(Boolean);
  return /^\w+:\/\//.test(repository) ? parts.slice(-2).join('/') : (parts.at(-1) ?? 'repository');
}
