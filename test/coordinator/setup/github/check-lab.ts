/** A coordinator's configuration, the fake GitHub, and the check of one by the other. */
import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Diagnosis, diagnosis } from '#shared/diagnosis.ts';
import { fullName, shaOf } from '../../github/small-github.ts';
import { type HookReceiver, openHookReceiver } from './hook-receiver.ts';
import { type Lab, openSetUpLab } from './set-up-lab.ts';

const pair = () =>
  generateKeyPairSync('rsa', {
    modulusLength: 2_048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
export const [ours, others] = [pair(), pair()];
export const secret = 'a-secret-of-the-tests';

export type CheckLab = {
  lab: Lab;
  receiver: HookReceiver;
  /** `github`: what stands there besides the address of its API. */
  configure(github: string, url?: string, repository?: string): Promise<void>;
  check(...more: string[]): Promise<Diagnosis & { code: number }>;
  write(file: string, text: string): Promise<void>;
  close(): Promise<void>;
};

/** The key of the App lies in `app.pem`, the secret of the webhook in `hook`. */
export async function openCheckLab(): Promise<CheckLab> {
  const lab = await openSetUpLab();
  const receiver = await openHookReceiver([secret]);
  lab.fake.github.createRepository({ fullName, cloneUrl: 'http://127.0.0.1:1/x', head: shaOf(0) });
  const write = (file: string, text: string) => writeFile(path.join(lab.directory, file), text);
  await write('app.pem', ours.privateKey);
  await write('hook', secret);
  return {
    lab,
    receiver,
    write,
    configure: (github, url = receiver.url, repository = fullName) =>
      write(
        'paddock.yaml',
        `url: ${url}\ngithub: { api: '${lab.fake.baseUrl}', ${github} }\nrepositories: [{ name: ${repository} }]\n`,
      ),
    async check(...more) {
      const running = lab.start('github', 'check', '--json', ...more);
      const code = await running.ended;
      return { code, ...diagnosis.parse(JSON.parse(running.stdout() || running.stderr())) };
    },
    async close() {
      await receiver.close();
      await lab.close();
    },
  };
}

export const toldOf = ({ findings }: Diagnosis, state: string): string[] =>
  findings.filter(finding => finding.state === state).map(({ about, text }) => `${about}: ${text}`);
