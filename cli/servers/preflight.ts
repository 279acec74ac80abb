import { readFileSync } from "node:fs";

/** Something about the machine stands in the way; `fix` says how to mend it. The CLI prints both and exits 3. */
export class Preflight extends Error {
  override readonly name = "Preflight";
  readonly fix: string;
  readonly code: string;

  constructor(code: string, message: string, fix: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.fix = fix;
  }

  override toString(): string {
    return `✖ ${this.message} · ${this.fix}`;
  }
}

/** The line that says why, out of what a tool said, or the error's own words: enough for a sentence. */
export function reasonOf(error: unknown): string {
  const { stderr, code, message } = error as { stderr?: unknown; code?: unknown; message?: string };
  const said = String(stderr ?? "")
    .trim()
    .split("\n");
  return (
    (said.find((line) => /fatal|error|^E:/i.test(line)) ?? said.at(-1)) ||
    (typeof code === "string" ? code : (message ?? String(error)))
  );
}

/** Words for the errors that the file system gives when a disk or a permission is to blame. */
export function blameFiles(error: unknown, path: string): Preflight | undefined {
  const { code, message, stderr } = error as NodeJS.ErrnoException & { stderr?: string };
  const words = `${code} ${message} ${stderr}`;
  if (/ENOSPC|EDQUOT|No space left/i.test(words))
    return new Preflight(
      "DISK_FULL",
      `the disk that holds ${path} is full`,
      "free some space, or set SKEIN_HOME to another disk",
      error,
    );
  if (/EROFS|Read-only file system/i.test(words))
    return new Preflight(
      "HOME_NOT_WRITABLE",
      `${path} is on a read-only file system`,
      "set SKEIN_HOME to a writable directory",
      error,
    );
  if (/EACCES|EPERM|Permission denied/i.test(words))
    return new Preflight(
      "HOME_NOT_WRITABLE",
      `no permission to write ${path}`,
      "set SKEIN_HOME to a directory of your own",
      error,
    );
  return undefined;
}

/** One line that gets the missing servers on this operating system. */
export function howToGet(names: readonly string[]): string {
  const urls = names.map((name) => (name.startsWith("nats") ? "NATS_URL" : "REDIS_URL")).join(" and ");
  return `${installLine(names)} · or start Docker · or set ${urls}`;
}

function installLine(names: readonly string[]): string {
  const packages = (redis: string) => names.map((name) => (name.startsWith("redis") ? redis : name)).join(" ");
  if (process.platform === "darwin") return `brew install ${packages("redis")}`;
  const family = familyOf(osRelease());
  if (family === "debian") return `sudo apt-get install ${packages("redis-server")}`;
  if (family === "arch") return `sudo pacman -S ${packages("valkey")}`;
  if (family === "fedora") return `sudo dnf install ${packages("valkey")}`;
  if (family === "suse") return `sudo zypper install ${packages("valkey")}`;
  return `install ${names.join(" and ")} so that they are on PATH`;
}

/** Which family of Linux this is, from /etc/os-release. */
export function familyOf(release: string): "debian" | "fedora" | "arch" | "suse" | "alpine" | undefined {
  const ids = release.match(/^ID(_LIKE)?=.*$/gm)?.join(" ") ?? "";
  if (/debian|ubuntu/.test(ids)) return "debian";
  if (/fedora|rhel/.test(ids)) return "fedora";
  return (["arch", "suse", "alpine"] as const).find((id) => ids.includes(id));
}

/** The text of /etc/os-release, empty where there is none. */
export function osRelease(): string {
  try {
    return readFileSync("/etc/os-release", "utf8");
  } catch {
    return "";
  }
}
