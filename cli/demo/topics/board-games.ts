import { lines, words } from "../lines.ts";
import type { Topic } from "../topic.ts";

export const boardGames: Topic = {
  name: "board games",
  sign: "🎲",
  tags: ["BoardGames", "GameNight", "Meeples", "RPG"],
  bios: lines(`reads the rules so that you do not have to
    game night every {day}
    {number} sided dice, {number} sided opinions`),
  posts: lines(`Game night: {game} for {number} hours, the rules for one of them. Nobody speaks to {relative} any more.
    I was winning {game} until {relative} put {piece} on my best field and smiled.
    Bought {game} used. It is complete, and somebody even sorted the {piece}s. There are good people.
    Our party spent the whole evening talking to a door. It was not even locked.
    Teaching {game} to {number} people at once is a sport.
    {relative} has won {game} {number} times in a row. We are checking the dice.
    Natural twenty on "do I like the soup". The soup is now canon.
    Painted {number} {piece}s this weekend. My back is painted as well, somehow.
    {game} with two is chess. {game} with five is a family meeting.
    Store on Mill Street has an open table every {day}. I came alone and left with three new friends and a headache.
    The expansion of {game} adds {number} rules and removes all joy. I have ordered it.
    Co-op games are better. We lost, but nobody is sleeping on the sofa.`),
  replies: lines(`Does it work with two?
    The house rule fixes it: no trading in the last round.
    I would have flipped the table.
    That {piece} is so well painted!
    We had the same evening, only with more crying.
    Who teaches, wins. It's the law.
    Is there still a seat on {day}?
    Sleeve your cards, you monster.`),
  polls: [{ text: "Ideal number of players?", options: ["Two", "Three", "Four", "Everybody in the house"] }],
  words: {
    game: words(
      "Harbour Masters|The Tin Mine|Salt Road|Cloud Farmers|The Bishop's Cellar|Nine Bridges|Moth and Lantern|Trams",
    ),
    piece: words("dragon|wooden sheep|robber|lighthouse|red cube|tiny barrel"),
    relative: words("Aunt Rosa|my brother|the new guy|Granny|my boss|the quiet one"),
  },
};
