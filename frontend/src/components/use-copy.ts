import { useNotify } from '@/components/snackbar';

/** Returns a function that copies a text; `otherwise` says what to do where browsers block that. */
export function useCopy(otherwise: string) {
  const notify = useNotify();
  const copy = async (text: string) => {
    try {
      await navigator.clipboard.writeText(text); // there is no clipboard without HTTPS
      notify('Copied.');
    } catch {
      notify(`Your browser blocked copying. ${otherwise}`, 'error');
    }
  };
  return (text: string) => void copy(text);
}
