/** The files in which an App's secrets lie: readable by their owner only, each whole or not at all, never over another one unasked. */
import { randomUUID } from 'node:crypto';
import { access, rm } from 'node:fs/promises';
import path from 'node:path';
import { BusError } from '../../bus/errors.ts';
import { createPrivateFile, makePrivateFolder, replacePrivateFile } from '../../bus/private-file.ts';
import { GithubSetUpError } from './errors.ts';

export type SecretPlaces = { privateKey: string; webhookSecret: string; clientSecret: string };

export const placesIn = (directory: string): SecretPlaces => ({
  privateKey: path.join(directory, 'private-key.pem'),
  webhookSecret: path.join(directory, 'webhook-secret'),
  clientSecret: path.join(directory, 'client-secret'),
});

/**
 * Before an App is made, because GitHub tells its key once: whether it can be kept. Leaves the folder and nothing in it.
 * Throws `exists`, `not-writable`.
 */
export async function prepareFolder(directory: string, mayReplace: boolean): Promise<void> {
  const there = await Promise.all(
    Object.values(placesIn(directory)).map(async file => ((await isThere(file)) ? [file] : [])),
  );
  const [first] = there.flat();
  if (first !== undefined && !mayReplace)
    throw new GithubSetUpError(
      'exists',
      `${first} is there already, perhaps of an App that is in use; nothing was done`,
    );
  await asOurs(async () => {
    await makePrivateFolder(directory);
    const trial = path.join(directory, `.${randomUUID()}`);
    await createPrivateFile(trial, 'a trial\n');
    await rm(trial, { force: true });
  });
}

const isThere = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

/** All or, of new ones, none. Throws `not-writable`, or `exists` for one that has come meanwhile. */
export async function keepSecrets(
  directory: string,
  { pem, webhookSecret, clientSecret }: { pem: string; webhookSecret: string | null; clientSecret: string },
  mayReplace: boolean,
): Promise<void> {
  const places = placesIn(directory);
  const files: [string, string][] = [
    [places.privateKey, pem],
    [places.clientSecret, `${clientSecret}\n`],
  ];
  if (webhookSecret !== null) files.push([places.webhookSecret, `${webhookSecret}\n`]);
  const made: string[] = [];
  try {
    for (const [file, text] of files) {
      await keep(file, text, mayReplace);
      made.push(file);
    }
  } catch (error) {
    if (!mayReplace) for (const file of made) await rm(file, { force: true });
    throw error;
  }
}

/** One more secret, beside those that are there. Throws `exists`, `not-writable`. */
export const keepOne = (file: string, secret: string): Promise<void> => keep(file, `${secret}\n`, false);

async function keep(file: string, text: string, mayReplace: boolean): Promise<void> {
  await asOurs(async () => {
    if (mayReplace) return replacePrivateFile(file, text);
    if (!(await createPrivateFile(file, text)))
      throw new GithubSetUpError('exists', `${file} is there already; it was left as it is`);
  });
}

async function asOurs(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (cause) {
    if (!(cause instanceof BusError)) throw cause;
    throw new GithubSetUpError('not-writable', cause.message, { cause });
  }
}
