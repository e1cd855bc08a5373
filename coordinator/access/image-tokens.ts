/**
 * With which a host fetches the files of images from the machine listener. Nothing is stored: a token is the host, its
 * end and their signature. The same host gets the same token for some hours, so that a desired set can be repeated.
 */
import { type HostId, hostId, type Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { createSigner } from './signature.ts';

export type ImageTokens = {
  /** Good for between one and two times `limits.imageTokenMs`. */
  tokenFor(host: HostId, now: Instant): string;
  /** The host whose token this is; null when it is nobody's, or has expired. */
  hostOf(token: string, now: Instant): HostId | null;
};

export function createImageTokens(key: Uint8Array): ImageTokens {
  const { sign, isRight } = createSigner(key, 'image-files');
  return {
    tokenFor(host, now) {
      const exp = (Math.floor(now / limits.imageTokenMs) + 2) * limits.imageTokenMs;
      return `${host}.${exp}.${sign(`${host}.${exp}`)}`;
    },
    hostOf(token, now) {
      const [id = '', exp = '', signature = '', ...more] = token.slice(0, longest).split('.');
      const host = hostId.safeParse(id);
      if (!host.success || more.length > 0 || !isRight(`${id}.${exp}`, signature)) return null;
      return Number(exp) > now ? host.data : null;
    },
  };
}

const longest = 200;
