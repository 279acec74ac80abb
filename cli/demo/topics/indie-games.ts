import { lines, words } from "../lines.ts";
import type { Topic } from "../topic.ts";

export const indieGames: Topic = {
  name: "games",
  sign: "🎮",
  tags: ["IndieDev", "GameDev", "ScreenshotSaturday", "PixelArt"],
  bios: lines(`making a game about {subject}, since {number} years
    pixel by pixel
    one more run`),
  posts: lines(`The {thing} in my game can now {verb}. Nobody asked for it. It took {number} days.
    Playtest: all {number} testers ignored the tutorial, petted the {animal} and left happy. I am making a {animal} game now.
    Fixed the bug where {thing}s {verb} through walls. Kept it as a power-up.
    Wishlist count went up by {number} today. I refreshed the page more often than that.
    The game about {subject} has a trailer! It has {number} seconds and I watched it forty times.
    Spent the evening on the footstep sounds of a {thing} that has no feet.
    Deleted the inventory. The game is better. I should delete more.
    Somebody finished my demo in four minutes by walking backwards. I have a video. I am so happy.
    Game night: we lost to the {thing} {number} times and nobody wanted to go home.
    Palette of {number} colours, and every one of them is a different kind of mud. I love it.
    If you play one small thing this week, take the one about {subject}. Bring tissues.
    My {thing} pathfinding is fine. It simply does not want to get there.`),
  replies: lines(`Can you pet the {animal}?
    That palette is gorgeous.
    Wishlisted, instantly.
    Keep the bug. The bug is the game.
    What engine is it?
    I got stuck at the second {thing}, am I stupid?
    The idle animation kills me.
    Take my money and my weekend.`),
  polls: [{ text: "Difficulty options in a small game?", options: ["Always", "Only easier ones", "No", "A cat mode"] }],
  words: {
    subject: words(
      "a lighthouse|moving house|a night bus|bees|a failing hotel|letters that never arrive|growing mushrooms|a very small war",
    ),
    thing: words("slime|merchant|boss|goose|ghost|lift|postman|tax collector"),
    verb: words("swim|apologise|walk|sing|fall|knit|duck|remember your name"),
  },
};
