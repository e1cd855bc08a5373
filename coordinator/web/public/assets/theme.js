// Before the first schema is made: zod would try whether it may run text as code, and the policy reports that.
globalThis.__zod_globalConfig = { jitless: true };

// Before anything is painted: the theme that was chosen in this browser, or the system's.
{
  let chosen = null;
  try {
    chosen = localStorage.getItem('paddock-theme');
  } catch {
    // Storage is forbidden here: the system decides.
  }
  const isDark =
    chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.mantineColorScheme = isDark ? 'dark' : 'light';
}
