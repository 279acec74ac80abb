import { isIP } from "node:net";

const NAT64 = [0x64, 0xff9b, 0, 0, 0, 0];
const MAPPED = [0, 0, 0, 0, 0, 0xffff];

/**
 * Where a client is. Each trusted proxy has appended the address it was called from, so what counts is found from the
 * right; what stands further left is the client's own word.
 */
export function clientAddress(socketAddress: string, forwardedFor: string | undefined, trustedProxies: number): string {
  const nearest = plain(socketAddress) ?? "0.0.0.0";
  if (trustedProxies === 0 || !forwardedFor) return nearest;
  const hops = forwardedFor.split(",").map((hop) => plain(hop.trim()));
  const found = hops[Math.max(0, hops.length - trustedProxies)];
  return found ?? nearest;
}

/** What an address is counted as: itself, or for IPv6 its /64, which is what one customer is given. */
export function addressKey(address: string): string {
  const groups = groupsOf(address);
  return groups === undefined
    ? address
    : `${groups
        .slice(0, 4)
        .map((group) => group.toString(16))
        .join(":")}::/64`;
}

/** Without port, brackets and zone; an IPv4 address in IPv6 clothes as what it is. Undefined if it is no address. */
function plain(text: string): string | undefined {
  const bare = /^\[(.*)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  const address = bare.split("%", 1)[0] ?? "";
  if (isIP(address) === 4) return address;
  const groups = groupsOf(address);
  if (groups === undefined) return undefined;
  // Behind a NAT64 the whole IPv4 world would share one /64.
  const wrapped = [MAPPED, NAT64].some((prefix) => prefix.every((group, at) => groups[at] === group));
  if (!wrapped) return address.toLowerCase();
  const [high = 0, low = 0] = groups.slice(6);
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

/** The eight groups of an IPv6 address. */
function groupsOf(address: string): number[] | undefined {
  if (isIP(address) !== 6) return undefined;
  const [, host, v4] = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(address) ?? [];
  const [a = 0, b = 0, c = 0, d = 0] = (v4 ?? "").split(".").map(Number);
  const text = v4 === undefined ? address : `${host}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  const [left = "", right] = text.split("::");
  const parse = (half: string) => (half === "" ? [] : half.split(":").map((group) => Number.parseInt(group, 16)));
  const [head, tail] = [parse(left), parse(right ?? "")];
  return right === undefined ? head : [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}
