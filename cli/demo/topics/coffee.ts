import { lines, words } from "../lines.ts";
import type { Topic } from "../topic.ts";

export const coffee: Topic = {
  name: "coffee",
  sign: "☕",
  tags: ["Coffee", "PourOver", "HomeBarista", "Espresso"],
  bios: lines(`weighs coffee, not people
    {brewer} in the morning, {brewer2} in the afternoon
    third cup`),
  posts: lines(`New beans from {origin}: {note}, {note2} and, if I am honest, mostly coffee.
    One click finer on the grinder and suddenly there is {note}. One click!
    The {brewer} broke this morning. I have been awake for {number} hours and have opinions about none of them.
    Cafe on {corner} plays the same record every {day} and I would not have it otherwise.
    Descaled the machine. I do not want to talk about what came out.
    My {brewer} routine takes nine minutes. My {relative} calls it "the ceremony".
    Asked for something with {note}. Got something with {note2}. The barista nodded, so I nodded.
    Office coffee has improved. It is now recognisable.
    Bloom for forty seconds, pour slowly, do not check your phone. It also works for {daily}.
    Somebody at the next table is explaining {origin} beans to a first date. Courage.
    Switched to decaf after four. I sleep, I dream, the dreams are boring.
    Two hundred grams left from {origin} and I am rationing it like a lighthouse keeper.`),
  replies: lines(`What ratio do you use? I am at 1:16.
    Try colder water with those, around 91.
    Which grinder is it?
    {origin} is always a good idea.
    I gave up and bought a moka pot, no regrets.
    The water makes more of a difference than the beans, sadly.
    Come by on {day}, I have the washed one from there.
    Nine minutes is reasonable. I will not be taking questions.`),
  polls: [
    { text: "How do you take it?", options: ["Black", "With milk", "With oat milk", "I am a tea person"] },
    { text: "Last coffee of the day?", options: ["Noon", "Three", "Six", "There is no last coffee"] },
  ],
  words: {
    origin: words("Ethiopia|Colombia|Kenya|Guatemala|Rwanda|Sumatra|Burundi|Costa Rica"),
    note: words("blackcurrant|bergamot|walnut|milk chocolate|peach|brown sugar|jasmine|red apple|something like toast"),
    brewer: words("V60|AeroPress|moka pot|French press|Chemex|lever machine"),
    corner: words("Market Square|the corner by the library|Mill Street|the harbour|Station Road"),
    daily: words("meetings|parenting|bread|most emails"),
    relative: words("partner|flatmate|sister|boss|cat"),
  },
};
