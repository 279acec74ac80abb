/** Prefixes that are the mesh's own, whatever services run. */
const OWN = ["MESH_", "SKEIN_"];

/** What Kubernetes puts into every pod for each service of the namespace (CONTENT_SERVICE_HOST, CONTENT_PORT_80_TCP): no typing errors. */
const KUBERNETES = /_SERVICE_HOST$|_SERVICE_PORT(_\w+)?$|_PORT(_\d+_(TCP|UDP)(_(PROTO|PORT|ADDR))?)?$/;

/** A warning for each variable that looks like one of ours but that nobody reads. */
export function misspelt(
  services: readonly string[],
  known: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): string[] {
  const prefixes = [...OWN, ...services.map((service) => `${service.toUpperCase().replaceAll("-", "_")}_`)];
  const expected = new Set(known.flatMap((name) => [name, `${name}_FILE`]));
  return Object.keys(env)
    .filter(
      (name) =>
        env[name] !== undefined &&
        !expected.has(name) &&
        !KUBERNETES.test(name) &&
        prefixes.some((prefix) => name.startsWith(prefix)),
    )
    .sort()
    .map((name) => {
      const near = nearest(name, [...expected]);
      return `${name} is set but nobody reads it${near ? `: did you mean ${near}?` : ""}`;
    });
}

function nearest(name: string, known: readonly string[]): string | undefined {
  const [best] = known.map((other) => ({ other, far: distance(name, other) })).sort((a, b) => a.far - b.far);
  return best && best.far <= Math.max(2, name.length / 4) ? best.other : undefined;
}

/** How many letters must be added, dropped or changed. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      next.push(Math.min(at(row, j) + 1, at(next, j - 1) + 1, at(row, j - 1) + same));
    }
    row = next;
  }
  return at(row, b.length);
}

const at = (row: readonly number[], index: number): number => row[index] ?? Number.POSITIVE_INFINITY;
