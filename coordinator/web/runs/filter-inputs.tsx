import { Autocomplete, TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { texts } from '../texts/texts.ts';

const typedAfterMs = 250;

type NameInputProps = {
  label: string;
  value: string;
  choices?: string[];
  onChange(value: string): void;
};

/** A name, from those that are in the list or any other; taken when it is chosen, entered or left. */
export function NameInput({ label, value, choices = [], onChange }: NameInputProps) {
  const [typed, setTyped] = useState(value);
  const take = (name: string) => name.trim() !== value && onChange(name.trim());
  return (
    <Autocomplete
      className="filter-name"
      aria-label={label}
      placeholder={label}
      data={choices}
      value={typed}
      onChange={setTyped}
      onOptionSubmit={take}
      onBlur={() => take(typed)}
      onKeyDown={({ key }) => key === 'Enter' && take(typed)}
      clearable
      onClear={() => take('')}
      comboboxProps={{ withinPortal: false }}
    />
  );
}

export function FindInput({ text, onChange }: { text: string; onChange(text: string): void }) {
  const [typed, setTyped] = useState(text);
  const input = useRef<HTMLInputElement>(null);
  const latest = useRef(onChange);
  useEffect(() => {
    latest.current = onChange;
  });
  // Whoever goes back, or clears all, changes the address and not the input.
  useEffect(() => setTyped(text), [text]);
  useEffect(() => {
    if (typed.trim() === text) return;
    const timer = setTimeout(() => latest.current(typed.trim()), typedAfterMs);
    return () => clearTimeout(timer);
  }, [typed, text]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (
        event.key !== '/' ||
        (event.target instanceof Element && event.target.closest('input, select, dialog'))
      )
        return;
      event.preventDefault();
      input.current?.select();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  return (
    <TextInput
      ref={input}
      type="search"
      className="filter-text"
      aria-label={texts.runs.text}
      aria-keyshortcuts="/"
      placeholder={texts.runs.textHint}
      value={typed}
      onChange={({ currentTarget }) => setTyped(currentTarget.value)}
    />
  );
}

/** The number of a pull request, as GitHub writes it or bare. */
export const ChangeInput = ({ value, onChange }: { value?: number; onChange(change?: number): void }) => (
  <NameInput
    label={texts.runs.change}
    value={value === undefined ? '' : `#${value}`}
    onChange={text => onChange(Number(text.replace(/^#/, '')) || undefined)}
  />
);

/** A day, chosen or typed; taken when it is whole. */
export const DayInput = ({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange(day: string): void;
}) => (
  <label className="filter-day">
    <span>{label}</span>
    <input
      type="date"
      value={value.slice(0, 10)}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
    />
  </label>
);
