/**
 * A virtual machine reaches its coordinator at the gateway of its network, under the port numbers that the coordinator
 * has elsewhere; its host carries the connections on. Whatever address such a machine is given, it asks there.
 */
import type { RunSpec } from '#shared/messages.ts';

/** The same address at the gateway; null: there is none, and addresses mean what they say. */
export function viaGateway(url: string, gateway: string | null): string {
  if (gateway === null) return url;
  const [, scheme = '', port = '', rest = ''] =
    /^(\w+:)\/\/(?:\[[^\]]*\]|[^/:?#]*)(:\d+)?(.*)$/.exec(url) ?? [];
  return `${scheme}//${gateway}${port}${rest}`;
}

/** Source and uploads of one attempt. */
export function specViaGateway(spec: RunSpec, gateway: string | null): RunSpec {
  if (gateway === null) return spec;
  const { source, artifacts } = spec;
  return {
    ...spec,
    source: source.type === 'none' ? source : { ...source, url: viaGateway(source.url, gateway) },
    artifacts: { ...artifacts, url: viaGateway(artifacts.url, gateway) },
  };
}
