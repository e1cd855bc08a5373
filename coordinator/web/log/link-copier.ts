import { texts } from '../texts/texts.ts';
import type { Address } from './use-address.ts';

/** Copies a link to what is selected; where nothing is, that is the first line in view from now on. */
export const linkCopier =
  (address: Address, firstLine: () => number, say: (note: string) => void) => async (): Promise<void> => {
    const line = firstLine();
    if (!address.selected) address.select(line, false);
    try {
      await navigator.clipboard.writeText(address.linkTo(address.selected ?? { from: line, to: line + 1 }));
      say(texts.log.copied);
    } catch {
      // Not over plain HTTP, and not where a browser forbids it; the address is the link as well.
      say(texts.log.notCopied);
    }
  };
