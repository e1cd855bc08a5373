/**
 * Attacks that tests of other folders try already: the table points at them and runs those files. A row whose test is not
 * found any more counts as one that got through, so that nothing leaves the table unseen.
 */
import type { Area, From } from './attack.ts';

export type Elsewhere = {
  area: Area;
  attack: string;
  from: From;
  got: string;
  /** Path of the test file, and the test's title or its beginning. */
  file: string;
  title: string;
};

const row = (
  area: Area,
  from: From,
  attack: string,
  got: string,
  [file, title]: [file: string, title: string],
): Elsewhere => ({ area, from, attack, got, file, title });

const doors = 'test/coordinator/http/doors.test.ts';
const enrolRates = 'test/coordinator/http/enrol-rates.test.ts';
const hooks = 'test/coordinator/http/hooks.test.ts';
const files = 'test/coordinator/http/files.test.ts';
const upgrades = 'test/coordinator/http/upgrades.test.ts';
const uploads = 'test/coordinator/artifacts/uploads.test.ts';
const caches = 'test/coordinator/caches/caches.test.ts';
const gitHttp = 'test/coordinator/source/git-http.test.ts';
const fetching = 'test/coordinator/source/fetch-over-http.test.ts';
const tree = 'test/agent/guest/process/step-tree.test.ts';
const output = 'test/scenarios/output.test.ts';
const yaml = 'test/coordinator/yaml/yaml.test.ts';
const reports = 'test/coordinator/reports/bad-reports.test.ts';
const forks = 'test/coordinator/runs/trust-forks.test.ts';

const between = 'test/attacks/man-in-the-middle.test.ts';
const otherAttempts = 'test/attacks/other-attempts.test.ts';

export const elsewhere: readonly Elsewhere[] = [
  row(
    'guest',
    'guest',
    'a guest uses the source, uploads or caches of another attempt',
    'refused, and nobody behind the door is asked',
    [otherAttempts, 'of another attempt'],
  ),
  row(
    'guest',
    'guest',
    'a guest uses a token after its time',
    'refused, and nobody behind the door is asked',
    [otherAttempts, 'after its time'],
  ),
  row(
    'NATS',
    'network',
    'a server in between takes the login of a machine',
    'no login: its certificate is not believed',
    [between, 'to have a machine log in to NATS with'],
  ),
  row(
    'web',
    'network',
    'a server in between gets a ticket, a token or a file',
    'nothing is sent: its certificate is not believed',
    [between, 'to get'],
  ),
  row('web', 'network', 'a join token is sent in plain text', 'it is not sent', [
    between,
    'to be shown a join token in plain text',
  ]),
  row(
    'guest',
    'pull request',
    'a fork gets the secrets of main',
    'no secrets, an archive, and no machine that isolates nothing',
    [forks, 'is no more trusted: no secrets'],
  ),
  row(
    'guest',
    'pull request',
    'a stranger pushes to a fork that was approved, and it runs',
    'it waits for an approval of its own',
    [forks, 'waits when somebody else has pushed to it'],
  ),
  row(
    'guest',
    'pull request',
    'a change of a fork writes a cache for main',
    'what it hands over is not taken',
    [caches, 'what is not trusted reads, and may not hand over'],
  ),
  row(
    'guest',
    'pull request',
    'a change reads or writes the cache of another change, image or repository',
    'nothing is found',
    [caches, 'other branches, other images, other repositories'],
  ),
  row('guest', 'guest', 'a guest hands over a cache that its suite does not name', '404', [
    caches,
    'an attempt that is over, or a cache that its suite does not name',
  ]),
  row(
    'guest',
    'guest',
    'a guest uploads for another attempt, one that is over, or more than it announced',
    '403, 410, and the connection is cut',
    [uploads, 'refuses an attempt that is over'],
  ),
  row(
    'guest',
    'guest',
    'a guest fills the disk with files without number',
    '413 beyond the bound, also when all arrive at once',
    [uploads, 'is bounded in files, begun and complete'],
  ),
  row(
    'guest',
    'guest',
    'a guest fills the disk with files of two gibibytes each',
    '413 beyond what a job may hand over in all',
    [uploads, 'is bounded in bytes, of all its files together'],
  ),
  row(
    'guest',
    'guest',
    'a guest reads a file of another repository by its digest',
    'that file has to be sent like any other',
    [uploads, 'counts for nothing when another repository has it'],
  ),
  row('guest', 'guest', 'a guest makes a token say more than it was given for', 'forged', [
    'test/coordinator/access/attempt-tokens.test.ts',
    'claims that were changed are forged',
  ]),
  row('guest', 'host', 'a host hands over a picture that is a bomb, or no picture', 'it is dropped', [
    'test/agent/host/libvirt/screenshot.test.ts',
    'a picture that unpacks to more or less',
  ]),
  row('NATS', 'guest', 'a guest floods the coordinator with requests', 'it is cut off; others are answered', [
    'test/coordinator/bus/answering.test.ts',
    'a peer that floods is cut off',
  ]),
  row(
    'processes',
    'pull request',
    'a process outlives its job in a session of its own',
    'killed with its step',
    [tree, 'a child in a session of its own'],
  ),
  row(
    'processes',
    'pull request',
    'a daemon that forked twice and closed everything outlives its job',
    'killed with its step',
    [tree, 'a daemon that forked twice'],
  ),
  row(
    'processes',
    'pull request',
    'a process hides by dropping its environment',
    'killed by its session or its parents',
    [tree, 'a child without our environment is killed by its session'],
  ),
  row('processes', 'pull request', 'processes breed faster than they are killed', 'all are killed', [
    tree,
    'processes that breed in new sessions',
  ]),
  row(
    'processes',
    'pull request',
    'a suite prints a secret in pieces to get it past the redaction',
    'asterisks',
    [output, 'a secret that is printed in two writes'],
  ),
  row(
    'processes',
    'pull request',
    'a suite floods its log until the disk is full',
    'the job ends at the bound of its log',
    [output, 'a log over its bound ends the job'],
  ),
  row(
    'archives',
    'pull request',
    'the source of a commit has a link out of the checkout',
    'refused for good; the workspace stays empty',
    ['test/agent/guest/source/fetch-source.test.ts', 'an archive with'],
  ),
  row(
    'archives',
    'pull request',
    'a cache changes files beside its own directory',
    'only its own directory is unpacked',
    ['test/agent/guest/caches/directories.test.ts', 'a cache changes nothing but its own directory'],
  ),
  row('archives', 'pull request', 'an artifact is a link to a file outside of the checkout', 'refused', [
    'test/agent/guest/uploads/find-artifacts.test.ts',
    'a link that leads out of the checkout',
  ]),
  row(
    'git and addresses',
    'pull request',
    'attributes of a repository hide files from the archive that is tested',
    'they are not obeyed',
    ['test/coordinator/source/archive.test.ts', 'attributes of the tested repository'],
  ),
  row(
    'git and addresses',
    'pull request',
    'the suite file is a link to a file of the coordinator',
    'refused, also as a directory on the way',
    ['test/coordinator/source/read-file.test.ts', 'a symbolic link is refused'],
  ),
  row(
    'git and addresses',
    'pull request',
    'a pack with a damaged object is taken into the mirror',
    'refused by fsck',
    [fetching, 'a pack with a damaged object'],
  ),
  row(
    'git and addresses',
    'network',
    'a redirect leads the fetch, or its credential, elsewhere',
    'not followed; no credential leaves',
    [fetching, 'a redirect is not followed'],
  ),
  row('git and addresses', 'network', 'a credential is read on its way', 'never sent in plain text', [
    fetching,
    'a credential is never sent in plain text',
  ]),
  row('git and addresses', 'guest', 'a guest pushes to the mirror', '403', [gitHttp, 'nobody can push']),
  row('git and addresses', 'guest', 'a guest fetches a commit of another repository', 'not our ref', [
    gitHttp,
    'a commit of another repository cannot be had',
  ]),
  row('git and addresses', 'guest', 'a request body is a gzip bomb', '413 at 8 MiB inflated', [
    gitHttp,
    'a body',
  ]),
  row(
    'git and addresses',
    'guest',
    'a suite in a machine reaches loopback, private networks or the metadata of a cloud by the proxy of its host',
    '403, whatever the spelling',
    ['test/agent/host/libvirt/network/egress.test.ts', 'of a name that leads to both kinds'],
  ),
  row(
    'web',
    'stranger',
    'a name is pointed at the coordinator, to read it with a browser',
    '403: not called by that name',
    [doors, 'a name that was pointed at us is refused'],
  ),
  row(
    'web',
    'stranger',
    'a foreign page acts with the cookie of an administrator',
    '403: another site must not act here',
    [doors, 'another site cannot change anything'],
  ),
  row('web', 'stranger', 'a stranger changes anything, on every route', '401', [
    doors,
    'every route that changes something',
  ]),
  row('web', 'stranger', 'a stranger sees that a private repository exists', '404, as of nothing', [
    doors,
    'to a stranger a private repository is not there',
  ]),
  row('web', 'stranger', 'a stranger keeps the coordinator busy', '429', [
    doors,
    'one address cannot keep the coordinator busy',
  ]),
  row(
    'web',
    'stranger',
    'join tokens are guessed, as many as a network can send',
    '429 beyond 1,000 in a minute; a right token passes',
    [enrolRates, 'who guesses join tokens is told to wait'],
  ),
  row('web', 'guest', 'a machine keeps the door of machines busy', '429; other machines are let in', [
    enrolRates,
    'a machine that enrols without end is told to wait',
  ]),
  row('web', 'stranger', 'headers without end fill the memory', '431', [
    doors,
    'headers without end are refused',
  ]),
  row(
    'web',
    'stranger',
    'an unforeseen failure tells how the coordinator is made',
    '500 with a number, and nothing of itself',
    [doors, 'an unforeseen failure shows a number'],
  ),
  row('web', 'stranger', 'a foreign page opens a WebSocket with the cookie of an administrator', '403', [
    upgrades,
    'a WebSocket of another site',
  ]),
  row(
    'web',
    'stranger',
    'a client of a WebSocket sends what is no frame, or too large',
    'the connection ends, and nothing else',
    [upgrades, 'bytes that are no frames'],
  ),
  row('web', 'stranger', 'a sign-in link is used twice', '401', [
    'test/coordinator/http/session.test.ts',
    'of many who try the same link',
  ]),
  row('web', 'stranger', 'a webhook is forged', '401 and one short line', [hooks, 'is refused with 401']),
  row('web', 'stranger', 'unsigned webhooks fill the memory', '503 for what is beyond the bound', [
    hooks,
    'bodies that nobody has verified yet',
  ]),
  row('web', 'stranger', 'a body that trickles in holds its connection', 'cut off', [
    hooks,
    'a body that trickles in',
  ]),
  row('web', 'pull request', 'a log is HTML to the browser', 'text/plain and nosniff', [
    files,
    'is text and never HTML',
  ]),
  row('web', 'pull request', 'a log writes script, links and turned text into the page', 'it stays text', [
    'test/browser/log/hostile.test.ts',
    'what a suite prints stays text',
  ]),
  row(
    'web',
    'pull request',
    'a link in a log runs a script (OSC 8, javascript:)',
    'text; real links open without this page',
    ['test/browser/log/hostile.test.ts', 'links lead to pages in a new tab'],
  ),
  row(
    'web',
    'pull request',
    'a log moves the cursor and hides what was printed',
    'readable, and nothing of it is obeyed',
    ['test/browser/log/hostile.test.ts', 'what was meant for a terminal'],
  ),
  row('files and text', 'pull request', 'aliases blow a suite file up', 'refused: they repeat too much', [
    yaml,
    'aliases cannot blow a file up',
  ]),
  row('files and text', 'pull request', 'a suite file nests without end', 'a mistake with its line', [
    yaml,
    'nesting without end',
  ]),
  row('files and text', 'pull request', 'a suite file is larger than any', 'refused unread', [
    yaml,
    'a file over the limit is refused unread',
  ]),
  row(
    'files and text',
    'pull request',
    'a report reads files of the coordinator by an entity',
    'not fetched; it stands as it was written',
    [reports, 'an external entity is not fetched'],
  ),
  row('files and text', 'pull request', 'a report multiplies entities', 'neither resolved nor multiplied', [
    reports,
    'an entity of the document itself',
  ]),
  row(
    'files and text',
    'pull request',
    'a report turns the direction of text or moves the cursor',
    'not in what is kept',
    [reports, 'control characters, NUL and turned directions'],
  ),
  row(
    'files and text',
    'stranger',
    'a search in a log takes for ever',
    'ended after its time; others go on',
    ['test/coordinator/logs/search.test.ts', 'with a pattern that takes for ever'],
  ),
];
