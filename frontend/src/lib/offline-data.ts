/* Stores one value in IndexedDB: the data shown last, for use without a connection. Nothing is
   stored if IndexedDB is unavailable. */

const DATABASE = 'pydash';
const STORE = 'offline';
const KEY = 'last';

const isAvailable = () => 'indexedDB' in window;

const settled = <T>(request: IDBRequest<T>) =>
  new Promise<T>((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('The database refused.'));
  });

async function withStore<T>(
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const opening = window.indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  const database = await settled(opening);
  try {
    return await settled(work(database.transaction(STORE, mode).objectStore(STORE)));
  } finally {
    database.close();
  }
}

/** Returns the stored value, or undefined. */
export async function readOfflineData(): Promise<unknown> {
  if (!isAvailable()) return undefined;
  return withStore('readonly', (store) => store.get(KEY) as IDBRequest<unknown>).catch(
    () => undefined,
  );
}

/** Stores a value, replacing the previous one. */
export async function writeOfflineData(value: unknown): Promise<void> {
  if (isAvailable())
    await withStore('readwrite', (store) => store.put(value, KEY)).catch(() => undefined);
}

/** Deletes the stored value. */
export async function deleteOfflineData(): Promise<void> {
  if (isAvailable()) await withStore('readwrite', (store) => store.clear()).catch(() => undefined);
}
