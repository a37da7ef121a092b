/** Empties the service worker's copy of the API's answers (cacheName in vite.config.ts). */
export async function forgetOfflineData(): Promise<void> {
  if ('caches' in window) await window.caches.delete('api');
}
