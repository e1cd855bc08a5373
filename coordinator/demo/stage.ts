/** What the demonstration plays on: a stand-in for GitHub, a repository that it knows, and a coordinator connected to both. */
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { localImageName } from '../local-image.ts';
import { type Occasion, startOccasion } from '../occasion.ts';
import { serveGit } from './git-server.ts';
import type { HookTarget } from './github-stand-in/deliver.ts';
import { type GithubStandIn, startGithubStandIn } from './github-stand-in/stand-in.ts';
import { createOrigin, type Origin } from './origin.ts';
import { firstFiles } from './rocket.ts';

export const repository = 'acme/rocket';

export type Stage = {
  github: GithubStandIn['github'];
  origin: Origin;
  occasion: Occasion;
  hook: HookTarget;
  image: string;
  close(): Promise<void>;
};

/** Sets the stage; whatever was set up is taken down again when a later part fails. */
export async function setStage(environment: NodeJS.ProcessEnv): Promise<Stage> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    return { ...(await build(environment, closers)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function build(
  environment: NodeJS.ProcessEnv,
  closers: (() => Promise<unknown>)[],
): Promise<Omit<Stage, 'close'>> {
  const [token, secret] = [randomSecret(), randomSecret()];
  const standIn = await startGithubStandIn({ token });
  closers.push(standIn.close);
  const image = await localImageName();
  const occasion = await startOccasion({
    environment: { ...environment, DEMO_TOKEN: token, DEMO_WEBHOOK_SECRET: secret },
    images: [image],
    configuration: configuration(standIn.baseUrl),
  });
  closers.push(occasion.close);
  const directory = path.join(occasion.directory, 'forge');
  await mkdir(directory);
  const git = await serveGit(directory, environment.PATH);
  closers.push(git.close);
  const origin = await createOrigin(path.join(directory, `${repository}.git`), environment.PATH);
  const head = await origin.commit('main', 'Orbits in hours', firstFiles);
  standIn.github.createRepository({ fullName: repository, cloneUrl: git.urlOf(`${repository}.git`), head });
  const hook = { url: `${occasion.url}/hooks/github`, secret };
  return { github: standIn.github, origin, occasion, hook, image };
}

const randomSecret = () => randomBytes(24).toString('base64url');

const configuration = (api: string) => `github:
  api: ${api}
  token: { env: DEMO_TOKEN }
  webhook-secrets: [{ env: DEMO_WEBHOOK_SECRET }]
repositories: [{ name: ${repository} }]
allow-unisolated: [${repository}]
`;
