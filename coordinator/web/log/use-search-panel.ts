/** The search as a part of the page: open or not, and where the keyboard is meanwhile. */
import { useEffect, useRef, useState } from 'react';
import type { Search } from './use-search.ts';

export function useSearchPanel(search: Search, onClose: () => void) {
  const [isOpen, setOpen] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (isOpen) input.current?.focus();
  }, [isOpen]);
  return {
    isOpen,
    input,
    open() {
      setOpen(true);
      input.current?.select();
    },
    close() {
      setOpen(false);
      search.change({ text: '' });
      onClose();
    },
  };
}
