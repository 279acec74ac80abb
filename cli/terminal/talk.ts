import { styleText } from "node:util";

type Style = "green" | "red" | "yellow" | "dim" | "bold";

/** Where people are told what goes on. */
export interface Talk {
  /** True in front of a terminal that can redraw a line. */
  readonly live: boolean;
  say(text: string): void;
  paint(style: Style, text: string): string;
  /** Tells that work goes on, then how it ended and how long it took. */
  step<T>(name: string, work: (note: (text: string) => void) => Promise<T>, about: (result: T) => string): Promise<T>;
}

/** Something text can be written to. */
export interface Sink {
  write(text: string): unknown;
}

const CLEAR = "\r\u001b[2K";

/** Talks to a stream; plain lines unless `live`, no colours unless `colours`. */
export function createTalk(sink: Sink, { live, colours }: { live: boolean; colours: boolean }): Talk {
  let going = "";
  const paint = (style: Style, text: string) => (colours ? styleText(style, text, { validateStream: false }) : text);
  const draw = () => void (live && going && sink.write(going));
  const say = (text: string) => {
    if (live && going) sink.write(CLEAR);
    sink.write(`${text}\n`);
    draw();
  };
  const progress = (line: string) => {
    if (live && (going || line)) sink.write(CLEAR);
    going = line;
    draw();
  };
  return {
    live,
    paint,
    say,
    async step(name, work, about) {
      const began = performance.now();
      const note = (text: string) => progress(` ${paint("dim", "…")} ${name.padEnd(14)} ${paint("dim", fitted(text))}`);
      note("");
      try {
        const result = await work(note);
        const took = ((performance.now() - began) / 1000).toFixed(1);
        progress("");
        say(` ${paint("green", "✔")} ${name.padEnd(14)} ${about(result).padEnd(58)} ${took.padStart(5)} s`);
        return result;
      } catch (error) {
        progress("");
        throw error;
      }
    },
  };
}

// A line that wraps cannot be drawn over.
const fitted = (text: string): string => {
  const room = (process.stderr.columns || 80) - 20;
  return text.length > room ? `${text.slice(0, Math.max(0, room - 1))}…` : text;
};

/** How this process talks: to standard error, live only in front of a terminal outside CI. */
export function terminalTalk(env: Readonly<Record<string, string | undefined>>): Talk {
  const terminal = process.stderr.isTTY === true && env.TERM !== "dumb";
  return createTalk(process.stderr, { live: terminal && !env.CI, colours: terminal && !env.NO_COLOR });
}
