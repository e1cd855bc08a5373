const units = [
  { name: 'd', ms: 86_400_000 },
  { name: 'h', ms: 3_600_000 },
  { name: 'min', ms: 60_000 },
] as const;

/** How long ago, in its largest unit: "4 min". */
export function ageText(ms: number): string {
  const unit = units.find(each => ms >= each.ms);
  return unit ? `${Math.floor(ms / unit.ms)} ${unit.name}` : 'just now';
}
