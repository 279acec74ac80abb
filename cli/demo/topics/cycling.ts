import { lines, words } from "../lines.ts";
import type { Topic } from "../topic.ts";

export const cycling: Topic = {
  name: "cycling",
  sign: "🚲",
  tags: ["BikeCommute", "Cycling", "GravelRide", "BikeToWork"],
  bios: lines(`rides to work, rides home the long way
    owns one bike too few
    will talk about tyre pressure if you let me`),
  posts: lines(`{kilometres} km before breakfast, {weather} all the way, and one very judgemental {animal}.
    New {part} on the old frame. It shifts like it is ten years younger.
    The bike lane on {street} is blocked by {obstacle} again. Day {number}.
    To the driver who waited behind me on the hill: you made my morning.
    Somebody left a pump and a note that says "take what you need" on {street}. Cities can be kind.
    Rode home along the {water} instead of the main road. Eleven minutes longer, worth every one.
    Swapped to wider tyres and I am never going back. {kilometres} km and my hands still feel like hands.
    I said I would only look at the {part}. The {part} is now on my bike.
    Flat number {number} this month. Same glass, same corner, same {street}.
    Saw a cargo bike with two kids, a {animal} and a christmas tree. That is a family car.
    Headwind out, headwind back. Physics, explain yourself.
    Cleaned the chain. It was silver! All this time!
    Planning {kilometres} km along the {water} for {day}. Who has a good coffee stop?`),
  replies: lines(`Which tyres are you on?
    That corner got me as well, twice.
    Report it in the city app, they came within two days for me.
    The long way home is the only way home.
    Strong legs! I would have taken the train.
    I have the same {part} and it squeaks after rain, just so you know.
    There is a bakery at the lock with the best {snack}.
    Wave next time, I think I saw you!`),
  polls: [
    { text: "Rain on the way to work?", options: ["Ride anyway", "Train", "Work from home", "What rain?"] },
    { text: "Best upgrade under 50?", options: ["Tyres", "Saddle", "Mudguards", "A proper bell"] },
  ],
  words: {
    kilometres: words("12|18|26|34|41|57|63|88|104"),
    part: words("cassette|dynamo light|saddle|rack|set of brake pads|handlebar bag|bell|crankset"),
    street: words("Mill Street|Canal Road|the old bridge|Harbour Lane|Station Road|Linden Avenue"),
    obstacle: words("a delivery van|a skip|three parked cars|a film crew|a pile of leaves|a very large sofa"),
    water: words("river|canal|lake|reservoir|coast path"),
    snack: words("cheese rolls|plum cake|lentil soup|cinnamon knots"),
  },
};
