/**
 * Who this coordinator is. The id belongs to the data directory, where its logs lie, and not to the database: several
 * coordinators may share that, and each has to wait for the other's lease on the role.
 */
import path from 'node:path';
import { type CoordinatorId, coordinatorId } from '#shared/ids.ts';
import { readOrMake } from '../bus/private-file.ts';
import { StoreError } from '../store/errors.ts';
import { newId } from '../store/new-id.ts';

/** The id in `<dir>/coordinator-id`, made the first time. @throws StoreError, and `not-writable` of the data directory */
export async function loadCoordinatorId(dir: string): Promise<CoordinatorId> {
  const file = path.join(dir, 'coordinator-id');
  const text = await readOrMake(file, () => `${newId.coordinator()}\n`);
  const { data, success } = coordinatorId.safeParse(text.trim());
  if (success) return data;
  throw new StoreError(
    'damaged',
    `${file} is damaged; restore it from a backup, or remove it: this coordinator is then a new one`,
  );
}
