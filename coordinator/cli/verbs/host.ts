/** `paddock host`: the computers that machines run on. */
import * as z from 'zod';
import { done } from '#shared/api.ts';
import { type HostInvitation, hostDetail, hostInvitation, hostView } from '#shared/fleet-api.ts';
import type { HostTraitsChange } from '#shared/host-traits.ts';
import { type Context, clientFor, printJson } from '../context.ts';
import { CliError } from '../errors.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { isLoopback } from '../find-coordinator.ts';
import { fleetTexts as texts } from '../fleet-texts.ts';
import { hostLines, hostTable } from '../output/host-lines.ts';

export type ShowOptions = { json?: boolean };
export type TraitOptions = ShowOptions & {
  label: HostTraitsChange['labels'];
  resource: HostTraitsChange['resources'];
};

const routeOf = (name: string, verb = ''): string =>
  `/api/v1/hosts/${encodeURIComponent(name)}${verb && `/${verb}`}`;

export async function listHosts(context: Context, { json }: ShowOptions): Promise<ExitCode> {
  const { terminal } = context;
  const hosts = await (await clientFor(context)).get('/api/v1/hosts', z.array(hostView));
  if (json) printJson(context, hosts);
  else if (hosts.length === 0) {
    terminal.note(texts.noHosts);
    terminal.hint(texts.hints.addHost);
  } else
    for (const line of hostTable(hosts, terminal.colors, terminal.columns, Date.now())) terminal.line(line);
  return exitCodes.ok;
}

export async function showHost(context: Context, name: string, { json }: ShowOptions): Promise<ExitCode> {
  const { terminal } = context;
  const host = await (await clientFor(context)).get(routeOf(name), hostDetail);
  if (json) printJson(context, host);
  else for (const line of hostLines(host, terminal.colors, terminal.columns, Date.now())) terminal.line(line);
  return exitCodes.ok;
}

/** Prints the one line that starts a host agent elsewhere; everything about it goes to standard error. */
export async function addHost(context: Context, name: string, options: TraitOptions): Promise<ExitCode> {
  const { terminal } = context;
  const { json, ...others } = options;
  const traits = changeOf(others);
  const body = traits ? { name, traits } : { name };
  const invitation = await (await clientFor(context)).post('/api/v1/hosts', hostInvitation, body);
  if (json) {
    printJson(context, invitation);
    return exitCodes.ok;
  }
  if (invitation.isKnown) terminal.say(texts.isKnown(name));
  terminal.say(
    texts.pasteThere(name, Math.round((invitation.expiresAt - Date.now()) / 60_000), invitation.expiresAt),
  );
  terminal.line(joinLine(invitation));
  if (isLoopback(invitation.coordinator))
    terminal.say(texts.onlyHere(invitation.coordinator), terminal.noteColors.yellow);
  return exitCodes.ok;
}

const changeOf = ({ label: labels, resource: resources }: TraitOptions): HostTraitsChange | null =>
  Object.keys({ ...labels, ...resources }).length === 0 ? null : { labels, resources };

/** Shows the host as it is then. */
export async function setHost(context: Context, name: string, options: TraitOptions): Promise<ExitCode> {
  const { terminal } = context;
  const change = changeOf(options);
  if (!change) throw new CliError('usage', texts.setWhat, texts.hints.setHost(name));
  const host = await (await clientFor(context)).post(routeOf(name, 'set'), hostDetail, change);
  if (options.json) printJson(context, host);
  else for (const line of hostLines(host, terminal.colors, terminal.columns, Date.now())) terminal.line(line);
  return exitCodes.ok;
}

/** The secret is in the environment of one command, not among its arguments, which every user of a computer sees. */
export const joinLine = ({ token, coordinator, drivers }: HostInvitation): string =>
  `PADDOCK_JOIN_TOKEN=${token} paddock host run --coordinator ${coordinator}${drivers.includes('libvirt') ? ' --libvirt' : ''}`;

export async function changeHost(
  context: Context,
  name: string,
  verb: 'drain' | 'resume' | 'remove',
  options: ShowOptions & { force?: boolean },
): Promise<ExitCode> {
  const client = await clientFor(context);
  const body = verb === 'remove' ? { isForced: options.force ?? false } : undefined;
  const answer = await client.post(routeOf(name, verb), done, body);
  if (options.json) printJson(context, answer);
  else context.terminal.line(answer.message);
  return exitCodes.ok;
}
