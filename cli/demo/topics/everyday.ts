import { lines, words } from "../lines.ts";
import type { Topic } from "../topic.ts";

/** What everybody talks about, and words that all topics share. */
export const everyday: Topic = {
  name: "everyday",
  sign: "🙂",
  tags: ["GoodMorning", "SmallJoys", "Overheard", "TodayILearned"],
  bios: lines(`mostly here for the replies
    {place}, with intermissions
    opinions are borrowed
    trying to be kind before noon
    she/her · tired · curious
    he/him, two kids, no plan
    they/them and a thermos
    not a bot, ask my mother
    recovering lurker
    posting about {animal}s since {number} years`),
  posts: lines(`Good morning to everybody who is already on the second cup, and patience to everybody else.
    {weather} since {hour}. I have moved my chair to the window and called it work.
    Overheard on the tram: "He is not late, he is decorative."
    Small joys: the lift came at once, the {animal} by the {place} said hello, and my keys were where they belong.
    Today I learned that the {place} used to be an ice factory. I have questions.
    Cancelled a plan. Was cancelled on at the same minute. Perfect friendship.
    What is a smell that takes you straight back to your childhood? Mine is wet wool on a radiator.
    Called my mother just to call. She asked what was wrong. We talked for {number} quarters of an hour.
    Does anybody else put things in a "safe place" and never meet them again?
    The parcel was delivered "to a neighbour". I have {number} neighbours. It's a quest now.
    I have been an adult for years and still do not know how to fold a fitted sheet.
    Somebody practises the trumpet in our street every {day}. After a year it has become music. I am proud of a stranger.
    Moved the sofa. I live in a new flat now.
    Is it too early to be tired of {day}?
    A child just asked me whether I am old or only tall.
    Fixed the tap with a {number} cent washer. I will mention this in every conversation until spring.
    Unfollowed my own anxiety for an hour and read on a bench by the {place}.
    Note to whoever lost a red glove at the {place}: it is on the railing, waving.
    Lost the bet, so I am saying it in public: my sister was right about the soup.
    My phone says I looked at it {number} times less than last week. My phone can keep its opinions.`),
  replies: lines(`Same here!
    This made my morning, thank you.
    I did not know that. Thanks for sharing!
    Ha, exactly.
    I feel seen.
    Needed this today.
    Honestly? Same.
    Can confirm.
    Wait, really?
    Okay, now I am curious. Tell us more?
    This is the content I am here for.
    Oh no. Oh NO.
    Congratulations, well deserved!
    Laughing out loud on a quiet train, thanks a lot.
    I have been saying this for {number} years.
    Strongly agree, with one small exception that I will keep to myself.
    I respectfully disagree, but I love how you put it.
    Where is that? I would like to go.
    My grandmother used to say the same.
    Sending you a hug and a biscuit.
    Good luck on {day}! Tell us how it went.
    I was about to write the very same thing.
    Do you have a link for that?
    It gets better, promise. It did for me.
    That's the nicest thing I have read all {day}.
    Let me know if you need a hand with it.
    Stealing this. With credit. Mostly.
    How did it end?
    Take care of yourself!
    You are not alone with that.
    I tried it after your last post, and you were right.
    My weekend plans have just changed.
    Add me to the list!
    There must be a word for this in German.
    {weather} here as well, if that is any comfort.
    Now I am hungry.
    Somebody had to say it.
    The punchline got me.
    I am showing this to everybody at the table.
    What would you do differently next time?`),
  polls: [
    {
      text: "Be honest: how many tabs are open right now?",
      options: ["Under ten", "Under fifty", "It says :D", "What is a tab?"],
    },
    { text: "Phone call or message?", options: ["Call", "Message", "Letter by owl"] },
    { text: "Best day of the week?", options: ["Friday", "Saturday", "Sunday", "Any day with cake"] },
    { text: "Window or aisle?", options: ["Window", "Aisle"] },
  ],
  words: {
    number: words("two|three|four|five|six|seven|eight|nine|eleven|fourteen"),
    hour: words(
      "six in the morning|half past seven|eleven at night|two in the morning|lunchtime|a quarter to nine|dusk|midnight",
    ),
    day: words("Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"),
    weather: words("drizzle|bright sun|fog|sideways rain|wind|a clear sky|hail|soft grey light|thunder"),
    place: words(
      "old harbour|library|allotments|station|town hall|botanical garden|railway arches|market|swimming baths|water tower",
    ),
    animal: words("fox|hedgehog|magpie|dog|heron|cat|goose|squirrel|donkey|crow"),
  },
};
