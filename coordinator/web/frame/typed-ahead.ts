/** What is typed for the palette while it is not there yet. */

export type TypedAhead = {
  /** From now on keys are kept. */
  begin(): void;
  /** Whether the key was meant for the palette, and is for nobody else. */
  keep(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>): boolean;
  /** What was kept; keys are for whoever has the focus again. */
  end(): string;
};

export function createTypedAhead(): TypedAhead {
  let text: string | null = null;
  return {
    begin() {
      text ??= '';
    },
    keep({ key, ctrlKey, metaKey, altKey }) {
      if (text === null || ctrlKey || metaKey || altKey) return false;
      if (key === 'Escape') {
        text = null;
        return false;
      }
      if (key === 'Backspace') text = text.slice(0, -1);
      else if ([...key].length === 1) text += key;
      else return false;
      return true;
    },
    end() {
      const kept = text ?? '';
      text = null;
      return kept;
    },
  };
}
