/** Labels ask for merges: those that a delivery tells of, and those that are seen when GitHub is compared with what is known. */
import type { CommitSha } from '#shared/ids.ts';
import type { Wake } from '../ground/wake.ts';
import { appendAudit, byItself } from '../store/audit.ts';
import { findChange } from '../store/changes.ts';
import { findActiveEntry, hasEntryFor, saveMergeEntry } from '../store/merge-entries.ts';
import type { Repository } from '../store/repositories.ts';
import { assertRole } from '../store/roles.ts';
import type { Tx } from '../store/store.ts';
import { askMerge } from './ask.ts';
import type { MergingParts } from './ports.ts';
import { hasLabel } from './why-not.ts';

type Parts = Pick<MergingParts, 'policyFor' | 'peopleUrl' | 'applyToRun' | 'now'>;

/** `labeled`: the label that was set just now. `isNew`: its head or its base is another one, or it is open again. */
export type HeardPull = {
  number: number;
  labels: readonly string[] | null;
  labeled: string | null;
  isNew: boolean;
  by: string | null;
};

/**
 * The forge says that something about a pull request has changed: its labels where `labels` are named, else its reviews,
 * draft state, base. What it was is asked for by the loop; a label asks by itself, once for each head and base unless it is
 * set again.
 */
export async function heardOfPull(
  parts: Parts,
  tx: Tx,
  repository: Repository,
  { number, labels, labeled, isNew, by }: HeardPull,
): Promise<Wake[]> {
  const change = await findChange(tx, repository.id, number);
  const policy = change && parts.policyFor(repository, change.baseRef);
  if (!change || !policy) return [];
  const entry = await findActiveEntry(tx, change.id);
  if (entry) {
    await saveMergeEntry(tx, { ...entry, nextAt: parts.now() });
    return [{ type: 'merging' }];
  }
  if (change.state !== 'open' || policy.label === null || !hasLabel({ labels: labels ?? [] }, policy.label))
    return [];
  const asks = isNew || (labeled !== null && hasLabel({ labels: [labeled] }, policy.label));
  if (!asks && (await hasEntryFor(tx, change))) return [];
  const { fullName } = repository;
  const asked = await askMerge(parts, tx, { fullName, number, ask: { way: 'label', by } });
  if ('entry' in asked)
    await appendAudit(tx, {
      ...byItself,
      ...{ at: parts.now(), act: 'merge.ask', way: 'github', repository: fullName },
      actor: { kind: 'github', name: by ?? 'somebody on GitHub', id: null },
      subject: `${fullName}#${number}`,
      after: { label: policy.label, commit: change.headSha },
    });
  return asked.wakes;
}

/** An open pull request as GitHub lists it. */
export type SeenPull = { number: number; headSha: CommitSha; labels: readonly string[] | null };

/**
 * Asks for those whose label nobody has told of. Seen again and again, a label asks once for each head and base: what was
 * ejected or taken back stays so until somebody does something. What is asked for already the loop looks at by itself.
 */
export async function sawOpenPulls(
  parts: MergingParts,
  repository: Repository,
  pulls: readonly SeenPull[],
): Promise<void> {
  if (!parts.isConfigured) return;
  for (const pull of pulls) {
    if (!(await isUnheard(parts, parts.store.read, repository, pull))) continue;
    const wakes = await parts.store.write(async tx => {
      await assertRole(tx, parts.role);
      const isStill = await isUnheard(parts, tx, repository, pull);
      const heard = { ...pull, labeled: null, isNew: false, by: null };
      return isStill ? heardOfPull(parts, tx, repository, heard) : [];
    });
    parts.wakeUp(wakes);
  }
}

async function isUnheard(
  { policyFor }: Parts,
  tx: Tx,
  repository: Repository,
  { number, headSha, labels }: SeenPull,
): Promise<boolean> {
  if (!labels || labels.length === 0) return false;
  const change = await findChange(tx, repository.id, number);
  if (change?.state !== 'open' || change.headSha !== headSha) return false;
  const label = policyFor(repository, change.baseRef)?.label ?? null;
  return label !== null && hasLabel({ labels }, label) && !(await hasEntryFor(tx, change));
}
