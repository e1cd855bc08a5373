/** What people see of the queue. */
import { mayAnywhere, mayIn, type Repositoryish } from '#shared/roles.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { previewSentences } from '../fleet/preview-words.ts';
import type { PeopleParts } from '../http/parts.ts';
import { browseQueue } from '../queue/browse-queue.ts';
import type { WaitPorts } from '../queue/explain-wait.ts';
import type { Store } from '../store/store.ts';
import type { MergeParts } from './merge-parts.ts';
import { sightOf } from './sight.ts';

export type QueueOptions = {
  store: Store;
  brain: {
    fleet: Pick<Fleet, 'preview'>;
    merging: Pick<MergeParts, 'browse'>;
    waitPorts: WaitPorts;
  };
};

export function createQueueParts({ store, brain }: QueueOptions): Pick<PeopleParts, 'queue'> {
  const { fleet, merging, waitPorts } = brain;
  const ports = {
    ...waitPorts,
    async effectOf(image: string, max: number) {
      const preview = await fleet.preview(image, { max });
      return preview && !('refusal' in preview) ? (previewSentences(preview)[0] ?? null) : null;
    },
    async merging(maySee: (repository: Repositoryish) => boolean) {
      const { entries } = await merging.browse(store.read, maySee);
      const waiting = entries.filter(({ status }) => status === 'waiting');
      const times = waiting.map(({ askedAt }) => askedAt);
      return waiting.length === 0 ? null : { count: waiting.length, oldestAt: Math.min(...times) };
    },
  };
  return {
    async queue(asked, actor) {
      const { rights } = actor;
      const reader = {
        sight: await sightOf(store.read, actor),
        maySee: (repository: Repositoryish) => mayIn(rights, 'see', repository),
        mayIn: (permission: Parameters<typeof mayIn>[1], repository: Repositoryish) =>
          mayIn(rights, permission, repository),
        may: (permission: Parameters<typeof mayAnywhere>[1]) => mayAnywhere(rights, permission),
      };
      return browseQueue(store.read, ports, reader, asked);
    },
  };
}
