/** How a process says it is. */
export interface Health {
  readonly ready: boolean;
  /** "ready", or what is wrong. */
  readonly words: string;
}

/** Asks a process's admin port; one that does not answer is not ready. */
export async function healthOf(adminPort: number | undefined): Promise<Health> {
  if (adminPort === undefined) return { ready: false, words: "starting" };
  try {
    const response = await fetch(`http://127.0.0.1:${adminPort}/readyz`, { signal: AbortSignal.timeout(2_000) });
    const { status, parts } = (await response.json()) as {
      status: string;
      parts: Record<string, { up: boolean; why?: string }>;
    };
    const down = Object.entries(parts)
      .filter(([, { up }]) => !up)
      .map(([name, { why }]) => (why ? `${name}: ${why}` : name));
    return { ready: response.ok, words: [status, ...down].join(" · ") };
  } catch {
    return { ready: false, words: "does not answer" };
  }
}
