/** What libvirt says there is: the domains that are Paddock's, by their metadata, whoever made them. */
import { type MachineId, machineId } from '#shared/ids.ts';
import { type MachineTag, machineTag } from '../machine-directory.ts';
import { domainNameOf, domainPrefix, metadataNamespace } from './domain.ts';
import { type Virsh, VirshFailed } from './virsh.ts';

export type Domains = {
  /** Those that exist now. Throws rather than answering with a part. */
  list(signal: AbortSignal): Promise<Map<MachineId, MachineTag>>;
  /** Success when there is none. */
  destroy(id: MachineId, signal: AbortSignal): Promise<void>;
};

export function createDomains(virsh: Virsh): Domains {
  /** A domain's name is its machine's id, and its metadata never change: asked for once. */
  const known = new Map<MachineId, MachineTag>();

  const listed = async (signal: AbortSignal) => idsIn(await virsh.run(['list', '--all', '--name'], signal));

  /** Throws unless the list proves that the domain is no more: what virsh says of a single one proves nothing. */
  async function requireGone(id: MachineId, error: unknown, signal: AbortSignal): Promise<void> {
    if (!(error instanceof VirshFailed && error.mayMeanGone)) throw error;
    if ((await listed(signal)).includes(id)) throw error;
  }

  async function tagOf(id: MachineId, signal: AbortSignal): Promise<MachineTag | null> {
    const before = known.get(id);
    if (before) return before;
    try {
      const tag = tagIn(await virsh.run(['metadata', domainNameOf(id), metadataNamespace], signal));
      if (tag?.id !== id) return null;
      known.set(id, tag);
      return tag;
    } catch (error) {
      const isStrangers =
        error instanceof VirshFailed && /metadata element is not present/.test(error.message);
      if (!isStrangers) await requireGone(id, error, signal);
      return null;
    }
  }

  return {
    async list(signal) {
      const ids = await listed(signal);
      const tags = await Promise.all(ids.map(async id => [id, await tagOf(id, signal)] as const));
      for (const id of known.keys()) if (!ids.includes(id)) known.delete(id);
      return new Map(tags.flatMap(([id, tag]) => (tag ? [[id, tag]] : [])));
    },
    async destroy(id, signal) {
      try {
        await virsh.run(['destroy', domainNameOf(id)], signal);
      } catch (error) {
        await requireGone(id, error, signal);
      }
    },
  };
}

function idsIn(names: string): MachineId[] {
  return names.split('\n').flatMap(line => {
    const name = line.trim();
    const id = machineId.safeParse(name.slice(domainPrefix.length));
    return name.startsWith(domainPrefix) && id.success ? [id.data] : [];
  });
}

/** The element is our own, one line without a text; libvirt keeps the attributes and may turn the quotes. */
export function tagIn(xml: string): MachineTag | null {
  const attribute = (name: string) => new RegExp(`\\s${name}=["']([^"']*)["']`).exec(xml)?.[1];
  const parsed = machineTag.safeParse({
    v: 1,
    id: attribute('id'),
    owner: attribute('owner'),
    expiresAt: Number(attribute('expires-at')),
  });
  return parsed.success ? parsed.data : null;
}
