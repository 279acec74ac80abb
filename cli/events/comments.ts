import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { DescFile } from "@bufbuild/protobuf";

const root = join(import.meta.dirname, "../../proto");
const read = new Map<string, ReadonlyMap<string, string>>();

/** What a contract's text says about a message or a field of it: descriptors carry no comments. */
export function commentOn(file: DescFile, message: string, field?: string): string | undefined {
  const path = `${file.name}.proto`;
  let comments = read.get(path);
  if (!comments) {
    comments = commentsIn(readFileSync(join(root, path), "utf8"));
    read.set(path, comments);
  }
  return comments.get(field ? `${message}.${field}` : message);
}

/** Comments by what stands under them: "Message" or "Message.field", nested messages by their own name. */
export function commentsIn(text: string): Map<string, string> {
  const comments = new Map<string, string>();
  const within: string[] = [];
  let said: string[] = [];
  for (const line of text.split("\n").map((one) => one.trim())) {
    const [, comment] = /^\/\/ ?(.*)$/.exec(line) ?? [];
    if (comment !== undefined) {
      said.push(comment);
      continue;
    }
    const [, kind, block] = /^(message|enum|oneof|service|option|rpc)\b\s*(\(?[\w.]+\)?).*\{$/.exec(line) ?? [];
    const [, field] = /^(?:repeated |optional )?(?:map<.*>|[\w.]+) (\w+) = \d+/.exec(line) ?? [];
    const owner = within.findLast((name) => name !== "");
    if (kind === "message" && block) comments.set(block, said.join(" "));
    if (field && owner) comments.set(`${owner}.${field}`, said.join(" "));
    said = [];
    if (line.endsWith("{")) within.push(kind === "message" ? (block ?? "") : "");
    if (/^\}/.test(line)) within.pop();
  }
  return new Map([...comments].filter(([, words]) => words !== ""));
}
