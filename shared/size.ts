import * as z from 'zod';

const units = { MiB: 1, GiB: 1_024, TiB: 1_048_576 } as const;

/** A size as people write it ("512MiB", "1GiB"), parsed to MiB. */
export const sizeMiB = z
  .string()
  .regex(/^\d{1,6}(?:MiB|GiB|TiB)$/, 'expected a size such as 512MiB or 1GiB')
  .transform(text => {
    const [, digits = '0', unit = 'MiB'] = /^(\d+)([A-Za-z]+)$/.exec(text) ?? [];
    return Number(digits) * units[unit as keyof typeof units];
  })
  .refine(size => size > 0, 'a size must be more than 0')
  .meta({ title: 'size' });

/** MiB as people read them: 512 → "512 MiB", 1536 → "1.5 GiB". */
export function sizeText(sizeMiB: number): string {
  if (sizeMiB < 1_024) return `${sizeMiB} MiB`;
  return sizeMiB < 1_024 ** 2
    ? `${(sizeMiB / 1_024).toFixed(1)} GiB`
    : `${(sizeMiB / 1_024 ** 2).toFixed(1)} TiB`;
}
