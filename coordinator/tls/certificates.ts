/**
 * The certificates of a coordinator that runs: read, renewed before they end, and looked at again whenever one of their files
 * changes, so that neither `paddock tls use` nor time asks for a restart.
 */
import { type FSWatcher, watch } from 'node:fs';
import { limits } from '#shared/limits.ts';
import { type Loop, startLoop } from '../ground/loop.ts';
import { TlsError } from './errors.ts';
import { type Kept, readKept, type TlsFiles, tlsFiles } from './folder.ts';
import { dayOf, nameOf, problemOfDates } from './identity.ts';
import { renewOwn } from './own-certificate.ts';

export type Certificates = {
  /** The newest. */
  kept(): Kept;
  /** Called after every change of them. */
  onChange(act: (kept: Kept) => Promise<void> | void): void;
  close(): Promise<void>;
};

export type CertificatesOptions = {
  dataDir: string;
  /** What the own certificate has to be for. */
  names: readonly string[];
  now: () => number;
  logger: Record<'info' | 'warn' | 'error', (fields: object, message: string) => void>;
};

/** Throws `no-certificate` and `certificate-unusable`. */
export async function openCertificates(options: CertificatesOptions): Promise<Certificates> {
  const files = tlsFiles(options.dataDir);
  let kept = await readNow(files, options);
  complainOf(kept, options);
  const listeners: ((kept: Kept) => Promise<void> | void)[] = [];
  const loop = startLoop({
    async tick() {
      const newest = await readNow(files, options);
      if (textOf(newest) !== textOf(kept)) {
        kept = newest;
        complainOf(kept, options);
        for (const act of listeners) await act(kept);
        const endsAt = [kept.own, ...(kept.given ? [kept.given.identity] : [])].map(
          ({ leaf }) => `${nameOf(leaf)} until ${dayOf(leaf.validToDate.getTime())}`,
        );
        options.logger.info({ certificates: endsAt }, 'the listeners show other certificates from now on');
      }
      return limits.certificateLookMs;
    },
    onError: error =>
      options.logger.error(
        { err: error },
        'the certificates cannot be renewed; those in use stay, and it is tried again',
      ),
    gatherMs: 50,
  });
  const watcher = watchFolder(files, loop);
  loop.wake();
  return {
    kept: () => kept,
    onChange: act => void listeners.push(act),
    async close() {
      watcher?.close();
      await loop.close();
    },
  };
}

async function readNow(files: TlsFiles, { names, now }: CertificatesOptions): Promise<Kept> {
  const kept = await readKept(files);
  if (!kept)
    throw new TlsError(
      'no-certificate',
      `listen.tls wants certificates, and ${files.folder} has none; make them: paddock tls init`,
    );
  return (await renewOwn(files, kept, names, now())) ?? kept;
}

const textOf = ({ authority, own, given }: Kept): string =>
  JSON.stringify([
    authority.certificate,
    own.chain,
    own.key,
    given?.identity.chain,
    given?.identity.key,
    given?.authorities,
  ]);

/** Only a given one can end unawares: nobody here renews it. */
function complainOf({ given }: Kept, { now, logger }: CertificatesOptions): void {
  if (!given) return;
  const { leaf } = given.identity;
  const endsAt = leaf.validToDate.getTime();
  const problem = problemOfDates(leaf, now());
  if (problem) logger.error({}, `${problem}; give a new one: paddock tls use`);
  else if (endsAt - now() < limits.certificateEndsSoonMs)
    logger.warn(
      {},
      `the certificate of ${nameOf(leaf)} ends on ${dayOf(endsAt)}; give a new one: paddock tls use`,
    );
}

/** Only a hint; the loop looks every minute besides. */
function watchFolder({ folder }: TlsFiles, loop: Loop): FSWatcher | null {
  try {
    const watcher = watch(folder, { persistent: false }, () => loop.wake());
    watcher.on('error', () => watcher.close()); // the folder went away: the loop says so
    return watcher;
  } catch {
    return null; // no more watches on this system
  }
}
