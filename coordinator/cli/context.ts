import { type Client, createClient } from './client.ts';
import { type AddressOptions, requireCoordinator } from './find-coordinator.ts';
import type { Terminal } from './output/terminal.ts';

/** What every verb is given: where to print, and whose coordinator is meant. */
export type Context = {
  terminal: Terminal;
  environment: NodeJS.ProcessEnv;
  /** Relative paths start here. */
  directory: string;
  address: AddressOptions;
};

export const clientFor = async ({ address, environment }: Context): Promise<Client> =>
  createClient(await requireCoordinator(address, environment));

/** `--json`: the contract of `shared/api.ts`, indented for whoever looks. */
export const printJson = ({ terminal }: Context, value: unknown): void =>
  terminal.line(JSON.stringify(value, null, 2));
