import { lines, words } from "../lines.ts";
import type { Topic } from "../topic.ts";

export const city: Topic = {
  name: "city",
  sign: "🚋",
  tags: ["CityLife", "PublicTransport", "Trams", "Urbanism"],
  bios: lines(`line {line}, window seat
    wants benches, trees and a night bus
    knows where the {fixture} is`),
  posts: lines(`The driver of line {line} waited for a running man, and the whole tram clapped. {day}s can be good.
    They put a bench on {street}. Three people sat on it before the paint was dry.
    Line {line} is {number} minutes late and a stranger is handing out {snack}. I hope it never comes.
    City council voted for more trees on {street}, eleven to ten. I was in the room. Democracy is very slow and very thrilling.
    A kid on line {line} explained every stop to his {animal}. It was a toy. It listened.
    New {fixture} by the {place}. It works! I used it three times to be sure.
    Counted on {street} for an hour: {count} bikes, {count2} cars, one horse.
    The night bus is the only place where everybody tells the truth.
    Somebody has planted {flower} around every lamp post on {street}. Whoever you are, marry me.
    Market day: {snack}, gossip, a brass band with {number} members and no mercy.
    They closed {street} to cars for the weekend and it turned out to be a park all along.
    If you redesign a square, stand in it at {hour} with a pram and in {weather}. Then draw.`),
  replies: lines(`Line {line} has the best drivers, it is known.
    Same on my street, and the shops are fuller than before.
    I signed the petition last week, {count} of us by now.
    Which stop? I want to see it.
    A bench is the cheapest park there is.
    They will say it kills trade. It never does.
    I love this city on days like that.
    The horse, please, more about the horse.`),
  polls: [{ text: "What does your street need most?", options: ["Trees", "Benches", "A crossing", "Fewer cars"] }],
  words: {
    line: words("4|7|9|12|15|N3"),
    street: words("Mill Street|Harbour Lane|the old ring road|Linden Avenue|Canal Road|Bishop's Gate"),
    fixture: words("drinking fountain|public toilet|lift at the station|bike pump|crossing|book exchange"),
    count: words("112|240|318|407|655"),
    snack: words("clementines|pretzels|roasted chestnuts|salted almonds"),
    flower: words("tulips|hollyhocks|thyme|poppies"),
  },
};
