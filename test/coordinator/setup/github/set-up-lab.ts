/** The whole way of `paddock github setup`, typed in this process, with a browser made of `fetch` and the fake GitHub. */
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { runCommandLine } from '#coordinator/cli/command-line.ts';
import { type FakeGithub, startFakeGithub } from '#test/support/fake-github/fake-github.ts';
import { until } from '#test/support/until.ts';

export type Running = {
  stdout(): string;
  stderr(): string;
  ended: Promise<number>;
};

export type Lab = {
  fake: FakeGithub;
  directory: string;
  environment: NodeJS.ProcessEnv;
  /** Types a command and does not wait. */
  start(...args: string[]): Running;
  /** The link that is printed first. */
  linkOf(running: Running): Promise<string>;
  /** The form on our page, as a browser reads it. */
  formOf(link: string): Promise<{ action: string; manifest: Record<string, unknown> }>;
  /** Presses the buttons, ours and GitHub's, which asks for the name; the address to which GitHub sends the browser. */
  press(form: { action: string; manifest: unknown }, name?: string): Promise<URL>;
  /** All that a person does in the browser. */
  visit(running: Running): Promise<void>;
  read(file: string): Promise<string>;
  modeOf(file: string): Promise<number>;
  close(): Promise<void>;
};

const entities: Record<string, string> = { 34: '"', 38: '&', 39: "'", 60: '<', 62: '>' };
const unescaped = (text: string): string => text.replace(/&#(\d+);/g, (_, code) => entities[code] ?? '?');

export async function openSetUpLab(): Promise<Lab> {
  const fake = await startFakeGithub();
  const directory = await mkdtemp(path.join(os.tmpdir(), 'paddock-set-up-'));
  const environment = { HOME: directory, PATH: process.env.PATH, PADDOCK_DATA: path.join(directory, 'data') };

  const lab: Lab = {
    fake,
    directory,
    environment,
    start(...args) {
      const [out, err] = [new PassThrough(), new PassThrough()];
      const [outTexts, errTexts]: [Buffer[], Buffer[]] = [[], []];
      out.on('data', chunk => outTexts.push(chunk));
      err.on('data', chunk => errTexts.push(chunk));
      const ended = runCommandLine(args, {
        stdout: out,
        stderr: err,
        environment,
        directory,
        version: '1.2.3',
      });
      return {
        stdout: () => Buffer.concat(outTexts).toString(),
        stderr: () => Buffer.concat(errTexts).toString(),
        ended,
      };
    },
    async linkOf(running) {
      const link = () => /^http:\/\/127\.0\.0\.1:\d+\/[\w-]+$/m.exec(running.stderr())?.[0];
      await until('the link is printed', () => link() !== undefined);
      return link() ?? '';
    },
    async formOf(link) {
      const html = await (await fetch(link)).text();
      const [, action = ''] = /<form action="([^"]+)"/.exec(html) ?? [];
      const [, manifest = ''] = /name="manifest" value="([^"]+)"/.exec(html) ?? [];
      return { action: unescaped(action), manifest: JSON.parse(unescaped(manifest)) };
    },
    async press({ action, manifest }, name) {
      const send = (more: Record<string, string>) =>
        fetch(action, {
          method: 'POST',
          body: new URLSearchParams({ manifest: JSON.stringify(manifest), ...more }),
          headers: { 'user-agent': 'a browser' },
          redirect: 'manual',
        });
      const [, proposed] = /name="name" value="([^"]*)"/.exec(await (await send({})).text()) ?? [];
      const answer = await send({ name: name ?? unescaped(proposed ?? '') });
      const location = answer.headers.get('location');
      if (!location) throw new Error(`GitHub's page answers ${answer.status}: ${await answer.text()}`);
      return new URL(location);
    },
    async visit(running) {
      const back = await lab.press(await lab.formOf(await lab.linkOf(running)));
      const page = await fetch(back);
      if (!page.ok) throw new Error(`our page answers ${page.status}`);
    },
    read: file => readFile(path.resolve(directory, file), 'utf8'),
    modeOf: async file => (await stat(path.resolve(directory, file))).mode & 0o777,
    async close() {
      await fake.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
  return lab;
}

/** What names the fake GitHub as an Enterprise server, and a coordinator that it reaches. */
export const at = ({ fake }: Lab, url = 'http://127.0.0.1:1'): string[] => [
  '--ghe',
  fake.baseUrl,
  '--url',
  url,
];
