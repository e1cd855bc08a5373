/**
 * One situation of merging, played by words over real git: `open:1` is a pull request, `ask:1` asks for its merge. What Paddock
 * would tell GitHub meanwhile leaves at the end.
 */
import { createForgeClient } from '#coordinator/github/forge-client.ts';
import { startOutbox } from '#coordinator/github/outbox.ts';
import { listPendingWrites } from '#coordinator/store/forge-writes.ts';
import { repository } from '#test/coordinator/support/bare-forge.ts';
import { type MergeLab, openMergeLab } from '#test/coordinator/support/merge-lab.ts';
import { until } from '#test/support/until.ts';
import type { Shown } from './rows.ts';

/** @returns what GitHub shows of each pull request once all is quiet */
export async function playMerging(script: string, merge: string): Promise<Shown[]> {
  const lab = await openMergeLab(merge);
  try {
    for (const word of script.split(/\s+/)) await say(lab, word);
    await lab.settle();
    await tellGithub(lab);
    if (lab.fake.violations.length > 0)
      throw new Error(`${script}: ${lab.fake.violations.map(each => each.problems)}`);
    return lab.github.pullRequests(repository).flatMap(pull => shownOf(lab, pull));
  } finally {
    await lab.close();
  }
}

async function say(lab: MergeLab, word: string): Promise<void> {
  const [what = '', digit = '0'] = word.split(':');
  const n = Number(digit);
  const deeds: Record<string, () => Promise<unknown>> = {
    open: () => lab.open({ [n]: { [`file-${n}`]: 'x' } }),
    'open-unapproved': () => lab.open({ [n]: { [`file-${n}`]: 'x' } }, { approve: false }),
    /** They cannot all be merged. */
    'open-same': () => lab.open({ [n]: { same: `${n}` } }),
    /** It passes as it is, and fails on what `base-moves` makes of the base. */
    'open-old': () => lab.open({ [n]: { [`uses-old-${n}`]: 'x' } }),
    'open-broken': () => lab.open({ [n]: { 'new-interface': 'x', [`uses-old-${n}`]: 'x' } }),
    ask: () => lab.ask(n),
    withdraw: () => lab.withdraw(n),
    close: () => lab.deliver(...lab.github.closePull({ repository, number: n })),
    test: () => lab.prepare().then(() => lab.test()),
    'base-moves': async () => {
      await lab.forge.make({ name: 'main', files: { 'new-interface': 'x' }, on: 'main' });
      await lab.deliver(...(await lab.forge.tell(lab.github)));
    },
  };
  const deed = deeds[what];
  if (!deed) throw new Error(`there is no word ${word}`);
  await deed();
}

async function tellGithub({ store, role, now, fake, pass }: MergeLab): Promise<void> {
  const unexpected = (_: object, message: string): never => {
    throw new Error(message);
  };
  const outbox = startOutbox({
    ...{ store, role, now, random: () => 0.5 },
    client: createForgeClient({ baseUrl: fake.baseUrl, token: fake.token, now }),
    describeCheck: async () => unexpected({}, 'a token writes no checks'),
    report: { warn: unexpected, error: unexpected },
  });
  try {
    await until('GitHub has been told', async () => {
      pass(1_000);
      outbox.wake();
      return (await listPendingWrites(store.read, 999)).length === 0;
    });
  } finally {
    await outbox.close();
  }
}

type Pull = ReturnType<MergeLab['github']['pullRequests']>[number];

function shownOf({ github }: MergeLab, { number, head, state }: Pull): Shown[] {
  const newest = new Map(github.statusesOf(repository, head.sha).map(status => [status.context, status]));
  // They leave beside each other.
  const sorted = [...newest.values()].sort((a, b) => (a.context < b.context ? -1 : 1));
  const commit = `head of #${number}`;
  const statuses = sorted.map(({ context, state, description }) => ({
    ...{ commit, context, state },
    description: (description ?? '').replace(/\b[0-9a-f]{7}\b/g, '<commit>'),
  }));
  return [...statuses, { commit, context: `#${number}`, state: state.status, description: '' }];
}
