/** How hosts, images and machines stand, in the shapes of outcomes. Pure. */
import type { Standing } from '#shared/api.ts';
import type { HostView, MachineView } from '#shared/fleet-api.ts';
import type { VersionStatus } from '#shared/image-api.ts';
import { system } from '../texts/system.ts';
import type { ImageRow } from './image-rows.ts';

export type Sign = { standing: Standing; label: string };

export function signOfHost({ isConnected, isDraining, quarantine }: HostView): Sign {
  if (!isConnected) return { standing: 'failed', label: system.signs.silent };
  if (quarantine) return { standing: 'errored', label: system.inQuarantine };
  return isDraining
    ? { standing: 'blocked', label: system.draining }
    : { standing: 'passed', label: system.connected };
}

export function signOfImage({ image, pool }: ImageRow): Sign {
  if (image.isDisabled) return { standing: 'blocked', label: system.signs.disabled };
  if (!pool)
    return image.probation === null
      ? { standing: 'failed', label: system.signs.refused }
      : { standing: 'preparing', label: system.signs.probation };
  if (pool.failing?.isQuarantined) return { standing: 'errored', label: system.inQuarantine };
  if (pool.isPaused) return { standing: 'blocked', label: system.paused };
  // As many as it may have is no trouble; fewer than that is.
  return pool.missing > 0 && pool.limit.kind !== 'max-reached'
    ? { standing: 'failed', label: system.signs.short }
    : { standing: 'passed', label: system.signs.ready };
}

export function signOfMachine({ status, hasFailed }: MachineView): Sign {
  const label = hasFailed ? system.failed : status;
  if (hasFailed) return { standing: 'failed', label };
  if (status === 'busy') return { standing: 'running', label };
  if (status === 'ready') return { standing: 'passed', label };
  return { standing: status === 'gone' ? 'skipped' : 'queued', label };
}

export const standingOfVersion: Record<VersionStatus, Standing> = {
  probation: 'preparing',
  ready: 'passed',
  refused: 'failed',
};
