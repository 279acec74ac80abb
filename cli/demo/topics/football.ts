import { lines, words } from "../lines.ts";
import type { Topic } from "../topic.ts";

export const football: Topic = {
  name: "football",
  sign: "⚽",
  tags: ["MatchDay", "Football", "GrassRoots", "SundayLeague"],
  bios: lines(`season ticket, block {number}, standing
    {club} until it hurts, and after
    left back, Sunday league`),
  posts: lines(`{club} {score}. I have no voice and no regrets.
    {minute}th minute, {weather}, and {player} hits it from there. From THERE.
    Sunday league report: we lost {score}, the sausages were excellent.
    Whoever invented the away end of {club} has never needed a toilet.
    My daughter scored her first goal today. It was for the other team. She celebrated with both.
    {player} has signed for two more years. I am going to sleep like a baby.
    VAR took {number} minutes to tell us what the {animal} on the roof had seen at once.
    Nil all, and still the best {number} euros of my week: floodlights, bad tea, old friends.
    New pitch for the kids at the {place}. Somebody in the council listened.
    {club} play {club2} on {day} and my group chat is already unbearable.
    I coach the under nines. Tactics board says "everybody wants the ball". Correct.
    Three points, clean sheet, {player} limping. Football gives and takes.`),
  replies: lines(`Never a penalty. Never.
    {player} has been carrying us for {number} years.
    I was there! Block {number}! We hugged a stranger, was it you?
    Next week we do it again, worse.
    The under nines have a better shape than we do.
    Keep your head up, it is a long season.
    That tea should be illegal.
    You can only beat what is in front of you, and we did not even do that.`),
  polls: [{ text: "What decides the derby?", options: ["A set piece", "The referee", "The bench", "The weather"] }],
  words: {
    club: words("Harbour Town|Northside|United|the Millers|Rovers|the Green and Whites|Old Quay"),
    player: words("Okonkwo|Lindqvist|Baptiste|Moreno|the new keeper|Hartmann|Kowalczyk|young Adeyemi"),
    score: words("2:1|3:3|0:4|1:0|5:2|2:2 after extra time"),
    minute: words("12|38|67|83|88|90"),
  },
};
