/** `paddock image add` and `test`: a version on probation, watched until it has passed or not. */
import { open } from 'node:fs/promises';
import path from 'node:path';
import { type RunView, runView } from '#shared/api.ts';
import {
  type ImageAdded,
  type ImageDetail,
  imageAdded,
  imageDetail,
  imageFileProgress,
  type VersionView,
} from '#shared/image-api.ts';
import { limits } from '#shared/limits.ts';
import type { Client } from '../client.ts';
import { type Context, clientFor, printJson } from '../context.ts';
import { CliError } from '../errors.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { askPatiently, type Patience, sayingOnce } from '../follow/patience.ts';
import { pause } from '../follow/pause.ts';
import { watch } from '../follow/watch.ts';
import { imageTexts as texts } from '../image-texts.ts';
import { countInterrupts } from '../interrupts.ts';
import { reportLines } from '../output/image-lines.ts';
import { imageRoute } from './image.ts';
import { readFolder } from './image-lint.ts';

export type AddOptions = { json?: boolean; detach?: boolean };

export async function addImage(context: Context, folder: string, options: AddOptions): Promise<ExitCode> {
  const { terminal } = context;
  const client = await clientFor(context);
  const { manifest, files } = await readFolder(context, folder);
  for (const [sha256, file] of files) await send(context, client, sha256, file);
  const added = await client.post('/api/v1/images', imageAdded, { manifest });
  if (added.isNew) terminal.note(texts.added(added.name, added.number));
  else terminal.note(texts.unchanged(added.name, added.number));
  if (options.detach) {
    if (options.json) printJson(context, added);
    return exitCodes.ok;
  }
  return follow(context, client, added, options);
}

export async function testImage(
  context: Context,
  name: string,
  { version, ...options }: { version?: number; json?: boolean },
): Promise<ExitCode> {
  const client = await clientFor(context);
  const body = version === undefined ? {} : { number: version };
  const tested = await client.post(imageRoute(name, 'test'), imageAdded, body);
  context.terminal.note(texts.tested(name, tested.number));
  return follow(context, client, tested, options);
}

/** Sends what the coordinator does not have of a file, in parts: one that is interrupted goes on where it was. */
async function send({ terminal }: Context, client: Client, sha256: string, file: string): Promise<void> {
  const route = `/api/v1/image-files/${sha256}`;
  const name = path.basename(file);
  let progress = await client.get(route, imageFileProgress);
  if (progress.isHere) return terminal.note(texts.isThere(name));
  const source = await open(file);
  try {
    const { size } = await source.stat();
    const part = new Uint8Array(limits.uploadChunkBytes);
    while (!progress.isHere) {
      const { offset } = progress;
      const { bytesRead } = await source.read(part, 0, part.length, offset);
      if (bytesRead === 0) throw new CliError('image', texts.changed(file), texts.hints.lint);
      const query = `?offset=${offset}&bytes=${size}`;
      progress = await client.put(`${route}${query}`, imageFileProgress, part.subarray(0, bytesRead));
      if (terminal.mayDraw)
        terminal.draw(`\r${texts.sending(name, Math.floor((100 * progress.offset) / size))}`);
    }
    if (terminal.mayDraw) terminal.draw('\r\u001b[K');
    terminal.note(texts.sent(name, size));
  } finally {
    await source.close();
  }
}

/** Until the suite has judged; Ctrl-C leaves it going. */
async function follow(
  context: Context,
  client: Client,
  { name, number }: ImageAdded,
  { json }: { json?: boolean },
): Promise<ExitCode> {
  const { terminal } = context;
  const interrupts = countInterrupts();
  const patience: Patience = { signal: interrupts.first, onSilence: sayingOnce(terminal.note) };
  try {
    const version = await judged(context, client, { name, number }, patience);
    if (version === null) {
      terminal.note(texts.goesOn(name));
      return exitCodes.other;
    }
    const { report, status } = version;
    if (json) printJson(context, version);
    else if (report) {
      for (const line of reportLines(report, terminal.colors, terminal.columns)) terminal.line(line);
      const [failed] = report.checks.filter(({ result }) => result === 'failed');
      terminal.note(conclusion(name, number, report.isOk, status));
      const job = failed && report.jobs.find(({ suite }) => suite === jobOf(failed.name));
      if (job) terminal.hint(texts.hints.logs(job.id));
    }
    return report?.isOk ? exitCodes.ok : exitCodes.failed;
  } finally {
    interrupts.close();
  }
}

function conclusion(name: string, number: number, isOk: boolean, status: VersionView['status']): string {
  if (isOk) return texts.passed(name, number);
  return status === 'ready' ? texts.failedAgain(name, number) : texts.refused(name, number);
}

/** Whose log says more about a check. */
const jobOf = (check: string): string =>
  check === 'artifact' || check === 'exit-code' || check === 'time-limit' ? check : 'machine';

async function judged(
  { terminal }: Context,
  client: Client,
  { name, number }: Pick<ImageAdded, 'name' | 'number'>,
  patience: Patience,
): Promise<VersionView | null> {
  const load = async () => versionOf(await client.get(imageRoute(name), imageDetail), number);
  let version = await askPatiently(load, patience);
  while (version && version.run === null && version.report === null) {
    await pause(limits.cliLookMs, patience.signal);
    version = await askPatiently(load, patience);
  }
  if (!version || version.run === null || version.report !== null) return version;
  const said = new Map<string, string>();
  for await (const run of watch(client, version.run, runOf(client, version.run), patience)) {
    for (const line of news(run, said)) terminal.note(terminal.noteColors.dim(texts.waits(line)));
    version = await askPatiently(load, patience);
    if (!version || version.report !== null) return version;
  }
  return null;
}

const runOf = (client: Client, run: string) => () => client.get(`/api/v1/runs/${run}`, runView);

function versionOf({ versions }: ImageDetail, number: number): VersionView {
  const version = versions.find(other => other.number === number);
  if (!version) throw new CliError('image', texts.isGone(number), null);
  return version;
}

/** What has changed since it was last said. */
function news({ jobs }: RunView, said: Map<string, string>): string[] {
  return jobs.flatMap(({ id, suite, text }) => {
    if (said.get(id) === text) return [];
    said.set(id, text);
    return `${suite}: ${text}`;
  });
}
