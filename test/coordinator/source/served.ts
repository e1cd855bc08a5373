/** A machine listener in small: `/<repository>/archive.tar` and `/<repository>/git/…` of one commit, on a free port. */
import type { Mirrors } from '#coordinator/source/mirror-port.ts';
import type { SourceReader } from '#coordinator/source/source-reader.ts';
import { createSourceServer } from '#coordinator/source/source-server.ts';
import type { CommitSha } from '#shared/ids.ts';
import { attempt, ensure, type Lab, type Origin, repository } from './lab.ts';

type Changes = Partial<SourceReader> & { mirrors?: Mirrors };

/** Mirrors the commit and serves it; `changes` say otherwise who reads what from where. */
export async function serve(lab: Lab, origin: Origin, commit: CommitSha, changes: Changes = {}) {
  const { mirrors = lab.mirrors(), ...reader } = changes;
  await ensure(mirrors, origin.path, commit);
  const warnings: object[] = [];
  const server = createSourceServer({
    mirrors,
    log: { info: () => {}, warn: fields => void warnings.push(fields) },
  });
  lab.onClose(() => server.close());
  const about = { repository, commit, attempt, ...reader };
  const ends: Promise<void>[] = [];
  const url = await lab.listen((request, response) => {
    const subPath = /^\/git\/([^?]*)/.exec(request.url ?? '')?.[1];
    const end =
      subPath === undefined
        ? server.serveArchive(request, response, about)
        : server.serveGit(request, response, { ...about, subPath });
    ends.push(end);
  });
  return { url, archive: `${url}/archive.tar`, git: `${url}/git`, mirrors, server, warnings, ends };
}
