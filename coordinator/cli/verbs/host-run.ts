import { mirrorIn } from '#shared/mirror.ts';
import type { Context } from '../context.ts';
import { CliError } from '../errors.ts';
import { fleetTexts as texts } from '../fleet-texts.ts';
import { hostHere } from '../local-verbs.ts';
import { readStandardInput } from '../standard-input.ts';

export type HostRunOptions = {
  state?: string;
  /** Without a value: the one that is usual for this user. */
  libvirt?: string | true;
  mirror?: string[];
};

/** Runs the host agent of this computer until Ctrl-C. The exit code. */
export async function hostRun(
  context: Context,
  { state, libvirt, mirror = [] }: HostRunOptions,
): Promise<number> {
  const bad = mirror.find(text => mirrorIn(text) === null);
  if (bad !== undefined) throw new CliError('usage', texts.badMirror(bad), texts.hints.hostRun);
  const { terminal, environment, address } = context;
  return hostHere({
    coordinator: machineListener(address.coordinator),
    state: state ?? null,
    libvirt: libvirtUri(libvirt),
    mirrors: mirror,
    environment,
    readToken: () => readToken(terminal.note),
  });
}

function machineListener(url: string | undefined): string {
  if (url !== undefined && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  throw new CliError('usage', texts.noCoordinatorForHost, texts.hints.addHost);
}

function libvirtUri(given: string | true | undefined): string | null {
  if (given === undefined) return null;
  if (given === true) return process.getuid?.() === 0 ? 'qemu:///system' : 'qemu:///session';
  if (/^qemu:\/\/\/(?:system|session)$/.test(given)) return given;
  throw new CliError('usage', texts.badLibvirt(given), texts.hints.hostRun);
}

async function readToken(note: (text: string) => void): Promise<string> {
  if (process.stdin.isTTY) note(texts.pasteToken);
  const given = await readStandardInput();
  if (given === '') throw new CliError('token', texts.noJoinToken, texts.hints.addHost);
  return given;
}
