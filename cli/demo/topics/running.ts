import { lines, words } from "../lines.ts";
import type { Topic } from "../topic.ts";

export const running: Topic = {
  name: "running",
  sign: "🏃",
  tags: ["Running", "ParkRun", "CouchTo5k", "TrailRunning"],
  bios: lines(`slow is a pace
    {distance} on a good day
    runs so that the {snack} is earned`),
  posts: lines(`{distance} done. Slowly, {weather}, but done.
    Week {number} of couch to 5k and today I did not hate it.
    New shoes. I am faster. Science cannot explain it, my wallet can.
    A {animal} ran with me for the last kilometre of {distance}. It was not even trying.
    Physio says rest. I say {distance}. We settled on swimming.
    Parkrun at the {place}: {number} hundred runners, {number2} dogs, one unicorn costume. The unicorn beat me.
    Everything hurts and I have signed up for {distance} in spring. Somebody stop me.
    Ran without the watch today. Did it even happen? It was lovely.
    Hill repeats at {hour}. The hill repeats, I complain.
    My {number} minute "easy run" included getting lost, a fence and two cows.
    Cheered at the {distance} finish for an hour. Cried at strangers. Do that once in your life.
    {snack} after {distance} is a different food.`),
  replies: lines(`Well done! The first weeks are the hardest.
    What shoes are those?
    Listen to the physio. Signed, somebody who did not.
    See you on {day} at the {place}?
    Slow runs are the real ones.
    I want a running {animal}.
    Which app do you follow?
    You will thank yourself at kilometre thirty.`),
  polls: [{ text: "Best time to run?", options: ["Before sunrise", "Lunch break", "Evening", "In my dreams"] }],
  words: {
    distance: words("5k|10k|a half marathon|eight very hilly kilometres|twelve easy ones|a marathon|the long loop"),
    snack: words("toast|banana bread|pickles|a cold potato|chocolate milk|watermelon"),
  },
};
