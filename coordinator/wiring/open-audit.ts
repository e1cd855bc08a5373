/** The audit log: kept within its bounds, and told with which configuration the coordinator starts. */

import { limits } from '#shared/limits.ts';
import { type Audit, createAudit } from '../audit/audit.ts';
import { noteConfiguration } from '../audit/note-configuration.ts';
import { maskConfig } from '../config/mask-config.ts';
import type { Storage } from './open-storage.ts';
import { type Scene, tidy } from './scene.ts';

export async function openAudit(scene: Scene, { store }: Storage): Promise<Audit> {
  const { config, now, closers, logger } = scene;
  const audit = createAudit({ store, now });
  await noteConfiguration(store, maskConfig(config), now());
  // What was counted in the hour that is not over yet.
  closers.push(() => audit.tidy({ isLast: true }));
  tidy(scene, 'old entries of the audit log', limits.auditTidyMs, async () => {
    const { seq, digest } = await audit.tidy();
    // Whoever writes the log anew cannot write anew where it has been sent.
    logger.info({ seq, digest }, 'the audit log stands here');
  });
  return audit;
}
