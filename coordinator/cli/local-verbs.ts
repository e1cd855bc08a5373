/**
 * The one door from the command line into the composition root, for what happens on this computer. Behind it is a whole
 * coordinator, so it is opened only by the verbs that need one: `paddock runs` must not pay for it.
 */
import type { Bundle } from '#shared/bundle.ts';
import type { Diagnosis, Finding } from '#shared/diagnosis.ts';
import type { CreatedApp, SecretRotation } from '#shared/github-app.ts';
import type { ImageManifest } from '#shared/image-manifest.ts';
import type { Simulation } from '#shared/simulation.ts';
import type { TlsView } from '#shared/tls.ts';
import type { HostRun } from '../host-here.ts';
import type { SetUp, SetUpWish } from '../setup/github/create-app.ts';
import type { Refusal } from '../setup/github/set-up-page.ts';
import type { SetUpPlace } from '../setup/github/set-up-place.ts';
import type { Choices } from '../simulate/scenario.ts';
import { CliError } from './errors.ts';
import { githubTexts } from './github-texts.ts';
import type { Colors } from './output/terminal.ts';
import { texts } from './texts.ts';
import { tlsTexts } from './tls-texts.ts';

type Here = { environment: NodeJS.ProcessEnv };

/** `paddock up`; the exit code. */
export async function runHere(
  options: Here & {
    configFile: string | null;
    directory: string;
    isPlainTextAllowed: boolean;
    print(line: string): void;
  },
): Promise<number> {
  const { runCoordinator } = await import('../main.ts');
  return runCoordinator(options);
}

/** `paddock demo`; the exit code. */
export async function demoHere(
  options: Here & { once: boolean; colors: Colors; print(line: string): void },
): Promise<number> {
  const { runDemo } = await import('../demo/demo.ts');
  return saying(() => runDemo(options));
}

/** `paddock doctor`. */
export async function examineHere(
  options: Here & { configFile: string | null; directory: string },
): Promise<Diagnosis> {
  const { examine } = await import('../setup/doctor/examine.ts');
  return examine(options);
}

/** `paddock doctor --bundle`. @throws CliError `local`, such as when the database says not what is to be hidden */
export async function bundleHere(
  options: Here & { configFile: string | null; directory: string; file: string | null; hasNames: boolean },
): Promise<Bundle & { diagnosis: Diagnosis }> {
  const { makeBundle } = await import('../setup/bundle/bundle.ts');
  return saying(() => makeBundle(options));
}

/** Where `paddock github setup` leaves things, and what is known already. */
export async function setUpPlaceHere(
  options: Here & { configFile: string | null; directory: string },
): Promise<SetUpPlace> {
  const { findSetUpPlace } = await import('../setup/github/set-up-place.ts');
  return findSetUpPlace(options);
}

/** The page at which a browser begins. @throws CliError `local` before anything is made */
export async function openSetUpHere(wish: SetUpWish, onRefused: (why: Refusal) => void): Promise<SetUp> {
  const { openSetUp } = await import('../setup/github/create-app.ts');
  return saying(() => openSetUp(wish, onRefused), githubTexts.hints.replace);
}

/** Exchanges the code, keeps the secrets, writes the configuration. @throws CliError `local` */
export async function finishSetUpHere(wish: SetUpWish, code: string): Promise<CreatedApp> {
  const { finishSetUp } = await import('../setup/github/create-app.ts');
  return saying(() => finishSetUp(wish, code), githubTexts.hints.setup);
}

/** Null: it was not installed while somebody waited. */
export async function awaitInstallationHere(
  app: CreatedApp,
  web: string,
  signal: AbortSignal,
): Promise<Finding[] | null> {
  const { awaitInstallation } = await import('../setup/github/installed.ts');
  return saying(() => awaitInstallation(app, web, signal), githubTexts.hints.check);
}

/** `paddock github check`. @throws CliError `local` for a configuration that cannot be used */
export async function checkGithubHere(
  options: Here & { configFile: string | null; directory: string; mayRepeat: boolean },
): Promise<Diagnosis> {
  const { checkGithub } = await import('../setup/github/examine-github.ts');
  return saying(() => checkGithub(options));
}

/** `paddock github rotate-secret`. @throws CliError `local` */
export async function rotateSecretHere(
  options: Here & { configFile: string | null; directory: string; mayWrite: boolean },
): Promise<SecretRotation> {
  const { rotateSecret } = await import('../setup/github/rotate-secret.ts');
  return saying(() => rotateSecret(options), githubTexts.hints.check);
}

/** Where `paddock tls` finds the data directory, and what is said there. */
export type TlsPlaceHere = Here & { configFile: string | null; directory: string };

/** `paddock tls init`. @throws CliError `local` */
export async function initTlsHere(
  options: TlsPlaceHere & { names: readonly string[]; isNew: boolean },
): Promise<TlsView> {
  const { initTls } = await import('../setup/tls/tls-verbs.ts');
  return saying(() => initTls(options), tlsTexts.hints.init);
}

/** `paddock tls use`; without files: the private authority's own again. @throws CliError `local` */
export async function useTlsHere(
  options: TlsPlaceHere & {
    given: { certificateFile: string; keyFile: string; authorityFile: string | null } | null;
  },
): Promise<TlsView> {
  const { dropGivenTls, useTls } = await import('../setup/tls/tls-verbs.ts');
  const { given, ...place } = options;
  return saying(() => (given ? useTls({ ...place, ...given }) : dropGivenTls(place)), tlsTexts.hints.use);
}

/** `paddock tls show`. @throws CliError `local` for a configuration that cannot be used */
export async function showTlsHere(options: TlsPlaceHere): Promise<TlsView> {
  const { showTls } = await import('../setup/tls/tls-verbs.ts');
  return saying(() => showTls(options));
}

/** `paddock host run`; the exit code. */
export async function hostHere(options: HostRun): Promise<number> {
  const { runHostHere } = await import('../host-here.ts');
  return saying(() => runHostHere(options));
}

/** A folder with an `image.yaml`, and the files it brings along: SHA-256 → absolute path. */
export type ImageHere = { manifest: ImageManifest; files: ReadonlyMap<string, string> };

/** `paddock image lint` and `add`; else every problem, each with its place. */
export async function readImageHere(folder: string): Promise<ImageHere | { problems: string[] }> {
  const { readImage } = await import('../config/images.ts');
  const problems: string[] = [];
  const read = await readImage(folder, problems);
  return read && problems.length === 0 ? { manifest: read.image, files: read.files } : { problems };
}

export type SimulateHere = Choices & {
  /** Null: the usual scenario. */
  scenario: string | null;
  directory: string;
  jobs?: number;
  onProgress(done: number, jobs: number): void;
};

/** `paddock simulate`. @throws CliError `local` for a scenario that cannot be used */
export async function simulateHere(options: SimulateHere): Promise<Simulation> {
  const { scenario: file, directory, jobs, onProgress, ...choices } = options;
  const { readScenario, withChoices } = await import('../simulate/scenario.ts');
  const { simulate } = await import('../simulate/simulate.ts');
  return saying(async () => {
    const scenario = withChoices(await readScenario(file, directory), choices);
    return simulate({ scenario, jobs, onProgress });
  }, texts.hints.help('simulate'));
}

/** A coordinator that lives as long as one command. */
export type OccasionHere = {
  url: string;
  tokenFile: string;
  /** Everything of it; gone after `close`. */
  directory: string;
  close(): Promise<void>;
};

/** @throws CliError `local` with what keeps it from starting */
export async function startHere(options: Here & { images: readonly string[] }): Promise<OccasionHere> {
  const { startOccasion } = await import('../occasion.ts');
  const { url, tokenFile, coordinator, close } = await saying(() => startOccasion(options));
  return { url, tokenFile, directory: coordinator.dataDir, close };
}

/** What the root knows to be a matter of this computer becomes a sentence; a bug stays one. */
async function saying<Result>(act: () => Promise<Result>, hint = texts.hints.doctor): Promise<Result> {
  try {
    return await act();
  } catch (cause) {
    const { sentenceOf } = await import('../operational.ts');
    const sentence = sentenceOf(cause);
    if (sentence === null) throw cause;
    throw new CliError('local', sentence, hint, { cause });
  }
}
