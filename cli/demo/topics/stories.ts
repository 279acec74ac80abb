import { lines } from "../lines.ts";

/** Something that many talk about at once. */
export interface Story {
  readonly tag: string;
  /** So many hours ago it began. */
  readonly sinceHours: number;
  /** Of a hundred posts, so many are about it. */
  readonly share: number;
  readonly posts: readonly string[];
}

/** What trends: the newest grows, the older ones wane. */
export const stories: readonly Story[] = [
  {
    tag: "AuroraTonight",
    sinceHours: 4,
    share: 1.6,
    posts: lines(`Look up! Green over the {place}, right now!
      I thought it was a lorry's headlights. It was the sky.
      The whole street is outside in slippers.
      Woke the kids. {number} blankets, one roof, no regrets.
      Phone cameras see more than eyes tonight, hold them up.
      {weather} here, of course. Please post pictures, I live through you.
      Drove out to the {place} and there were {number} cars with the lights off. Nobody says a word.
      Red! There was red at the top, for ten seconds!
      My father is {number} hundred kilometres south and sees it as well. We are on the phone, both looking.
      A {animal} is sitting next to me and looks up too.
      It is fading. No. No, it's back.
      Forecast says it peaks around midnight, put the kettle on.
      I have waited {number} years for this and it came on a {day}.`),
  },
  {
    tag: "TramStrike",
    sinceHours: 34,
    share: 2.4,
    posts: lines(`No trams until {day}. I walked to work, {weather}, and met half of my neighbours.
      Solidarity with the drivers. Nobody can steer forty tonnes after {number} nights without sleep.
      Cargo bike offers lifts from the {place}, pay in biscuits.
      Anybody driving past the {place} around nine? I have a trumpet and no tram.
      The stop on Canal Road has become a book exchange. People are wonderful.
      Day two. My step count has never been so proud of me.
      They talk again at {hour}. Fingers crossed for the drivers.
      City without trams: quiet, and somehow wrong.
      Line 9 driver at the picket told me she has missed {number} birthdays. Give them the contract.
      Brought tea to the depot, came back with stories.
      My boss asked for a note from the tram.`),
  },
  {
    tag: "TinyGameJam",
    sinceHours: 70,
    share: 1.5,
    posts: lines(`Theme is out: "one button, two truths". I have {number} ideas and no sleep.
      Our jam game is about a {animal} who delivers one letter. The letter has opinions.
      {number} hours left, the game has a menu and no game.
      Cut everything. It is fun now.
      Playing other people's entries for breakfast, you are all out of your minds, in the best way.
      Submitted with four minutes to spare. My hands still shake.
      Best of the jam so far: the one with the lighthouse that lies.
      First jam, first game, first {animal} sprite. It looks like a boot. I love the boot.
      The music was made on a kettle. You can hear the kettle.
      Voting is open until {day}. Be kind, be specific.`),
  },
  {
    tag: "RainyDayReads",
    sinceHours: 150,
    share: 0.8,
    posts: lines(`{weather} and a stack of library books. I do not need anything else.
      Which book do you open when it rains? I need {number} suggestions by {day}.
      Reading under the arcade at the {place} with {number} strangers, all of us silent, all of us happy.
      A short book for a long rain, please.
      Mine is always the one with the ferry. Always.
      The bookshop by the {place} gives ten percent off while it rains. It has rained for {number} days. They are very brave.`),
  },
];
