import { lines, words } from "../lines.ts";
import type { Topic } from "../topic.ts";

export const gardening: Topic = {
  name: "gardening",
  sign: "🌱",
  tags: ["Gardening", "Allotment", "GrowYourOwn", "BalconyGarden"],
  bios: lines(`an allotment, mostly {weed}
    grows {crop} on a balcony
    compost is a personality`),
  posts: lines(`The {crop} came up! All of it! I planted it in {month} and had given up.
    {number} hours on my knees with the {weed}. The {weed} is winning on points.
    Anybody want {crop}? I have {crop}. There is no more room for {crop}.
    Turned the compost this morning. Steam came out and I felt like a wizard.
    The slugs ate the {flower}, the {flower2} next to it and the label.
    Neighbour over the fence gave me cuttings of {flower} and forty minutes of advice. Both are excellent.
    Sowed {crop}, wrote "{crop}" on a stick, lost the stick.
    First {flower} of the year on the balcony. One. I have told everybody.
    Rain barrel is full after {number} weeks. I stood next to it for a while.
    A robin followed me along the row while I was digging. I dig slower now.
    Found a {animal} asleep in the watering can. The can is closed until further notice.
    Seed swap on {day}! I bring {crop} and {flower}, I want anything that survives me.
    Mulch. That's it, that's the post. Mulch.`),
  replies: lines(`Coffee grounds helped against my slugs. A bit. Sometimes.
    I would take some {crop} off your hands!
    Which variety is it? Mine never look like that.
    Put a plank down in the evening and lift it in the morning, you will find every slug of the county.
    {weed} has roots in another dimension.
    So jealous, my balcony faces north.
    Leave a corner wild, it will thank you.
    Labels are a suggestion anyway.`),
  polls: [
    {
      text: "What do you do with too many courgettes?",
      options: ["Soup", "Cake", "Doorsteps at night", "There are never too many"],
    },
  ],
  words: {
    crop: words("courgettes|runner beans|chard|garlic|radishes|beetroot|tomatoes|kale|pumpkins"),
    flower: words("cosmos|dahlias|sweet peas|hellebores|snowdrops|lavender|nasturtiums|marigolds"),
    weed: words("bindweed|couch grass|ground elder|horsetail|nettles"),
    month: words("March|April|May|a hurry|the wrong month"),
  },
};
