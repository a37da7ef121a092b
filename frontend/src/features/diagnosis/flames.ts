/* Trees of profiles as flame graphs and tables. */
import type { ProfileDetails, ProfileNode, ProfileTree } from '@/api/types';
import type { FlameNode } from '@/components/charts/flame-graph';
import { formatDuration, formatPercent, MISSING } from '@/lib/format';

/** A function as it was called from the functions above it, whichever of its lines were running. */
interface Called {
  name: string;
  file: string;
  own: boolean;
  /** ms for each request. */
  total: number;
  self: number;
  children: Map<string, Called>;
}

const keyOf = ({ function: name, file }: ProfileNode) => `${file} ${name}`;

/** Merges lines of the same function, whose numbers differ between versions. */
function byFunction(nodes: readonly ProfileNode[], requests: number): Map<string, Called> {
  const groups = new Map<string, ProfileNode[]>();
  for (const node of nodes) groups.set(keyOf(node), [...(groups.get(keyOf(node)) ?? []), node]);
  return new Map(
    [...groups].map(([key, same]) => [
      key,
      {
        name: same[0]?.function ?? '',
        file: same[0]?.file ?? '',
        own: same[0]?.own ?? false,
        total: same.reduce((sum, { total }) => sum + total, 0) / requests,
        self: same.reduce((sum, { self }) => sum + self, 0) / requests,
        children: byFunction(
          same.flatMap(({ children }) => children),
          requests,
        ),
      },
    ]),
  );
}

const signed = (ms: number) => `${ms < 0 ? '-' : '+'}${formatDuration(Math.abs(ms))}`;

/** Returns the flame graph of a version by line, or compared with another one by function. */
export function flamesOf(profile: ProfileDetails): FlameNode {
  const { requests, tree, against } = profile;
  return against ? compared(tree, requests, against) : lines(tree, requests);
}

function lines(tree: ProfileNode, requests: number): FlameNode {
  const node = (line: ProfileNode, id: string): FlameNode => ({
    id,
    name: line.function,
    detail: [
      line.file && `${line.file}:${line.line}`,
      line.code,
      `${formatDuration(line.total / requests)} per request, ${formatPercent(line.total / tree.total)}`,
      `itself ${formatDuration(line.self / requests)}`,
    ]
      .filter(Boolean)
      .join(', '),
    value: line.total,
    isOther: !line.own,
    children: line.children.map((child, at) => node(child, `${id}-${at}`)),
  });
  return node(tree, 'flame');
}

function compared(tree: ProfileNode, requests: number, against: ProfileTree): FlameNode {
  const before = byFunction([against.tree], against.requests);
  const now = byFunction([tree], requests);
  const whole = Math.max(...[...now.values()].map(({ total }) => total), 0);
  const node = (called: Called, other: Called | undefined, id: string): FlameNode => {
    const difference = called.total - (other?.total ?? 0);
    return {
      id,
      name: called.name,
      detail: [
        called.file,
        `${formatDuration(called.total)} per request`,
        other ? `${signed(difference)} against before` : 'not seen before',
      ]
        .filter(Boolean)
        .join(', '),
      value: called.total,
      isOther: !called.own,
      // A change of a tenth of the whole request is as strong as colours get.
      change: whole > 0 ? Math.max(-1, Math.min(1, (10 * difference) / whole)) : 0,
      children: [...called.children].map(([key, child], at) =>
        node(child, other?.children.get(key), `${id}-${at}`),
      ),
    };
  };
  const [[key, root] = ['', undefined]] = [...now];
  // The root is the endpoint itself in both, wherever the file is by now.
  const [other] = [...before.values()];
  return root
    ? node(root, before.get(key) ?? other, 'flame')
    : { id: 'flame', name: '', detail: '', value: 0, isOther: false, children: [] };
}

interface Sum {
  name: string;
  file: string;
  self: number;
}

/** Returns the own time of each function for each request, wherever it was called from. */
function sums(tree: ProfileTree): Map<string, Sum> {
  const found = new Map<string, Sum>();
  const add = (called: ReadonlyMap<string, Called>) => {
    for (const [key, { name, file, self, children }] of called) {
      const before = found.get(key);
      found.set(key, { name, file, self: (before?.self ?? 0) + self });
      add(children);
    }
  };
  add(byFunction([tree.tree], tree.requests));
  return found;
}

/** Returns the functions of a profile, those with the most time of their own first. */
export function functionTable(profile: ProfileDetails) {
  const now = sums(profile);
  const before = profile.against ? sums(profile.against) : new Map<string, Sum>();
  const whole = profile.total / profile.requests;
  const rows = [...new Map([...before, ...now])].map(([key, { name, file }]) => ({
    name,
    file,
    self: now.get(key)?.self ?? 0,
    before: before.get(key)?.self,
  }));
  return {
    columns: [
      'Function',
      'Itself, per request',
      'Share',
      ...(profile.against ? ['Before', 'Difference'] : []),
      'File',
    ],
    rows: rows
      .sort((one, other) => other.self - one.self)
      .map(({ name, file, self, before: earlier }) => [
        name,
        formatDuration(self),
        formatPercent(whole > 0 ? self / whole : null),
        ...(profile.against
          ? [
              earlier === undefined ? MISSING : formatDuration(earlier),
              signed(self - (earlier ?? 0)),
            ]
          : []),
        file || MISSING,
      ]),
  };
}
