/** What carries bytes, and what removes old ones. */
import path from 'node:path';
import { limits } from '#shared/limits.ts';
import { createUploads } from '../artifacts/uploads.ts';
import { createCaches } from '../caches/caches.ts';
import { keptOf } from '../config/config.ts';
import { createLogs } from '../logs/logs.ts';
import { forgetOldTests } from '../reports/forget.ts';
import { createRetention } from '../retention/retention.ts';
import { maintainMirrors } from '../source/maintain-mirrors.ts';
import { createMirrors } from '../source/mirror.ts';
import { createSourceServer } from '../source/source-server.ts';
import { createArtifactRows } from './artifact-rows.ts';
import { forgeCredential } from './forge-credential.ts';
import { createLogRows } from './log-rows.ts';
import type { Storage } from './open-storage.ts';
import { createRemovalText, isTestedBranch } from './retention-ports.ts';
import { type Scene, tidy } from './scene.ts';

export type Bytes = Awaited<ReturnType<typeof openBytes>>;

/** Source in, logs and artifacts out. */
export async function openBytes(scene: Scene, storage: Storage) {
  const { config, credentials, environment, now, closers, logger, metrics } = scene;
  const { store, coordinator, role, blobs } = storage;
  const dir = path.join(config.dataDir, 'mirrors');
  const mirrors = createMirrors({
    dir,
    environment,
    credentialsFor: forgeCredential(config, credentials, store),
    // What a forge names is checked again, more strictly, in source-ports.
    policy: { allowLocal: true, allowSsh: true },
    forgeHosts: config.github ? [new URL(config.github.api).hostname.replace(/^api\./, '')] : [],
    log: logger,
  });
  closers.push(mirrors.close);
  tidy(scene, 'what mirrors need no more', limits.mirrorScanMs, signal =>
    maintainMirrors({ dir, mirrors, log: logger, now }, signal),
  );
  const source = createSourceServer({ mirrors, log: logger });
  closers.push(source.close);
  const logs = await createLogs({
    dir: path.join(config.dataDir, 'logs'),
    owner: coordinator,
    epoch: role.epoch,
    blobs,
    rows: createLogRows(store, config.logLimitBytes, createRemovalText(config, store)),
    log: logger,
    now,
    stored(bytes, lines) {
      metrics.count('paddock_log_bytes_total', {}, bytes);
      metrics.count('paddock_log_lines_total', {}, lines);
    },
  });
  closers.push(logs.close);
  const uploads = createUploads({
    blobs,
    rows: createArtifactRows(store),
    log: logger,
    received: (kind, bytes) => metrics.count('paddock_upload_bytes_total', { kind }, bytes),
  });
  closers.push(uploads.close);
  // A coordinator that was killed at the end of an attempt has not taken away what that one left half uploaded.
  tidy(scene, 'forsaken uploads', limits.uploadScanMs, () => uploads.reap(now()));
  const caches = createCaches({ store, blobs, fileId: mirrors.fileId, report: logger, now });
  const retention = createRetention({
    ...{ store, blobs, now, report: logger, days: config.retention.days },
    maxBytes: config.retention.maxBytes,
    keptOf: ({ fullName }, kind) => keptOf(config, fullName, kind),
    isTested: (repository, branch) => isTestedBranch(config, repository, branch),
    forgetTests: before => forgetOldTests(store, before),
  });
  const removal = tidy(scene, 'what was kept long enough', limits.retentionScanMs, retention.removeOld);
  tidy(scene, 'old caches', limits.cacheScanMs, async () => {
    if ((await caches.reap()) > 0) removal.wake();
  });
  return { mirrors, source, logs, uploads, caches, retention, removeOld: removal.wake };
}
