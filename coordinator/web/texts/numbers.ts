/** Numbers as they stand in sentences. */
export const count = (n: number): string => n.toLocaleString('en');

export const plural = (n: number, one: string, many: string): string => `${count(n)} ${n === 1 ? one : many}`;
