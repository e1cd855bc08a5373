import type { SourceFailure } from './errors.ts';

/**
 * What git's complaint means, from its own words (`LC_ALL=C`) and those of the servers it meets. The order matters: a
 * server's refusal is followed by "the remote end hung up", a full disk by "index-pack failed".
 */
const meanings: ReadonlyArray<readonly [RegExp, SourceFailure]> = [
  [/File too large/, 'pack-too-large'],
  [/No space left on device|Disk quota exceeded/i, 'disk-full'],
  [/not our ref|unadvertised object|couldn't find remote ref|is not a commit/i, 'no-such-commit'],
  [/returned error: 30\d|unable to update url base from redirection/i, 'repository-moved'],
  [
    /could not read (?:Username|Password)|Authentication failed|returned error: 40[13]|Permission denied \(|Host key verification failed|access denied/i,
    'auth-refused',
  ],
  [
    /repository '?.*'? not found|Repository not found|does not appear to be a git repository|returned error: 404|not exported|no such repository|does not exist/i,
    'repository-not-found',
  ],
  [/dubious ownership|transport '.*' not allowed/i, 'git-failed'],
  [
    /fsck error|bad object|is corrupt|is empty|unable to read (?:tree|sha1 file)|did not send all necessary objects|missing blob|index-pack failed|inflate/i,
    'source-damaged',
  ],
  [
    /Could ?n[o']t resolve host|unable to look up|Failed to connect|Couldn't connect|unable to connect|Connection (?:refused|reset|timed out)|timed out|Empty reply|early EOF|RPC failed|returned error: (?:429|5\d\d)|SSL|TLS|certificate|hung up|Operation too slow/i,
    'host-unreachable',
  ],
];

export const failureOf = (complaint: string): SourceFailure =>
  meanings.find(([words]) => words.test(complaint))?.[1] ?? 'git-failed';

const advice: Record<SourceFailure, string> = {
  'url-refused': 'Change the clone URL.',
  'no-such-commit': 'It may have been replaced by a force push; there is nothing to repeat.',
  'not-mirrored': 'Run it again to fetch it.',
  'mirror-damaged': 'It is fetched anew by itself.',
  'repository-not-found': 'Check the clone URL, and that the credential may read this repository.',
  'repository-moved': 'Redirects are not followed; put the new clone URL into the configuration.',
  'auth-refused': 'Check the credential for this repository.',
  'insecure-credential': 'Use https, or remove the credential.',
  'host-unreachable': 'It is tried again by itself.',
  'source-damaged': 'Run `git fsck` on the repository where it comes from.',
  'disk-full': 'Free space in the data directory; it is tried again by itself.',
  'timed-out': 'It is tried again by itself.',
  'not-a-file': 'Put a regular file there.',
  'file-too-large': 'Make it smaller.',
  'pack-too-large':
    'Its history comes as one file, which is larger than a mirror takes; take large files out of it.',
  'git-missing': 'Install git and make sure it is on PATH.',
  'git-failed': 'See the words of git.',
};

export const adviceFor = (failure: SourceFailure): string => advice[failure];

/** What git says of a file on this disk that is not as it was written. */
const corruption =
  /not a git repository|unable to read|is corrupt|object file .* is empty|inflate|packfile .* (?:cannot|does not|claims)/i;

export const isCorruption = (complaint: string): boolean => corruption.test(complaint);

/** The same, and that something is not there; of an object that somebody has named that alone says nothing. */
export const isLoss = (complaint: string): boolean =>
  isCorruption(complaint) || /bad (?:tree )?object|missing (?:blob|tree|commit)/i.test(complaint);

/** Without what a server says, and what git says of the server. */
export const ownWordsOf = (complaint: string): string =>
  complaint
    .split(/[\r\n]+/)
    .filter(line => !/^(?:remote:|error: remote unpack failed)/.test(line))
    .join('\n');

/** Git's words for people: the lines that complain, without secrets, in one line of at most 400 characters. */
export function wordsOfGit(complaint: string, secrets: readonly string[] = []): string {
  const lines = complaint.split(/[\r\n]+/).map(line => line.trim());
  const complaints = lines.filter(line => /^(?:fatal|error|remote|ssh|warning): ?\S/.test(line));
  const chosen = complaints.length > 0 ? complaints : lines.filter(line => line !== '');
  const safe = secrets
    .filter(secret => secret !== '')
    .reduce((text, secret) => text.replaceAll(secret, '***'), [...new Set(chosen)].join('; '))
    .replace(/(:\/\/)[^/@\s]+@/g, '$1***@');
  return safe.length > 400 ? `${safe.slice(0, 399)}…` : safe || 'git said nothing';
}
