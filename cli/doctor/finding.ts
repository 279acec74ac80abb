/** One thing that was looked at. `fix` says what to do where something is wrong. */
export interface Finding {
  readonly name: string;
  readonly state: "ok" | "warning" | "wrong";
  readonly words: string;
  readonly fix?: string;
}

export const ok = (name: string, words: string): Finding => ({ name, state: "ok", words });
export const warning = (name: string, words: string, fix: string): Finding => ({ name, state: "warning", words, fix });
export const wrong = (name: string, words: string, fix: string): Finding => ({ name, state: "wrong", words, fix });
