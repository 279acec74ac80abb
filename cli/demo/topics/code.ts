import { lines, words } from "../lines.ts";
import type { Topic } from "../topic.ts";

export const code: Topic = {
  name: "code",
  sign: "💻",
  tags: ["OpenSource", "Programming", "TypeScript", "DevLife", "PostgreSQL"],
  bios: lines(`{language}, {language2}, regret
    maintains a {project} on weekends
    reads changelogs for fun`),
  posts: lines(`Deleted {lines} lines of {language} today. Everything still works. Best day of the month.
    The bug was a timezone. It is always a timezone. Except last week, that was {culprit}.
    Released a new version of my {project}. {number} people use it and I love every one of them.
    Wrote the test first. It failed for the right reason. I feel like an adult.
    "It cannot be {culprit}." Reader, it was {culprit}.
    Code review tip: ask "what happens if this runs twice?" and enjoy the silence.
    My {project} got its first pull request from a stranger. It fixes a typo in my name.
    Learning {language} after {number} years of {language2} is like moving to a country where they drive on the ceiling.
    The flaky test failed {number} times tonight. I have a name for it now. It is not a nice name.
    Read the manual for an hour and saved a week. Nobody will ever know.
    An index made that query {lines} times faster. I am telling everybody at dinner.
    Naming things: {hour}, still naming.
    Turned off notifications, fixed {culprit}, drank water. Ten out of ten, would work like that again.
    The best documentation I wrote this year is an error message.`),
  replies: lines(`It works on my machine, as they say.
    Have you looked at {culprit}?
    Please write this up, half of us have that bug.
    Deleting code is the best feature.
    Which version? There was a regression about that.
    I run your {project} in production, thank you!
    This is why I drink tea and not coffee during deploys.
    Rubber duck certified.`),
  polls: [
    { text: "Tabs or…", options: ["Tabs", "Spaces", "The formatter decides", "I refuse to answer"] },
    { text: "Friday afternoon deploy?", options: ["Sure, we have tests", "Never", "Only somebody else's"] },
  ],
  words: {
    language: words("TypeScript|Rust|Go|Python|Elixir|SQL|OCaml|a bit of C"),
    project: words(
      "static site generator|date library|terminal game|feed reader|parser|tiny database|home automation thing",
    ),
    culprit: words("DNS|the cache|a missing await|an off-by-one|the proxy|a stale lock file|the clock|me"),
    lines: words("40|120|300|612|1,400|2,000"),
  },
};
