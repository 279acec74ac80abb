import { lines, words } from "../lines.ts";
import type { Topic } from "../topic.ts";

export const baking: Topic = {
  name: "baking",
  sign: "🍞",
  tags: ["Sourdough", "Baking", "BreadClub", "HomeBaker"],
  bios: lines(`bakes too much bread for one household
    keeps a starter called {starter}
    flour on everything I own`),
  posts: lines(`{loaf} out of the oven at {hour} and the whole stairwell knows.
    Fed {starter} before bed. Fed {starter} before breakfast. {starter} eats better than I do.
    The crumb on this {loaf} is finally open. It only took {number} tries and a new {tool}.
    Tried {flour} for the first time. The dough feels like {feel}, the taste is worth it.
    Friends, write down your hydration. Today's {loaf} was my best ever and I have no idea what I did.
    My neighbour swapped me {trade} for {loaf}. This is the economy I want to live in.
    {hour} and I am waiting for {loaf} to cool. Nobody talks about how hard this part is.
    Forgot the salt. In {number} years of baking this has happened {number2} times and it hurts each time.
    A {tool} is not necessary. I also do not regret buying one.
    Cold proof for {number} hours, straight into a hot pot, lid off after twenty minutes. That's the whole secret.
    {starter} doubled in four hours. I am unreasonably proud of a jar.
    Left the butter out overnight, so I suppose I am making {loaf} today.
    Gave half of the {loaf} away and got {trade} back within the hour.`),
  replies: lines(`What hydration is that? It looks wetter than mine.
    Which flour? Mine always spreads when I use {flour}.
    That ear! Please teach me.
    Let it cool, let it cool, let it cool. I never manage either.
    Try the top shelf and a tray of water below, it saved my crust.
    Saving this for the weekend.
    {starter} is a wonderful name for a starter.
    I can smell it from here.`),
  polls: [
    { text: "Crust or crumb?", options: ["Crust", "Crumb", "Only together", "I am here for the butter"] },
    { text: "How often do you feed your starter?", options: ["Daily", "Weekly", "When I remember", "It feeds itself"] },
  ],
  words: {
    loaf: words(
      "sourdough|rye with caraway|focaccia|a seeded batard|cinnamon buns|brioche|milk bread|spelt rolls|bagels",
    ),
    starter: words("Bubbles|Gertrud|Clint Yeastwood|Olga|The Blob|Mister Sour|Doughlores"),
    flour: words("einkorn|stone-ground rye|buckwheat|kamut|the cheap supermarket flour|tipo 00|freshly milled spelt"),
    feel: words("wet sand|a sleepy cat|wallpaper paste|silk|warm clay"),
    tool: words("banneton|lame|dutch oven|digital scale|dough whisk|baking steel"),
    trade: words("six eggs|a jar of plum jam|honey|a bag of walnuts|fresh mint|half a pumpkin"),
  },
};
