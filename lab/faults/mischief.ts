import { connect, headers as newHeaders } from "@nats-io/transport-node";

/** Copies a part of what passes through a stream back into it, late and out of order, as a careless network would. */
export async function startMischief(nats: string, namespace: string, share: number, seed: () => number) {
  const connection = await connect({ servers: nats });
  const window: { subject: string; data: Uint8Array; headers: [string, string[]][] }[] = [];
  let copies = 0;
  connection.subscribe(`${namespace}.evt.>`, {
    callback: (_, { subject, data, headers }) => {
      if (headers?.has("lab-copy") || seed() > share) return;
      window.push({ subject, data: data.slice(), headers: [...(headers ?? [])] });
      if (window.length >= 100) flush();
    },
  });
  function flush() {
    window.sort(() => seed() - 0.5);
    for (const { subject, data, headers } of window.splice(0)) {
      const copy = newHeaders();
      for (const [name, values] of headers)
        if (name !== "Nats-Msg-Id") for (const value of values) copy.append(name, value);
      copy.set("lab-copy", "1");
      connection.publish(subject, data, { headers: copy });
      copies++;
    }
  }
  return {
    get copies() {
      return copies;
    },
    async [Symbol.asyncDispose]() {
      flush();
      await connection.drain();
    },
  };
}
