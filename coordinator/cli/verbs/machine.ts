/** `paddock machine`: what runs, and why something did not start. */
import { writeFile } from 'node:fs/promises';
import * as z from 'zod';
import { machineDetail, machineView } from '#shared/fleet-api.ts';
import { type MachineId, machineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { type Context, clientFor, printJson } from '../context.ts';
import { CliError } from '../errors.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { fleetTexts as texts } from '../fleet-texts.ts';
import { machineLines, machineTable } from '../output/machine-lines.ts';

type ShowOptions = { json?: boolean };

export async function listMachines(
  context: Context,
  { json, all }: ShowOptions & { all?: boolean },
): Promise<ExitCode> {
  const { terminal } = context;
  const route = `/api/v1/machines${all ? '?all=1' : ''}`;
  const machines = await (await clientFor(context)).get(route, z.array(machineView));
  if (json) printJson(context, machines);
  else if (machines.length === 0) {
    terminal.note(texts.noMachinesYet);
    if (!all) terminal.hint(texts.hints.machines);
  } else
    for (const line of machineTable(machines, terminal.colors, terminal.columns, Date.now()))
      terminal.line(line);
  return exitCodes.ok;
}

export async function showMachine(
  context: Context,
  text: string,
  { json, screenshot }: ShowOptions & { screenshot?: string },
): Promise<ExitCode> {
  const { terminal } = context;
  const id = machineId.safeParse(text);
  if (!id.success) throw new CliError('usage', texts.badMachine(text), texts.hints.machines);
  if (screenshot !== undefined) return saveScreen(context, id.data, screenshot);
  const machine = await (await clientFor(context)).get(`/api/v1/machines/${id.data}`, machineDetail);
  if (json) printJson(context, machine);
  else
    for (const line of machineLines(machine, terminal.colors, terminal.columns, Date.now()))
      terminal.line(line);
  return exitCodes.ok;
}

async function saveScreen(context: Context, id: MachineId, file: string): Promise<ExitCode> {
  const client = await clientFor(context);
  const chunks: Uint8Array[] = [];
  const signal = AbortSignal.timeout(limits.cliCallMs);
  for await (const chunk of client.bytes(`/api/v1/machines/${id}/screen.png`, signal)) chunks.push(chunk);
  await writeFile(file, Buffer.concat(chunks)).catch(cause => {
    throw new CliError(
      'usage',
      texts.screenNotSaved(file, cause.code ?? cause.message),
      texts.hints.machine(id),
      {
        cause,
      },
    );
  });
  context.terminal.note(texts.screenSaved(file));
  return exitCodes.ok;
}
